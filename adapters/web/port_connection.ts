/**
 * One connection over a channel that it shares with its peer and nobody else.
 *
 * What is sent is limited by credit: each side tells how many octets it took,
 * and the other sends no more than a window ahead. A peer that vanished does
 * not say so: it is asked whether it is there while it is silent.
 *
 * @module
 */

import type { Timer } from "../../src/base/clock.ts";
import { checkUnsent } from "../../src/base/detached.ts";
import { ZmqError } from "../../src/base/errors.ts";
import { Ring } from "../../src/base/ring.ts";
import {
  HeldConnection,
  type HeldConnectionInit,
} from "../../src/transport/held_connection.ts";
import type { Channel, ChannelMessage } from "./channel.ts";

/** How many octets may be on their way. */
const WINDOW = 1024 * 1024;
/** How many octets are gathered into one message. */
const MESSAGE_SIZE = 64 * 1024;
/** After how much silence the peer is asked, in ms, and how often in vain. */
const SILENCE = 2000;
const PATIENCE = 3;

/** What a connection is made with. */
export interface PortConnectionInit extends HeldConnectionInit {
  /** This end, so that a message meant for another is not taken for ours. */
  readonly self: string;
  /** The other end. */
  readonly peer: string;
}

/** One end of a connection. */
export class PortConnection extends HeldConnection {
  readonly #self: string;
  readonly #peer: string;
  #channel: Channel | undefined;
  // What waits to be sent, the octets of its first part that were sent, and
  // all of them counted.
  readonly #queue = new Ring<Uint8Array>();
  #taken = 0;
  #queued = 0;
  #credit = WINDOW;
  // Octets that the engine took and the peer was not told of.
  #owed = 0;
  #full = false;
  #ending = false;
  #finished = false;
  #peerFinished = false;
  #silent = 0;
  #timer: Timer | undefined;
  /** A page that goes says so; one that comes back connects anew. */
  readonly #hidden = (): void => this.close();

  /** Takes the names of both ends; `use` follows. */
  constructor(init: PortConnectionInit) {
    super(init);
    this.#self = init.self;
    this.#peer = init.peer;
  }

