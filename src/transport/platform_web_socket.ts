/**
 * A platform's own WebSocket as a byte stream: octets of unmasked RFC 6455
 * frames in both directions, as if the platform had passed them on. So the
 * session has one way to speak ZeroMQ over WebSockets.
 *
 * A WebSocket object has no backpressure of its own. Outwards it tells how
 * much it holds, though not when that has left: it is asked again and again.
 * Inwards most cannot be paused: what arrives meanwhile is held here, up to a
 * limit, beyond which the connection is dropped.
 *
 * Knows no runtime.
 *
 * @module
 */

import { toBytes, toText } from "../base/bytes.ts";
import type { Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import { subprotocolOf } from "../wire/websocket_names.ts";
import { FrameCutter, frameHeader } from "./frame_cutter.ts";
import { HeldConnection, type HeldConnectionInit } from "./held_connection.ts";
import { CallbackByteStream } from "./streams.ts";
import type { Subprotocol, WebSocketLink } from "./transport.ts";

/** Opcodes: RFC 6455 §5.2. */
const TEXT = 0x1;
const BINARY = 0x2;
const CLOSE = 0x8;

/** `readyState` of a WebSocket that can be written to. */
const OPEN = 1;
/** That of one that says goodbye. */
const CLOSING = 2;

/** How many octets the platform may hold before a writer has to wait. */
const WRITE_LIMIT = 256 * 1024;
/** Between questions how much it still holds, in ms: doubled up to the last. */
const FIRST_DELAY = 1;
const LAST_DELAY = 32;

/** The most octets that wait by default while reading is paused. */
const HELD_LIMIT = 64 * 1024 * 1024;
/** About what it costs to hold a piece, however short. */
const PIECE_COST = 128;

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
  /** Stops reading, so that the peer has to wait, where the platform can. */
  pause?(): void;
  /** Goes on reading. */
  resume?(): void;
  /** Tells of what happens. */
  addEventListener(
    type: string,
    // deno-lint-ignore no-explicit-any
    listener: (event: any) => void,
  ): void;
}

/** What is known of a WebSocket beside itself. */
export interface PlatformWebSocketInit extends HeldConnectionInit {
  /** Which side of the connection this is. */
  readonly role: "client" | "server";
  /** The subprotocol, where the platform does not know it. */
  readonly subprotocol?: Subprotocol;
  /** As server: the type that the client asked with (RFC 39). */
  readonly peerType?: string;
  /**
   * The most octets that may wait while reading is paused and the platform
   * goes on reading; then the connection is dropped. Default: 64 MiB.
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
  readonly webSocket: WebSocketLink;

  /** Takes an open WebSocket to itself. */
  constructor(socket: PlatformWebSocket, init: PlatformWebSocketInit) {
    super(new PlatformConnection(socket, init));
    const { role, peerType } = init;
    // One that was not offered is refused by the session.
    const subprotocol = subprotocolOf(
      init.subprotocol ?? socket.protocol,
    ) as Subprotocol;
    this.webSocket = {
      subprotocol,
      role,
      masked: false,
      canPing: false,
      ...(peerType !== undefined && { peerType }),
    };
  }
}

class PlatformConnection extends HeldConnection {
  readonly #socket: PlatformWebSocket;
  readonly #maxHeld: number;
  readonly #cutter: FrameCutter;
  // Octets of frames that were written, and those of messages sent.
  #written = 0;
  #sent = 0;
  // The platform holds too much; our side was ended, or closed.
  #full = false;
  #ending = false;
  #closing = false;
  #watching = false;
  #timer: Timer | undefined;
  #delay = FIRST_DELAY;

  constructor(socket: PlatformWebSocket, init: PlatformWebSocketInit) {
    super(init);
    this.#socket = socket;
    this.#maxHeld = init.maxHeldBytes ?? HELD_LIMIT;
    this.#cutter = new FrameCutter((opcode, payload) =>
      this.#send(opcode, payload)
    );
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", (event) => this.#message(event));
    socket.addEventListener("close", (event) => this.#closed(event));
    // A close follows, and says what little there is to be known; or not.
    socket.addEventListener("error", () => {
      this.clock.defer(() => {
        if (socket.readyState > CLOSING) {
          this.#closed({ code: 1006, reason: "" });
        }
      });
    });
  }

