/**
 * A connection after the handshake: frames become messages and commands for
 * the pipe, and what the pipe holds goes out. RFC 37 "traffic".
 *
 * It knows neither greetings nor sockets. Nothing here costs a closure, a
 * promise or a timer per message.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { checkWaiting } from "../base/detached.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import { type Clock, LONGEST_TIMER, type Timer } from "../base/clock.ts";
import { type Message, messageSize } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { ConnectionPipe, PipeLink } from "../routing/connection_pipe.ts";
import type { PipeCommand } from "../routing/pipe.ts";
import type { Mechanism } from "../security/mechanism.ts";
import {
  CANCEL,
  encodeCommand,
  ERROR,
  JOIN,
  LEAVE,
  parseCommand,
  parseError,
  parseGroup,
  parsePing,
  parsePong,
  PING,
  PONG,
  SUBSCRIBE,
} from "../wire/commands.ts";
import type { FrameLimits, FrameSink } from "../wire/frame_decoder.ts";
import { COMMAND, encodeFrame, MORE } from "../wire/framing.ts";
import type { Greeting } from "../wire/greeting.ts";
import { ChunkShare } from "./chunk_share.ts";
import { SEALED_COMMAND, SEALED_MORE, Sealer } from "./encoders.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import { checkMessage, tooLarge } from "./message_limit.ts";
import type { Writer } from "./writer.ts";

/** A command that is no longer is accepted whatever `maxTopicSize` says. */
const LEAST_TOPIC = 65536;
/** The octets before the topic, and some. */
const COMMAND_HEAD = 16;

/**
 * Commands of one peer after which others have their turn: one that subscribes
 * costs some microseconds, and a system hands over thousands at once.
 */
const TURN = 500;

/** The connection, as its traffic sees it. */
export interface TrafficOwner {
  /** The inbox has room again: decode and read on. */
  proceed(): void;
  /** The socket wants what has arrived and waits. */
  settle(): void;
  /** The socket let go of the pipe. */
  close(): void;
  /** The connection is broken. */
  fail(error: unknown): void;
}

/**
 * How the peer is asked for a sign of life.
 *
 * - `"command"`: by a PING, to a peer of 3.1, or one that has sent one itself.
 * - `"probe"`: by a PING, which it may not know: until it has answered one,
 *   its silence means nothing.
 * - a function: by whatever that does.
 */
export type Pinging = "command" | "probe" | (() => void);

/** What the traffic of one connection is made from. */
export interface TrafficSetup {
  readonly type: SocketType;
  readonly options: Options;
  readonly clock: Clock;
  /** The mechanism; none before 3.0. */
  readonly mechanism: Mechanism | undefined;
  /** What version to speak. */
  readonly greeting: Greeting;
  readonly pinging: Pinging;
  readonly pipe: ConnectionPipe;
}

/** What a socket type does with messages from its peers. */
type Intake = "deliver" | "discard" | "subscriptions" | "replies";

const intakes: Partial<Readonly<Record<SocketType, Intake>>> = {
  PUB: "subscriptions",
  XPUB: "subscriptions",
  PUSH: "discard",
  SCATTER: "discard",
  RADIO: "discard",
  REQ: "replies",
};

/** The limits of frames that the options ask for. */
export function frameLimits(
  options: Options,
  mechanism: Mechanism | undefined,
): FrameLimits {
  const { maxMessageSize, maxMessageBytes } = options;
  let message = maxMessageSize;
  if (message < 0 || (maxMessageBytes >= 0 && maxMessageBytes < message)) {
    message = maxMessageBytes;
  }
  const command = commandLimit(options);
  if (!mechanism?.encrypts) return { message, command };
  // A command is a message outside, and may be the longer one.
  message = message < 0 || command < 0
    ? -1
    : Math.max(message, command) + mechanism.overhead;
  return { message, command: message };
}

/** The longest command: a topic, and its name. */
function commandLimit({ maxTopicSize, maxMessageBytes }: Options): number {
  // Without a limit for topics there is still one for all that arrives.
  const topic = maxTopicSize < 0 ? maxMessageBytes : maxTopicSize;
  return topic < 0 ? -1 : Math.max(topic, LEAST_TOPIC) + COMMAND_HEAD;
}

/** The traffic of one connection. */
export class Traffic implements FrameSink, HeartbeatOwner, PipeLink {
  readonly #owner: TrafficOwner;
  readonly #type: SocketType;
  readonly #options: Options;
  readonly #clock: Clock;
  // Of a mechanism that encrypts; others are done.
  readonly #mechanism: Mechanism | undefined;
  // 3.1 and later: subscriptions are commands, and PING is understood.
  readonly #isNew: boolean;
  // Before 3.0: there are no commands.
  readonly #isOld: boolean;
  readonly #pinging: Pinging;
  readonly #pipe: ConnectionPipe;
  readonly #sealer: Sealer | undefined;
  #heartbeat: Heartbeat | undefined;
  #expiry: Timer | undefined;
  #suspended = false;
  #writer!: Writer;
  #intake: Intake;
  // True when a frame that is a message needs no other look.
  #plain: boolean;
  #parts: Message = [];
  #octets = 0;
  readonly #share: ChunkShare;
  // The frames to come belong to a message that is thrown away.
  #skipping = false;
  #commands = 0;