  /** Begins, on a channel whose messages go to `hear`. */
  use(channel: Channel): void {
    this.#channel = channel;
    globalThis.addEventListener?.("pagehide", this.#hidden);
    this.#watch();
  }

  /** Queues the parts, and sends as far as there is credit. */
  write(parts: readonly Uint8Array[]): boolean {
    if (this.lost || this.#ending) return false;
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#queue.push(part);
      this.#queued += part.length;
    }
    this.#flush();
    this.#full ||= this.#queued > 0;
    return !this.#full;
  }

  /** How many octets the peer has not taken, as far as it has told. */
  get unsent(): number {
    return this.#queued + WINDOW - this.#credit;
  }

  /** What was sent was copied. */
  get settled(): boolean {
    return this.#queued === 0 && !this.lost;
  }

  /** Ends the writing side once everything written has left. */
  end(): void {
    if (this.lost || this.#ending) return;
    this.#ending = true;
    this.clock.defer(() => {
      this.#flush();
      this.#finish();
    });
  }

  /** Says whether the connection keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#channel?.hold(keepsProcess);
  }

  /** Takes a message of the channel. */
  hear(message: ChannelMessage): void {
    if (message.kind === "nobody") {
      this.ended(this.#broken("the peer is gone"));
      this.#leave();
      return;
    }
    // Who was called twice answers twice: only one of them is the peer.
    const isForUs = message.to === this.#self && message.from === this.#peer;
    if (!isForUs || this.#channel === undefined) return;
    this.#silent = 0;
    const { kind, octets, credit } = message;
    if (kind === "data" && octets instanceof Uint8Array) this.#arrived(octets);
    else if (kind === "credit") this.#credited(credit as number);
    else if (kind === "ping") this.#post({ kind: "pong" });
    else if (kind === "end") {
      this.peerEnded();
      this.#peerFinished = true;
      this.#settle();
    } else if (kind === "close") this.#closed(message.broken === true);
  }

  protected override consumed(length: number): void {
    this.#owed += length;
    if (this.#owed < WINDOW / 2) return;
    const credit = this.#owed;
    this.#owed = 0;
    this.#post({ kind: "credit", credit });
  }

  protected override drop(): void {
    // As TCP does: who leaves octets unread breaks the connection.
    this.#post({ kind: "close", broken: this.heldBytes > 0 });
    this.#leave();
  }

  protected override stop(): void {
    this.#leave();
  }

  #arrived(octets: Uint8Array): void {
    // A peer that keeps to its window cannot get here.
    if (this.heldBytes + octets.length > 2 * WINDOW) {
      this.#post({ kind: "close", broken: true });
      this.failed(this.#broken("the peer sent more than it may"));
      return;
    }
    this.take(octets);
  }

  #credited(octets: number): void {
    this.#credit += octets;
    this.#flush();
    if (this.#queued > 0) return;
    if (this.#ending) this.#finish();
    else if (this.#full) {
      this.#full = false;
      this.drained();
    }
  }

  #closed(isBroken: boolean): void {
    if (isBroken) {
      this.failed(this.#broken("the peer left octets unread"));
    } else {
      this.peerEnded();
      this.ended();
    }
    this.#leave();
  }

  /** Sends what is queued, as far as there is credit. */
  #flush(): void {
    try {
      while (this.#queued > 0 && this.#credit > 0 && !this.lost) {
        const octets = this.#gather(
          Math.min(this.#queued, this.#credit, MESSAGE_SIZE),
        );
        this.#queued -= octets.length;
        this.#credit -= octets.length;
        this.#post({ kind: "data", octets });
      }
    } catch (cause) {
      this.#post({ kind: "close", broken: true });
      this.failed(cause);
    }
  }

  /** The next octets in memory of their own: a message takes all of it. */
  #gather(length: number): Uint8Array {
    const octets = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const part = this.#queue.peek()!;
      // None is empty as long as it has its memory.
      checkUnsent(Math.min(part.length, 1), 1);
      const end = Math.min(part.length, this.#taken + length - at);
      octets.set(part.subarray(this.#taken, end), at);
      at += end - this.#taken;
      this.#taken = end;
      if (end < part.length) continue;
      this.#queue.shift();
      this.#taken = 0;
    }
    return octets;
  }

  /** Tells of our end once all that was written has been sent. */
  #finish(): void {
    if (this.#queued > 0 || this.#finished || this.lost) return;
    this.#finished = true;
    this.#post({ kind: "end" });
    this.drained();
    this.#settle();
  }

  /** Gone in good order when both sides have ended. */
  #settle(): void {
    if (!this.#finished || !this.#peerFinished) return;
    this.ended();
  }

  #post(message: ChannelMessage): void {
    this.#channel?.post({ ...message, from: this.#self, to: this.#peer });
  }

  #leave(): void {
    this.#timer?.cancel();
    globalThis.removeEventListener?.("pagehide", this.#hidden);
    this.#channel?.close();
    this.#channel = undefined;
    this.#queue.clear();
  }

  /** Asks a silent peer whether it is there. */
  #watch(): void {
    this.#timer = this.clock.setTimer(() => {
      if (this.#silent++ === PATIENCE) {
        this.ended(this.#broken("the peer is silent"));
        this.#leave();
        return;
      }
      if (this.#silent > 1) this.#post({ kind: "ping" });
      this.#watch();
    }, SILENCE);
    this.#timer.hold(false);
  }

  #broken(why: string): ZmqError {
    const address = this.remoteAddress;
    return new ZmqError(
      "ECONNRESET",
      `Lost the connection to "${address}": ${why}`,
      { address, cause: new Error(why) },
    );
  }
}