  write(parts: readonly Uint8Array[]): boolean {
    if (this.lost || this.#ending) return false;
    for (const part of parts) {
      this.#written += part.length;
      this.#cutter.push(part);
    }
    this.#full ||= this.#socket.bufferedAmount >= WRITE_LIMIT;
    if (this.#full) this.#watch();
    return !this.#full;
  }

  /** The platform copies what it is given. */
  get settled(): boolean {
    return this.#cutter.whole && !this.lost;
  }

  /**
   * How many octets have not left. The platform counts without the heads:
   * these are taken for what has not left either, lest that more is written
   * looks like less that waits.
   */
  get unsent(): number {
    const { bufferedAmount } = this.#socket;
    return bufferedAmount === 0
      ? 0
      : bufferedAmount + this.#written - this.#sent;
  }

  override pause(): void {
    super.pause();
    // The answer to our Close has to come in.
    if (!this.lost && !this.#closing) this.#socket.pause?.();
  }

  override resume(): void {
    super.resume();
    if (!this.lost) this.#socket.resume?.();
  }

  end(): void {
    if (this.lost || this.#ending) return;
    this.#ending = true;
    this.#close(1000, "");
    this.#watch();
  }

  protected override drop(): void {
    if (this.#socket.terminate !== undefined) this.#socket.terminate();
    else this.#close(1000, "");
  }

  protected override stop(): void {
    this.#timer?.cancel();
  }

  // What the session writes.

  #send(opcode: number, payload: Uint8Array): void {
    if (opcode === CLOSE) {
      const code = payload.length < 2 ? 1000 : (payload[0]! << 8) | payload[1]!;
      this.#close(code, toText(payload.subarray(2)));
    } else if (opcode === BINARY && this.#socket.readyState === OPEN) {
      this.#sent += payload.length;
      this.#socket.send(payload as Uint8Array<ArrayBuffer>);
    }
  }

  /**
   * Begins the closing handshake. The codes of the protocol are the
   * platform's own to send; in their place goes one of those for private use
   * (RFC 6455 §7.4.2), 4002 for 1002.
   */
  #close(code: number, reason: string): void {
    if (this.#closing || this.#socket.readyState > OPEN) return;
    this.#closing = true;
    const isOurs = code === 1000 || (code >= 3000 && code < 5000);
    this.#socket.resume?.();
    this.#socket.close(isOurs ? code : 4000 + code % 1000, reason);
  }

  /** Asks, later and later, whether what was sent has left. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#delay = FIRST_DELAY;
    this.clock.defer(() => this.#look());
  }

  #look(): void {
    this.#watching = false;
    if (this.lost) return;
    const limit = this.#ending ? 0 : WRITE_LIMIT / 2;
    if (this.#socket.bufferedAmount <= limit) {
      this.#full = false;
      this.drained();
      return;
    }
    this.#watching = true;
    this.#timer = this.clock.setTimer(() => this.#look(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LAST_DELAY);
  }

  // What the platform tells.

  #message({ data }: MessageEventLike): void {
    if (this.lost) return;
    const isText = typeof data === "string";
    const payload = isText ? toBytes(data) : new Uint8Array(data);
    const held = this.heldBytes + PIECE_COST * this.heldPieces +
      payload.length;
    if (!this.flows && held > this.#maxHeld && !this.#holdsBack) {
      this.#overflow(held);
      return;
    }
    this.take(frameHeader(isText ? TEXT : BINARY, payload.length));
    if (payload.length > 0) this.take(payload);
  }

  /** What still arrives was on its way when reading was stopped. */
  get #holdsBack(): boolean {
    return this.#socket.pause !== undefined && !this.#closing;
  }

  #overflow(octets: number): void {
    const address = this.remoteAddress;
    this.failed(
      new ZmqError(
        "EAGAIN",
        `Dropped the connection to "${address}": ${octets} octets wait to be ` +
          "received, which a platform's WebSocket cannot hold back; the " +
          `limit is ${this.#maxHeld}`,
        { address },
      ),
    );
    this.drop();
  }

  #closed({ code, reason }: CloseEventLike): void {
    if (this.lost) return;
    // 1006: the connection was lost; 1015: it could not be secured. Not every
    // platform has these; none is below 1000.
    if (code < 1000 || code === 1006 || code === 1015) {
      const address = this.remoteAddress;
      const what = `The connection to "${address}" was lost (code ${code})`;
      this.ended(new ZmqError("ECONNRESET", what, { address }));
      return;
    }
    this.take(closeFrame(code, reason));
    this.peerEnded();
    this.ended();
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