  constructor(owner: TrafficOwner, setup: TrafficSetup) {
    this.#owner = owner;
    this.#type = setup.type;
    this.#options = setup.options;
    this.#clock = setup.clock;
    this.#isNew = setup.greeting.minor > 0;
    this.#isOld = setup.greeting.major < 3;
    this.#pinging = setup.pinging;
    this.#pipe = setup.pipe;
    this.#share = new ChunkShare(setup.pipe);
    this.#intake = intakes[setup.type] ?? "deliver";
    const { mechanism } = setup;
    this.#plain = this.#intake === "deliver" && !mechanism?.encrypts;
    if (mechanism?.lifetime !== undefined) {
      this.#expire(setup.clock.now() + mechanism.lifetime);
    }
    if (mechanism?.encrypts) {
      this.#mechanism = mechanism;
      this.#sealer = new Sealer(mechanism);
    } else mechanism?.close();
    if (this.#pings && setup.options.heartbeatInterval > 0) this.#beat();
  }

  /** What batches go through on their way out. */
  get encoder(): Sealer | undefined {
    return this.#sealer;
  }

  /** Gives the writer, which needs the encoder. */
  use(writer: Writer): void {
    this.#writer = writer;
  }

  /** The peer, if it is a subscriber, wants everything and never says so. */
  subscribeAll(): void {
    if (this.#intake !== "subscriptions") return;
    this.#pipe.deliverCommand(SUBSCRIBE, EMPTY);
  }

  /** True when the next message has to wait; then `resume` tells of room. */
  get stalled(): boolean {
    // A publisher goes on with its commands.
    const waits = this.#intake === "deliver" || this.#intake === "replies";
    return waits && this.#pipe.stall();
  }

  /** Octets arrived. */
  heard(): void {
    this.#heartbeat?.heard();
  }

  /** All of a chunk has been decoded. @param length its octets. */
  decoded(length: number): void {
    this.#share.look(length, this.#parts, this.#octets);
  }

  /** Reading was stopped, or goes on. */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
    this.#heartbeat?.suspend(suspended);
  }

  /** Messages are of no interest any more; commands are. */
  hush(): void {
    this.#intake = "discard";
    this.#plain = false;
    this.#parts = [];
    this.#octets = 0;
  }

  /** Stops timers, and forgets keys. */
  stop(): void {
    this.#heartbeat?.stop();
    this.#expiry?.cancel();
    this.#mechanism?.close();
  }

  // The heartbeat's side.

  get progress(): number | undefined {
    return this.#writer.progress;
  }

  ping(body: Uint8Array): void {
    const pinging = this.#pinging;
    if (typeof pinging === "function") pinging();
    else this.#writer.sendPing(encodeFrame(COMMAND, body));
  }

  fail(error: ZmqError): void {
    this.#owner.fail(error);
  }

  // The decoder's side.

  frame(flags: number, body: Uint8Array): boolean {
    if (flags === 0 && this.#plain && this.#parts.length === 0) {
      return this.#pipe.deliver([body]);
    }
    if (this.#sealer !== undefined) return this.#open(flags, body);
    if ((flags & COMMAND) !== 0) return this.#command(body);
    return this.#message((flags & MORE) !== 0, body);
  }

  // The pipe's side.

  schedule(): void {
    this.#writer.schedule();
  }

  flush(): void {
    this.#writer.flush();
  }

  resume(): void {
    // Not at once: a reader is in the middle of taking a message.
    this.#clock.defer(() => this.#owner.proceed());
  }

  settle(): void {
    this.#owner.settle();
  }

  command(command: PipeCommand, data: Uint8Array, times?: number): void {
    const asks = command === SUBSCRIBE || command === JOIN;
    const before = times ?? (asks ? 0 : 1);
    this.#writer.announce({
      frame: this.#announcement(command, data),
      length: data.length,
      asks,
      before: before > 0,
      after: asks || before > 1,
    });
  }

  dropped(): void {
    this.#owner.close();
  }

