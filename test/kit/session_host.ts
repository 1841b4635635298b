// A socket for sessions: keeps what arrives, and tells what happened.
import { fromHex, fromKey, toHex, toKey } from "../../src/base/bytes.ts";
import type { Message } from "../../src/message/message.ts";
import { defaultOptions, type Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { ConnectionPipe } from "../../src/routing/connection_pipe.ts";
import type { PeerInfo } from "../../src/routing/peer.ts";
import type { Pipe, PipeCommand, PipeOwner } from "../../src/routing/pipe.ts";
import type { Authenticator } from "../../src/security/zap.ts";
import type {
  Connection,
  ConnectionEnd,
  ConnectionOwner,
  ConnectionSetup,
} from "../../src/session/connection.ts";
import type {
  EventDetail,
  EventType,
  SessionHost,
} from "../../src/session/host.ts";
import type { CurveLibrary } from "../../src/security/curve_crypto.ts";
import * as parts from "../../src/session/parts.ts";
import type {
  MechanismFactory,
  MechanismMaker,
} from "../../src/security/mechanism.ts";
import { chooseMechanism, sealRoom } from "../../src/session/security.ts";
import { WebSocketSession } from "../../src/session/websocket_session.ts";
import type { ByteSink } from "../../src/transport/transport.ts";
import { noble } from "../../src/security/crypto.ts";
import { loadLibrary } from "./curve_libraries.ts";
import type { FakeClock } from "./fake_clock.ts";
import { type MemoryOptions, MemoryStream } from "./memory_stream.ts";

/** One event as it was emitted. */
export interface Emitted extends EventDetail {
  readonly name: EventType;
}

/** A socket that sessions can serve. */
export class TestHost implements SessionHost, PipeOwner, ConnectionOwner {
  readonly type: SocketType;
  readonly clock: FakeClock;
  readonly runtimeName = "test";
  readonly options: Options;
  readonly observed = true;
  readonly events: Emitted[] = [];
  readonly pipes: ConnectionPipe[] = [];
  readonly messages: string[][] = [];
  readonly commands: string[] = [];
  readonly ends: ConnectionEnd[] = [];
  /** How often a pipe went on or off line, or was closed. */
  readonly changes: string[] = [];
  authenticate: Authenticator | undefined;
  /** Mechanisms beside those that are built in. */
  mechanisms: readonly MechanismFactory[] = [];
  /** The cryptography of CURVE; noble's by default. */
  library: CurveLibrary = noble();
  /** False: frames leave no room to be sealed in place. */
  makesRoom = true;
  /** True: messages stay in the pipes' inboxes. */
  keeps = false;
  /** Does something with each message that arrives. */
  onMessage: (pipe: Pipe) => void = () => {};
  /** Does something with each pipe that is made. */
  onPipe: (pipe: ConnectionPipe) => void = () => {};

  constructor(
    type: SocketType,
    clock: FakeClock,
    changes: Partial<Options> = {},
  ) {
    this.type = type;
    this.clock = clock;
    this.options = { ...defaultOptions(type), ...changes };
  }

  /** The names of the events so far. */
  get names(): string[] {
    return this.events.map(({ name }) => name);
  }

  authenticator(): Authenticator | undefined {
    return this.authenticate;
  }

  emit(name: EventType, detail: EventDetail): void {
    this.events.push({ name, ...detail });
  }

  openPipe(
    endpoint: string,
    connecting: boolean,
    options: Options,
    peer: PeerInfo,
  ): ConnectionPipe {
    const pipe = new ConnectionPipe(
      this,
      {
        sendHighWaterMark: options.sendHighWaterMark,
        receiveHighWaterMark: options.receiveHighWaterMark,
        maxQueuedBytes: options.maxQueuedBytes,
        conflate: false,
      },
      peer,
      endpoint,
      connecting,
      this.makesRoom ? sealRoom(this.type, options) : 0,
    );
    this.pipes.push(pipe);
    this.onPipe(pipe);
    return pipe;
  }

  pipeFor(_connection: Connection, peer: PeerInfo): ConnectionPipe {
    return this.openPipe("tcp://test", false, this.options, peer);
  }

  ended(_connection: Connection, end: ConnectionEnd): void {
    this.ends.push(end);
  }

  pipeMessage(pipe: Pipe, message: Message): void {
    if (this.keeps) pipe.enqueue(message);
    else this.messages.push(message.map(toKey));
    this.onMessage(pipe);
  }

  pipeCommand(_pipe: Pipe, command: PipeCommand, data: Uint8Array): void {
    this.commands.push(`${command} ${toKey(data)}`);
  }

  pipeWritable(): void {
    this.changes.push("writable");
  }

  pipeOnline(): void {
    this.changes.push("online");
  }

  pipeOffline(): void {
    this.changes.push("offline");
  }

  pipeClosed(): void {
    this.changes.push("closed");
  }

  /** Sends a message on the first pipe. */
  send(...frames: string[]): boolean {
    return this.pipes[0]!.write(frames.map(fromKey));
  }

  /** Makes a session, or a raw one for STREAM, and starts it. */
  async session(stream: MemoryStream): Promise<Connection> {
    const setup = {
      host: this,
      stream,
      endpoint: "tcp://test",
      options: this.options,
    };
    const connection = await this.#connection(setup);
    connection.start();
    return connection;
  }

  async #connection(setup: ConnectionSetup): Promise<Connection> {
    if (this.type === "STREAM") return new parts.RawSession(setup, this);
    const kind = setup.stream.webSocket === undefined
      ? parts.Session
      : WebSocketSession;
    return new kind(setup, await this.#maker(), this);
  }

  async #maker(): Promise<MechanismMaker> {
    const load = () => loadLibrary(this.library);
    return await chooseMechanism(this.options, this.mechanisms, load)(parts);
  }
}

