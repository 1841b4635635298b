/**
 * The heartbeat of one connection: PING, and how long silence is borne.
 * RFC 37 "heartbeating".
 *
 * It knows neither frames nor streams, and sets no timer unless it is
 * configured or the peer asks for it.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import { encodePing } from "../wire/commands.ts";
import { setPatientTimer } from "./patience.ts";

// libzmq keeps the milliseconds in 16 bits: more would wrap there.
const MAX_TTL = 655;
/** RFC 37: the unit of a ttl, in milliseconds. */
const TTL_UNIT = 100;

/** The options that it follows, in milliseconds. */
export interface HeartbeatOptions {
  /** Between two PINGs; 0 sends none. */
  readonly heartbeatInterval: number;
  /** Silence after a PING; -1 is the interval, 0 is no limit. */
  readonly heartbeatTimeout: number;
  /** What the peer is told to bear; 0 says nothing. */
  readonly heartbeatTimeToLive: number;
}

/** What a heartbeat acts on. */
export interface HeartbeatOwner {
  /**
   * While what we say has to wait for the peer to read: a number that grows
   * when it has read some.
   */
  readonly progress: number | undefined;
  /** Send this command body. */
  ping(body: Uint8Array): void;
  /** The peer is dead: drop the connection. */
  fail(error: ZmqError): void;
}

/** Tells the living from the dead. */
export class Heartbeat {
  readonly #owner: HeartbeatOwner;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #timeout: number;
  readonly #body: Uint8Array;
  #answers: boolean;
  #heard = false;
  #suspended = false;
  #progress: number | undefined;
  #ttl = 0;
  #last = 0;
  #pinging: Timer | undefined;
  #waiting: Timer | undefined;
  #dying: Timer | undefined;

  /**
   * @param pings true when the peer is known to understand PING: it speaks
   * 3.1. Others are sent none until they send one.
   * @param answers false when nobody knows whether the peer answers: its
   * silence means nothing until it has.
   */
  constructor(
    owner: HeartbeatOwner,
    clock: Clock,
    options: HeartbeatOptions,
    pings: boolean,
    answers: boolean,
  ) {
    this.#owner = owner;
    this.#answers = answers;
    this.#clock = clock;
    this.#interval = options.heartbeatInterval;
    this.#timeout = options.heartbeatTimeout < 0
      ? options.heartbeatInterval
      : options.heartbeatTimeout;
    const ttl = Math.floor(options.heartbeatTimeToLive / TTL_UNIT);
    this.#body = encodePing(Math.min(ttl, MAX_TTL), EMPTY);
    if (pings) this.#startPinging();
  }

  /** Octets arrived: the peer lives. */
  heard(): void {
    this.#heard = true;
    if (this.#ttl > 0) this.#last = this.#clock.now();
  }

  /** An answer arrived. */
  answered(): void {
    this.#answers = true;
  }

  /** A PING arrived. @param ttl tenths of a second. */
  pinged(ttl: number): void {
    this.#startPinging();
    this.#ttl = ttl * TTL_UNIT;
    this.#last = this.#clock.now();
    this.#dying?.cancel();
    this.#dying = ttl > 0
      ? this.#timer(() => this.#expire(), this.#ttl)
      : undefined;
  }

  /**
   * Says whether reading has been stopped by our own backpressure: who does
   * not listen must not call the peer silent.
   */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
    this.heard();
  }

  /** Stops all timers. */
  stop(): void {
    this.#pinging?.cancel();
    this.#waiting?.cancel();
    this.#dying?.cancel();
    this.#pinging = this.#waiting = this.#dying = undefined;
    this.#ttl = 0;
  }

  #startPinging(): void {
    if (this.#interval <= 0 || this.#pinging !== undefined) return;
    this.#pingLater();
  }

  #pingLater(): void {
    this.#pinging = this.#clock.setTimer(() => this.#ping(), this.#interval);
    // The connection keeps the process running, its heartbeat does not.
    this.#pinging.hold(false);
  }

  #ping(): void {
    this.#pingLater();
    const isJudged = this.#answers && this.#timeout > 0;
    if (this.#waiting === undefined && isJudged) {
      this.#heard = false;
      this.#progress = this.#owner.progress;
      this.#waiting = this.#timer(() => this.#judge(), this.#timeout);
    }
    this.#owner.ping(this.#body);
  }

  #judge(): void {
    this.#waiting = undefined;
    if (this.#heard || this.#suspended || this.#proceeds()) return;
    this.#die(`nothing arrived within ${this.#timeout} ms after a PING`);
  }

  /**
   * True when the peer reads what was said before the PING: it cannot answer
   * yet. Who is gone reads nothing.
   */
  #proceeds(): boolean {
    const before = this.#progress;
    return before !== undefined && (this.#owner.progress ?? Infinity) > before;
  }

  #expire(): void {
    this.#dying = undefined;
    const silence = this.#clock.now() - this.#last;
    if (silence < this.#ttl || this.#suspended) {
      const rest = this.#suspended ? this.#ttl : this.#ttl - silence;
      this.#dying = this.#timer(() => this.#expire(), rest);
      return;
    }
    this.#die(`nothing arrived within its time to live, ${this.#ttl} ms`);
  }

  #die(why: string): void {
    this.stop();
    this.#owner.fail(
      new ZmqError("ETIMEDOUT", `The peer stopped answering: ${why}`),
    );
  }

  #timer(callback: () => void, delay: number): Timer {
    return setPatientTimer(this.#clock, callback, delay);
  }
}
