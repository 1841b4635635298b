/**
 * A platform's own WebSocket as a byte stream: octets of unmasked RFC 6455
 * frames in both directions, as if the platform had passed them on. So the
 * session has one way to speak ZeroMQ over WebSockets.
 *
 * A WebSocket object has no backpressure of its own. Outwards it tells how
 * much it holds, though not when that has left: it is asked again and again.
 * Inwards it cannot be paused: what arrives meanwhile is held here, up to a
 * limit, beyond which the connection is dropped.
 *
 * Knows no runtime.
 *
 * @module
 */

import { toBytes } from "../base/bytes.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import { Ring } from "../base/ring.ts";
import { FrameCutter, frameHeader } from "./frame_cutter.ts";
import { CallbackByteStream, type DirectConnection } from "./streams.ts";
import type { ByteSink } from "./transport.ts";

/** Opcodes: RFC 6455 §5.2. */
const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;

/** `readyState` of a WebSocket that can be written to. */
const OPEN = 1;

/** How many octets the platform may hold before a writer has to wait. */
const WRITE_LIMIT = 256 * 1024;
/** Between questions how much it still holds, in ms: doubled up to the last. */
const FIRST_DELAY = 1;
const LAST_DELAY = 32;

/** The most octets that wait by default while reading is paused. */
const HELD_LIMIT = 64 * 1024 * 1024;

/** What is used of the platform's `WebSocket`. */
export interface PlatformWebSocket {
  /** How binary messages are given. */
  binaryType: string;
  /** The subprotocol that was chosen. */
  readonly protocol: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Octets that were sent and have not left. */
  readonly bufferedAmount: number;
  /** Sends a message; the octets may be changed afterwards. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once; few platforms have it. */
  terminate?(): void;
  /** Tells of what happens. */
  addEventListener(
    type: string,
    // deno-lint-ignore no-explicit-any
    listener: (event: any) => void,
  ): void;
}

/** What is known of a WebSocket beside itself. */
export interface PlatformWebSocketInit {
  /** Which side of the connection this is. */
  readonly role: "client" | "server";
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
  /** Timers, to ask when what was sent has left. */
  readonly clock: Clock;
  /**
   * The most octets that may wait while reading is paused; then the
   * connection is dropped. Default: 64 MiB.
   */
  readonly maxHeldBytes?: number;
}

/** Events of a WebSocket, as far as they are used. */
interface MessageEventLike {
  readonly data: ArrayBuffer | string;
}
interface CloseEventLike {
  readonly code: number;
  readonly reason: string;
}

/**
 * A byte stream over a platform's WebSocket that is open, or about to be: to
 * be called before any of its messages can have been missed.
 */
export class PlatformWebSocketStream extends CallbackByteStream {
  /** That the octets are frames of a WebSocket, and of which. */
  readonly webSocket: {
    readonly subprotocol: string;
    readonly role: "client" | "server";
    readonly masked: false;
    readonly canPing: false;
  };

  /** Takes an open WebSocket to itself. */
  constructor(socket: PlatformWebSocket, init: PlatformWebSocketInit) {
    super(new PlatformConnection(socket, init));
    const { role } = init;
    const subprotocol = socket.protocol;
    this.webSocket = { subprotocol, role, masked: false, canPing: false };
  }
}

class PlatformConnection implements DirectConnection {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly #socket: PlatformWebSocket;
  readonly #clock: Clock;
  readonly #maxHeld: number;
  readonly #cutter: FrameCutter;
  #sink: ByteSink | undefined;
  // What arrived and waits, with its octets counted.
  readonly #held = new Ring<Uint8Array>();
  #heldBytes = 0;
  #paused = false;
  #pumping = false;
  // Writing: the platform holds too much; our side was ended, or closed.
  #full = false;
  #ending = false;
  #closing = false;
  #watching = false;
  #timer: Timer | undefined;
  #delay = FIRST_DELAY;
  // Reading: no more comes, and why; all is told; the engine let go.
  #ended = false;
  #failure: unknown;
  #gone = false;
  #dropped = false;