/** Two sockets with a session each, and the streams between them. */
export async function connected(
  one: TestHost,
  other: TestHost,
  options: MemoryOptions = {},
): Promise<{
  sessions: [Connection, Connection];
  streams: [MemoryStream, MemoryStream];
}> {
  const streams = MemoryStream.pair(options);
  const sessions: [Connection, Connection] = [
    await one.session(streams[0]),
    await other.session(streams[1]),
  ];
  await one.clock.settle();
  return { sessions, streams };
}

/** A peer that a test plays by hand, in hexadecimal. */
export class RawPeer implements ByteSink {
  /** What arrived. */
  received = "";
  /** How the stream ended, or `""`. */
  state = "";
  readonly stream: MemoryStream;

  constructor(stream: MemoryStream) {
    this.stream = stream;
    stream.start(this);
  }

  /** Says octets, in hexadecimal or as they are. */
  say(octets: string | Uint8Array): void {
    this.stream.write([typeof octets === "string" ? fromHex(octets) : octets]);
  }

  /** What arrived since the last call. */
  take(): string {
    const { received } = this;
    this.received = "";
    return received;
  }

  data(chunk: Uint8Array): void {
    this.received += toHex(chunk);
  }

  drain(): void {}

  end(): void {
    this.state = "ended";
  }

  closed(): void {
    this.state = "closed";
  }
}

/** A socket with a session, and a peer to play by hand. */
export async function facing(
  host: TestHost,
  options: MemoryOptions = {},
): Promise<{ session: Connection; peer: RawPeer; stream: MemoryStream }> {
  const [own, other] = MemoryStream.pair(options);
  const session = await host.session(own);
  const peer = new RawPeer(other);
  await host.clock.settle();
  return { session, peer, stream: own };
}

/** A greeting, in hexadecimal. */
export function greeting(mechanism = "NULL", minor = 1): string {
  const name = toHex(fromKey(mechanism)).padEnd(40, "0");
  return `ff00000000000000017f030${minor}${name}${"00".repeat(32)}`;
}

/** A short frame, in hexadecimal. */
export function frame(flags: number, body: string): string {
  const length = body.length.toString(16).padStart(2, "0");
  return `0${flags}${length}${toHex(fromKey(body))}`;
}

/** A command frame, in hexadecimal. */
export function command(name: string, body = ""): string {
  return frame(4, String.fromCharCode(name.length) + name + body);
}

/** A READY with a socket type, in hexadecimal. */
export function ready(type: string, more = ""): string {
  const value = `\0\0\0${String.fromCharCode(type.length)}${type}`;
  return command("READY", `\x0bSocket-Type${value}${more}`);
}