  #announcement(command: PipeCommand, data: Uint8Array): Uint8Array {
    const isTopic = command === SUBSCRIBE || command === CANCEL;
    if (!isTopic || this.#isNew) {
      return encodeFrame(COMMAND, encodeCommand(command, data));
    }
    // RFC 23: to a peer before 3.1, a message of 1 or 0 and the topic.
    const body = new Uint8Array(1 + data.length);
    body[0] = command === SUBSCRIBE ? 1 : 0;
    body.set(data, 1);
    return encodeFrame(0, body);
  }

  #open(flags: number, body: Uint8Array): boolean {
    // MORE and COMMAND are told in the box: outside, nobody vouches for them.
    if (flags !== 0) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        `Cannot accept a frame with the flags ${flags} on an encrypted ` +
          "connection: expected none outside of the box",
      );
    }
    const text = this.#mechanism!.open(body);
    const inner = text[0]!;
    const rest = text.subarray(1);
    if ((inner & SEALED_COMMAND) !== 0) return this.#command(rest);
    const { maxMessageSize } = this.#options;
    if (maxMessageSize >= 0 && rest.length > maxMessageSize) {
      throw tooLarge(`a frame of ${rest.length} octets`, maxMessageSize);
    }
    return this.#message((inner & SEALED_MORE) !== 0, rest);
  }

  #message(more: boolean, body: Uint8Array): boolean {
    if (this.#skipping || this.#intake === "discard") {
      this.#skipping = more && this.#intake !== "discard";
      return true;
    }
    if (this.#parts.length === 0 && this.#intake === "subscriptions") {
      const first = body[0];
      // As libzmq: what follows a subscription is a message for an XPUB.
      const isAlone = !more || this.#type === "PUB";
      if ((first === 0 || first === 1) && isAlone) {
        this.#skipping = more;
        return this.#goesOn(this.#pipe.deliverCommand(
          first === 1 ? SUBSCRIBE : CANCEL,
          body.subarray(1),
        ));
      }
      // Nobody may send to a PUB.
      if (this.#type === "PUB") {
        this.#skipping = more;
        return true;
      }
    }
    return this.#assemble(more, body);
  }

  #assemble(more: boolean, body: Uint8Array): boolean {
    const parts = this.#parts;
    parts.push(body);
    this.#octets += body.length;
    checkMessage(this.#options, parts.length, this.#octets);
    if (more) return true;
    // Its first frames may be views of a chunk that somebody has taken.
    if (parts.length > 1) checkWaiting(messageSize(parts), this.#octets);
    this.#parts = [];
    this.#octets = 0;
    if (this.#intake === "replies") checkReply(parts);
    const hasRoom = this.#pipe.deliver(parts);
    if (this.#intake !== "subscriptions") return hasRoom;
    // Each frame may have been one.
    return this.#goesOn(hasRoom, parts.length);
  }

  #command(body: Uint8Array): boolean {
    if (this.#isOld) {
      throw protocolError(
        "ERR_ZMTP_UNSPECIFIED",
        "Cannot accept a command from a peer that speaks ZMTP 2.0: it has none",
      );
    }
    const limit = commandLimit(this.#options);
    if (limit >= 0 && body.length > limit) {
      throw tooLarge(`a command of ${body.length} octets`, limit);
    }
    const { name, data } = parseCommand(body);
    switch (name) {
      case SUBSCRIBE:
      case CANCEL:
        if (this.#intake !== "subscriptions") break;
        return this.#goesOn(this.#pipe.deliverCommand(name, data));
      case JOIN:
      case LEAVE:
        if (this.#type !== "RADIO") break;
        return this.#goesOn(this.#pipe.deliverCommand(name, parseGroup(data)));
      case PING:
        this.#pong(data);
        break;
      case PONG:
        parsePong(data);
        this.#heartbeat?.answered();
        break;
      case ERROR:
        throw protocolError(
          "ERR_ZMTP_UNEXPECTED_COMMAND",
          `The peer gave up: "${parseError(data)}"`,
        );
    }
    return this.#goesOn(true);
  }

  /** Says whether to go on after a command, which a full inbox may forbid. */
  #goesOn(hasRoom: boolean, commands = 1): boolean {
    this.#commands += commands;
    if (!hasRoom || this.#commands < TURN) return hasRoom;
    this.#commands = 0;
    this.#clock.defer(() => this.#owner.proceed());
    return false;
  }

  #pong(data: Uint8Array): void {
    const { ttl, context } = parsePing(data);
    this.#writer.sendPong(context);
    this.#beat().pinged(ttl);
  }

  /** Ends the connection at a time: what the peer proved is good until then. */
  #expire(end: number): void {
    const clock = this.#clock;
    const rest = Math.min(Math.max(0, end - clock.now()), LONGEST_TIMER);
    this.#expiry = clock.setTimer(() => {
      if (clock.now() < end) return this.#expire(end);
      const text = "The credentials of the connection have expired";
      this.#owner.fail(new ZmqError("EACCES", text));
    }, rest);
    this.#expiry.hold(false);
  }

  /** True when a heartbeat need not wait for the peer's. */
  get #pings(): boolean {
    return this.#isNew || this.#pinging !== "command";
  }

  /** Who never beats, and is never asked to, has no heartbeat. */
  #beat(): Heartbeat {
    if (this.#heartbeat !== undefined) return this.#heartbeat;
    const heartbeat = new Heartbeat(
      this,
      this.#clock,
      this.#options,
      this.#pings,
      this.#pinging !== "probe",
    );
    // A PING can be found while reading is stopped: behind a full inbox.
    heartbeat.suspend(this.#suspended);
    return this.#heartbeat = heartbeat;
  }
}

/** RFC 28: a reply begins with an empty frame; an id may be before it. */
function checkReply(frames: Message): void {
  const at = frames[0]!.length === 4 ? 1 : 0;
  if (frames[at]?.length === 0 && frames.length > at + 1) return;
  throw protocolError(
    "ERR_ZMTP_UNSPECIFIED",
    "Cannot accept a reply of " +
      `${frames.length} frames that has no empty frame first`,
  );
}
