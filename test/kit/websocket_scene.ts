/**
 * A session over a WebSocket, with a peer to play by hand.
 *
 * @module
 */

import { concat, toKey } from "../../src/base/bytes.ts";
import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import type { Connection } from "../../src/session/connection.ts";
import type { ByteSink, WebSocketLink } from "../../src/transport/transport.ts";
import { FakeClock } from "./fake_clock.ts";
import { type MemoryOptions, MemoryStream } from "./memory_stream.ts";
import { TestHost } from "./session_host.ts";
import {
  type FrameChanges,
  KEY,
  readWireFrames,
  type WireFrame,
  wireFrame,
  zwsFrame,
} from "./websocket_wire.ts";

/** What a link is unless a test says otherwise. */
export const LINK: WebSocketLink = {
  subprotocol: "ZWS2.0/NULL",
  role: "server",
  masked: true,
  canPing: true,
};

/** How a scene is made. */
export interface WebSocketSceneSetup {
  readonly type: SocketType;
  readonly link?: Partial<WebSocketLink>;
  readonly options?: Partial<Options>;
  readonly memory?: MemoryOptions;
}

/** A peer that a test plays by hand. */
class Peer implements ByteSink {
  /** How the stream ended, or `""`. */
  state = "";
  readonly stream: MemoryStream;
  #chunks: Uint8Array[] = [];

  constructor(stream: MemoryStream) {
    this.stream = stream;
    stream.start(this);
  }

  say(octets: Uint8Array): void {
    this.stream.write([octets]);
  }

  /** What arrived since the last call. */
  take(): Uint8Array {
    const octets = concat(this.#chunks);
    this.#chunks = [];
    return octets;
  }

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  drain(): void {}

  end(): void {
    this.state = "ended";
  }

  closed(): void {
    this.state = "closed";
  }
}

/** A session over a WebSocket, and its peer. */
export class WebSocketScene {
  readonly clock: FakeClock;
  readonly host: TestHost;
  readonly session: Connection;
  readonly stream: MemoryStream;
  readonly peer: Peer;
  readonly link: WebSocketLink;

  private constructor(
    host: TestHost,
    session: Connection,
    ends: readonly [MemoryStream, MemoryStream],
  ) {
    this.clock = host.clock;
    this.host = host;
    this.session = session;
    this.stream = ends[0];
    this.link = ends[0].webSocket!;
    this.peer = new Peer(ends[1]);
  }

  /** A session that waits for its peer's first words. */
  static async open(
    { type, link, options, memory }: WebSocketSceneSetup,
  ): Promise<WebSocketScene> {
    const host = new TestHost(type, new FakeClock(), options);
    const ends = MemoryStream.pair(memory);
    ends[0].webSocket = { ...LINK, ...link };
    const session = await host.session(ends[0]);
    const scene = new WebSocketScene(host, session, ends);
    await host.clock.settle();
    return scene;
  }

  /** A session whose peer, of that type, has been let in by NULL. */
  static async ready(
    setup: WebSocketSceneSetup,
    peerType: string,
  ): Promise<WebSocketScene> {
    const scene = await WebSocketScene.open(setup);
    await scene.say(scene.frame(2, readyOf(peerType)));
    if (!scene.session.ready) throw new Error("The peer was not let in");
    scene.take();
    return scene;
  }

  /** How the peer's frames are. */
  get manner(): FrameChanges {
    const { masked, role } = this.link;
    return masked && role === "server" ? { key: KEY } : {};
  }

  /** A ZeroMQ frame, as the peer sends it. */
  frame(flag: number, body: Uint8Array | string = ""): Uint8Array {
    return zwsFrame(flag, body, this.manner);
  }

  /** Any frame, as the peer sends it. */
  wire(
    opcode: number,
    payload: Uint8Array | string = "",
    changes: FrameChanges = {},
  ): Uint8Array {
    return wireFrame(opcode, payload, { ...this.manner, ...changes });
  }

  /** Says octets, all at once. */
  async say(...octets: readonly Uint8Array[]): Promise<void> {
    this.peer.say(concat(octets));
    await this.clock.settle();
  }

  /** The frames that came since the last call. */
  take(): WireFrame[] {
    return readWireFrames(this.peer.take());
  }

  /** The frames that came since the last call: `opcode payload`. */
  heard(): string[] {
    return this.take().map(({ opcode, payload }) =>
      `${opcode} ${toKey(payload)}`
    );
  }

  /** The code of the Close that is the last of what came; 0: there is none. */
  closeCode(): number {
    const last = this.take().at(-1);
    if (last?.opcode !== 8) return 0;
    return last.payload.length === 0
      ? 1005
      : last.payload[0]! * 256 + last.payload[1]!;
  }
}

/** The payload of a Close. */
export function closing(code: number, reason = ""): Uint8Array {
  const octets = new TextEncoder().encode(reason);
  return concat([Uint8Array.of(code >> 8, code), octets]);
}

/** The body of a READY with a socket type. */
export function readyOf(type: string): string {
  const value = `\0\0\0${String.fromCharCode(type.length)}${type}`;
  return `\x05READY\x0bSocket-Type${value}`;
}
