// The scene of a peer that turns bad after it was let in: our socket of any
// type, bound or connecting, the raw peer logged in at the other end, and a
// good peer of the type that belongs to ours.
import assert from "node:assert/strict";
import type { DuplexSocket, Subscriber } from "../../mod.ts";
import type { Mechanism as Handshake } from "../../src/security/mechanism.ts";
import { text, texts } from "../kit/messages.ts";
import type { TypeName } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import {
  Encounter,
  type EncounterOptions,
  type Ground,
  type Reason,
  SERVICE_TIME,
} from "./encounter.ts";
import { login, type LoginOptions, trafficFrame } from "./login.ts";
import type { RawPeer } from "./raw_peer.ts";
import type { Place } from "./words.ts";

/** The types of our sockets, and of those that belong to them. */
export const partners = {
  DEALER: "ROUTER",
  PUB: "SUB",
  PULL: "PUSH",
  PUSH: "PULL",
  REP: "REQ",
  REQ: "REP",
  ROUTER: "DEALER",
  SUB: "PUB",
  XPUB: "SUB",
} as const satisfies Partial<Record<TypeName, TypeName>>;

/** A type of ours that these tests know. */
export type OwnType = keyof typeof partners;

/** A raw peer that was let in. */
export class Insider {
  readonly raw: RawPeer;
  readonly #handshake: Handshake;

  constructor(raw: RawPeer, handshake: Handshake) {
    this.raw = raw;
    this.#handshake = handshake;
  }

  /** Says frames of traffic, sealed where the mechanism wants that. */
  say(flags: number, ...bodies: readonly Uint8Array[]): void {
    this.raw.say(...bodies.map((body) => this.frame(flags, body)));
  }

  /** A frame of traffic as it goes over the wire. */
  frame(flags: number, body: Uint8Array): Uint8Array {
    return trafficFrame(this.#handshake, flags, body);
  }

  /** Takes the next frame of traffic, opened. */
  async hear(): Promise<{ flags: number; body: Uint8Array }> {
    const { flags, body } = await this.raw.frame();
    if (!this.#handshake.encrypts) return { flags, body };
    const opened = this.#handshake.open(body);
    const inner = opened[0]!;
    return {
      flags: (inner & 1) | ((inner & 2) === 0 ? 0 : 4),
      body: opened.subarray(1),
    };
  }
}

/** Where one case takes place. */
export class TrafficScene extends Encounter<OwnType> {
  /** Makes our socket, and binds it or lets it connect. */
  static async open(
    place: Place,
    ground: Ground,
    { type, socket }: EncounterOptions<OwnType> = {},
  ): Promise<TrafficScene> {
    const scene = new TrafficScene(place, ground, {
      type,
      // Nothing waits for a second attempt.
      socket: { immediate: true, ...socket },
    });
    if (type === "SUB") subscribe(scene.socket);
    await scene.begin();
    return scene;
  }

  /** A raw peer that has logged in, and is known to our socket. */
  async insider(options: LoginOptions = {}): Promise<Insider> {
    const count = this.count("handshake");
    const raw = await this.peer();
    const type = partners[this.type];
    const handshake = await login(raw, this.place, { type, ...options });
    await until(() => this.count("handshake") > count, "it is let in");
    return new Insider(raw, handshake);
  }

  /** All messages that wait at our socket, as texts. */
  drain(): string[][] {
    const messages: string[][] = [];
    while (!["PUB", "PUSH"].includes(this.type)) {
      const message = this.#take();
      if (message === undefined) break;
      // Who it is from is not what these tests are about.
      messages.push(texts(this.type === "ROUTER" ? message.slice(1) : message));
    }
    return messages;
  }

  /** Fails unless the connection ends, for the reason given. */
  async drops({ raw }: Insider, expected: Reason | undefined): Promise<void> {
    await this.endsFor(raw, expected);
    const { error } = await this.event("disconnect");
    assert.match(error?.message ?? "", /^[\x20-\x7e]{0,1000}$/);
    assert.equal(this.socket.peers.length, 0, "it is no peer any more");
  }

  /** Fails unless the connection goes on; ends it. */
  async keeps({ raw }: Insider): Promise<void> {
    assert.equal(this.count("disconnect"), 0, "it goes on");
    assert.equal(this.socket.peers.length, 1);
    raw.close();
    await this.event("disconnect");
  }

  /** Fails unless a good peer is served in time. */
  async servesGoodPeer(): Promise<void> {
    const serving = this.goodPeer().then((good) => this.exchange(good));
    await within(serving, "a good peer to be served", SERVICE_TIME);
    assert.equal(this.socket.peers.length, 1, "the good peer only");
  }

  /** A peer of the library that does nothing wrong. */
  async goodPeer(): Promise<DuplexSocket> {
    const type = partners[this.type];
    const good = await this.join(type);
    if (type === "SUB") subscribe(good);
    return good;
  }

  /** Talks with a good peer as the types do. */
  async exchange(good: DuplexSocket): Promise<void> {
    const { socket } = this;
    switch (this.type) {
      case "ROUTER":
      case "REP":
        await good.send("good");
        await answer(socket, this.type === "ROUTER");
        return assert.equal(text((await good.receive())[0]), "fine");
      case "DEALER":
      case "REQ":
        await socket.send("good");
        await answer(good, this.type === "DEALER");
        return assert.equal(text((await socket.receive())[0]), "fine");
      case "PUSH":
        await socket.send("good");
        return assert.deepEqual(texts(await good.receive()), ["good"]);
      case "PULL":
        await good.send("good");
        return assert.deepEqual(texts(await socket.receive()), ["good"]);
      case "SUB":
        return await publish(good, socket);
      case "PUB":
      case "XPUB":
        return await publish(socket, good);
    }
  }

  /** The next message, if the socket may take one now. */
  #take(): Uint8Array[] | undefined {
    try {
      return this.socket.tryReceive();
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, "EFSM");
      return undefined;
    }
  }
}

function subscribe(socket: unknown): void {
  (socket as Subscriber).subscribe("good");
}

async function answer(socket: DuplexSocket, isRouted: boolean): Promise<void> {
  const message = await socket.receive();
  const [id, ...parts] = isRouted ? message : [undefined, ...message];
  assert.deepEqual(texts(parts as Uint8Array[]), ["good"]);
  await socket.send(id === undefined ? ["fine"] : [id, "fine"]);
}

/** The subscription is there some time: until then, nothing is. */
async function publish(from: DuplexSocket, to: DuplexSocket): Promise<void> {
  for (;;) {
    await from.send("good");
    await pause(2);
    const message = to.tryReceive();
    if (message !== undefined) {
      return assert.deepEqual(texts(message), ["good"]);
    }
  }
}