  constructor(socket: PlatformWebSocket, init: PlatformWebSocketInit) {
    this.localAddress = init.localAddress;
    this.remoteAddress = init.remoteAddress;
    this.#socket = socket;
    this.#clock = init.clock;
    this.#maxHeld = init.maxHeldBytes ?? HELD_LIMIT;
    this.#cutter = new FrameCutter((opcode, payload) =>
      this.#send(opcode, payload)
    );
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.#message(event));
    socket.addEventListener("close", (event) => this.#closed(event));
    // A close follows, and says what little there is to be known.
    socket.addEventListener("error", () => {});
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    if (this.#dropped || this.#failure !== undefined) {
      queueMicrotask(() => this.#finish());
    } else this.#schedulePump();
  }

  write(parts: readonly Uint8Array[]): boolean {
    if (this.#lost || this.#ending) return false;
    for (const part of parts) this.#cutter.push(part);
    this.#full ||= this.#socket.bufferedAmount >= WRITE_LIMIT;
    if (this.#full) this.#watch();
    return !this.#full;
  }

  /** The platform copies what it is given. */
  get settled(): boolean {
    return this.#cutter.whole && !this.#lost;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedulePump();
  }

  end(): void {
    if (this.#lost || this.#ending) return;
    this.#ending = true;
    this.#close(1000, "");
    this.#watch();
  }

  close(): void {
    if (this.#dropped || this.#gone) return;
    this.#dropped = true;
    this.#drop();
    queueMicrotask(() => this.#finish());
  }

  /** True when what arrives goes on at once. */
  get #flows(): boolean {
    return this.#sink !== undefined && !this.#paused && this.#held.length === 0;
  }

  get #lost(): boolean {
    return this.#dropped || this.#ended || this.#failure !== undefined;
  }

  // What the session writes.

  #send(opcode: number, payload: Uint8Array): void {
    if (opcode === CLOSE) {
      const code = payload.length < 2 ? 1000 : (payload[0]! << 8) | payload[1]!;
      this.#close(code, new TextDecoder().decode(payload.subarray(2)));
    } else if (opcode === BINARY && this.#socket.readyState === OPEN) {
      this.#socket.send(payload as Uint8Array<ArrayBuffer>);
    }
  }

  /**
   * Begins the closing handshake. The codes of the protocol are the
   * platform's own to send, 1000 apart: 4002 stands for 1002.
   */
  #close(code: number, reason: string): void {
    if (this.#closing || this.#socket.readyState > OPEN) return;
    this.#closing = true;
    const isOurs = code === 1000 || (code >= 3000 && code < 5000);
    this.#socket.close(isOurs ? code : 4000 + code % 1000, reason);
  }

  #drop(): void {
    if (this.#socket.terminate !== undefined) this.#socket.terminate();
    else this.#close(1000, "");
  }

  /** Asks, later and later, whether what was sent has left. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#delay = FIRST_DELAY;
    this.#clock.defer(() => this.#look());
  }

  #look(): void {
    this.#watching = false;
    if (this.#lost) return;
    const limit = this.#ending ? 0 : WRITE_LIMIT / 2;
    if (this.#socket.bufferedAmount <= limit) {
      this.#full = false;
      this.#sink!.drain();
      return;
    }
    this.#watching = true;
    this.#timer = this.#clock.setTimer(() => this.#look(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LAST_DELAY);
  }

  // What the platform tells.

  #message({ data }: MessageEventLike): void {
    if (this.#lost) return;
    const isText = typeof data === "string";
    const payload = isText ? toBytes(data) : new Uint8Array(data);
    const held = this.#heldBytes + payload.length;
    if (!this.#flows && held > this.#maxHeld) {
      this.#overflow(held);
      return;
    }
    this.#take(frameHeader(isText ? TEXT : BINARY, payload.length));
    if (payload.length > 0) this.#take(payload);
  }

  #overflow(octets: number): void {
    this.#failure = new ZmqError(
      "EAGAIN",
      `Dropped the connection to "${this.remoteAddress}": ${octets} octets ` +
        "wait to be received, which a platform's WebSocket cannot hold back; " +
        `the limit is ${this.#maxHeld}`,
      { address: this.remoteAddress },
    );
    this.#finish();
    this.#drop();
  }

  #closed({ code, reason }: CloseEventLike): void {
    if (this.#lost) return;
    // 1006: the connection was lost; 1015: it could not be secured.
    if (code === 1006 || code === 1015) {
      this.#failure = new ZmqError(
        "ECONNRESET",
        `The connection to "${this.remoteAddress}" was lost (code ${code})`,
        { address: this.remoteAddress },
      );
    } else this.#take(closeFrame(code, reason));
    this.#ended = true;
    this.#schedulePump();
  }

  /** Takes octets that came as a frame; they may have to wait. */
  #take(octets: Uint8Array): void {
    if (this.#dropped) return;
    if (this.#flows) {
      this.#sink!.data(octets);
      return;
    }
    this.#held.push(octets);
    this.#heldBytes += octets.length;
    this.#schedulePump();
  }

  /** Not at once: calls of the engine are not answered by calls. */
  #schedulePump(): void {
    if (this.#pumping || this.#paused || this.#sink === undefined) return;
    this.#pumping = true;
    this.#clock.defer(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#paused && !this.#dropped) {
      const octets = this.#held.shift();
      if (octets === undefined) {
        if (this.#ended) this.#finish();
        return;
      }
      this.#heldBytes -= octets.length;
      this.#sink!.data(octets);
    }
  }

  /** Tells of the end, once. */
  #finish(): void {
    this.#held.clear();
    const sink = this.#sink;
    if (this.#gone || sink === undefined) return;
    this.#gone = true;
    this.#timer?.cancel();
    if (this.#dropped || this.#failure !== undefined) {
      sink.closed(this.#dropped ? undefined : this.#failure);
      return;
    }
    sink.end();
    sink.closed();
  }
}

/** The frame of a close with a code, or none: RFC 6455 §5.5.1, §7.1.5. */
function closeFrame(code: number, reason: string): Uint8Array {
  if (code === 1005) return frameHeader(CLOSE, 0);
  const text = toBytes(reason);
  const frame = new Uint8Array(4 + text.length);
  frame.set(frameHeader(CLOSE, 2 + text.length));
  frame[2] = code >>> 8;
  frame[3] = code;
  frame.set(text, 4);
  return frame;
}
