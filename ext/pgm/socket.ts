/**
 * An open socket of OpenPGM as the engine uses it. The library does nothing by
 * itself: it is called when one of its descriptors is ready, and when its next
 * timer is due, for what arrives, for repairs of what others have lost, and
 * for its heartbeat.
 *
 * @module
 */

import {
  type Clock,
  type MulticastSink,
  type MulticastSocket,
  type Timer,
  ZmqError,
} from "../../mod.ts";
import { type Memory, toZmqError, type Watch } from "../ffi/mod.ts";
import { Arrivals } from "./arrivals.ts";
import { Option, Status } from "./constants.ts";
import type { OpenPgm } from "./library.ts";

/** Units that are read, or sent, before others have their turn. */
const MOST_AT_ONCE = 64;
/**
 * Calls after somebody may have asked for packets again: the library sends one
 * of them a call, and does not tell of the next.
 */
const MOST_REPAIRS = 128;
/** Failures in a row with which the socket is given up. */
const MOST_FAILURES = 16;

/** One socket. */
export class PgmSocket implements MulticastSocket {
  readonly endpoint: string;
  readonly maxUnit: number;
  readonly #library: OpenPgm;
  readonly #clock: Clock;
  readonly #sock: bigint;
  readonly #sink: MulticastSink;
  readonly #watches: Watch[] = [];
  // Sending: the memory that the library reads from, which it wants aligned,
  // and what tells of room.
  #out: Memory | undefined;
  #room: Watch | undefined;
  #sendTimer: Timer | undefined;
  #sent = 0;
  #isBlocked = false;
  // Receiving.
  readonly #arrivals: Arrivals;
  #timer: Timer | undefined;
  // Sending what others have lost: calls that may yet do it, and what tells
  // that the rate allows it again.
  #repairs = 0;
  #isLimited = false;
  #repairSignal: Watch | undefined;
  #isDeferred = false;
  #isPaused = false;
  #failures = 0;
  #held = true;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #pump = (): void => {
    this.#isDeferred = false;
    this.#receive();
  };

  /** Takes a socket that is connected; it does nothing before `start`. */
  constructor(
    library: OpenPgm,
    clock: Clock,
    sock: bigint,
    endpoint: string,
    sink: MulticastSink,
  ) {
    this.#library = library;
    this.#clock = clock;
    this.#sock = sock;
    this.#sink = sink;
    this.endpoint = endpoint;
    const scheme = endpoint.slice(0, endpoint.indexOf(":"));
    this.#arrivals = new Arrivals(library, scheme, sink, clock);
    this.maxUnit = library.get(sock, Option.MSS);
  }

  /**
   * Begins to send or to receive.
   *
   * @throws {SystemError} without memory or descriptors: it is to be closed.
   */
  start(sends: boolean): void {
    const receive = (): void => {
      if (!this.#isDeferred) this.#receive();
    };
    this.#watch("PENDING_SOCK", receive);
    if (sends) {
      this.#out = this.#library.ffi.allocate(this.maxUnit);
      this.#watch("RECV_SOCK", () => {
        this.#repairs = MOST_REPAIRS;
        receive();
      });
      this.#repairSignal = this.#watch("REPAIR_SOCK", receive);
    } else this.#watch("RECV_SOCK", receive);
    this.#defer();
  }

  send(octets: Uint8Array): number {
    if (this.#closed) return octets.length;
    if (this.#isBlocked) return 0;
    // The octets before this turn ended have not been heard of by anybody who
    // could ask for them again.
    if (this.#sent >= MOST_AT_ONCE) return this.#sendLater(0);
    const out = this.#out!;
    out.octets.set(octets);
    const status = this.#library.calls.send(
      this.#sock,
      out.address,
      octets.length,
      null,
    );
    switch (status) {
      case Status.NORMAL:
        this.#sent++;
        if (this.#sent === 1) this.#clock.defer(() => this.#sent = 0);
        return octets.length;
      case Status.RATE_LIMITED:
        return this.#sendLater(
          this.#library.time(this.#sock, Option.RATE_REMAIN),
        );
      case Status.WOULD_BLOCK:
        this.#isBlocked = true;
        this.#room ??= this.#library.ffi.watch(
          this.#library.get(this.#sock, Option.SEND_SOCK),
          {},
          (_, error) => {
            if (error !== undefined) return this.#lost(error);
            this.#room?.want({});
            this.#sendAgain();
          },
        );
        this.#room.hold(this.#held);
        this.#room.want({ writable: true });
        return 0;
    }
    throw new ZmqError("ECONNRESET", "OpenPGM refused to send", {
      address: this.endpoint,
    });
  }

  resume(): void {
    if (!this.#isPaused || this.#closed) return;
    this.#isPaused = false;
    for (const watch of this.#watches) watch.want({ readable: true });
    this.#defer();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    for (const watch of this.#watches) watch.hold(keepsProcess);
    this.#room?.hold(keepsProcess);
    this.#timer?.hold(keepsProcess);
    this.#sendTimer?.hold(keepsProcess);
  }

  /** Has something called when a descriptor of the socket can be read. */
  #watch(name: keyof typeof Option, woken: () => void): Watch {
    const fd = this.#library.get(this.#sock, Option[name]);
    const watch = this.#library.ffi.watch(
      fd,
      { readable: true },
      (_, error) => {
        if (error === undefined) woken();
        else this.#lost(error);
      },
    );
    this.#watches.push(watch);
    return watch;
  }

  /** Lets the engine try again, in so many milliseconds. */
  #sendLater(delay: number): 0 {
    this.#isBlocked = true;
    if (delay >= 1) {
      this.#sendTimer = this.#clock.setTimer(() => this.#sendAgain(), delay);
      this.#sendTimer.hold(this.#held);
    } else this.#clock.defer(() => this.#sendAgain());
    return 0;
  }

  #sendAgain(): void {
    if (this.#closed) return;
    this.#isBlocked = false;
    this.#sink.writable();
  }

  /** Receives in a moment, from inside of no other call. */
  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#clock.defer(this.#pump);
  }

  /** Calls the library until there is nothing more, for now. */
  #receive(): void {
    this.#timer?.cancel();
    if (this.#isLimited) {
      this.#isLimited = false;
      this.#repairSignal?.want({ readable: true });
    }
    for (let i = 0; !this.#closed && !this.#isPaused; i++) {
      if (i === MOST_AT_ONCE) return this.#defer();
      const status = this.#receiveOne();
      if (status === Status.NORMAL || status === Status.RESET) continue;
      // An empty packet of UDP: none of ours.
      if (status === Status.EOF) continue;
      if (status === Status.TIMER_PENDING && this.#repairs > 0) {
        this.#repairs--;
        continue;
      }
      this.#arrivals.settle();
      return this.#wait(status);
    }
  }

  #receiveOne(): number {
    const { calls, error } = this.#library;
    const arrivals = this.#arrivals;
    const { unit, length } = arrivals;
    const status = calls.recvmsg(this.#sock, unit, 0, length, error);
    switch (status) {
      case Status.NORMAL:
        this.#failures = 0;
        if (!arrivals.take()) this.#pause();
        if (arrivals.isFull) this.#lost(tooMany(this.endpoint));
        break;
      case Status.RESET:
        arrivals.reset(this.#library.reason());
        break;
      case Status.ERROR:
        this.#failed();
    }
    return status;
  }

  #pause(): void {
    this.#isPaused = true;
    for (const watch of this.#watches) watch.want({});
  }

  /** Comes back when the library has something to do. */
  #wait(status: number): void {
    if (this.#closed) return;
    const isLimited = status === Status.RATE_LIMITED;
    if (status !== Status.TIMER_PENDING && !isLimited) return;
    if (isLimited) {
      // It stays signalled until there is nothing more to repair.
      this.#isLimited = true;
      this.#repairSignal?.want({});
    }
    const delay = this.#library.time(
      this.#sock,
      isLimited ? Option.RATE_REMAIN : Option.TIME_REMAIN,
    );
    // Not more often than a millisecond: repairs can wait that long.
    this.#timer = this.#clock.setTimer(
      () => this.#receive(),
      Math.max(1, Math.ceil(delay)),
    );
    this.#timer.hold(this.#held);
  }

  #failed(): void {
    const why = this.#library.reason();
    if (++this.#failures < MOST_FAILURES) this.#defer();
    else this.#lost(new Error(why));
  }

  /** The socket is of no use any more. */
  #lost(cause: unknown): void {
    if (this.#closed) return;
    void this.close();
    const what = `Lost the socket of "${this.endpoint}"`;
    this.#sink.closed(toZmqError(cause, what, this.endpoint));
  }

  async #close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#sendTimer?.cancel();
    const watches = [...this.#watches, ...this.#room ? [this.#room] : []];
    // A descriptor that is still waited for must not be closed.
    await Promise.all(watches.map((watch) => watch.close()));
    this.#library.calls.close(this.#sock, true);
    this.#out?.free();
  }
}

function tooMany(endpoint: string): ZmqError {
  return new ZmqError(
    "EMFILE",
    `Too many sources send to "${endpoint}": it is opened anew`,
    { address: endpoint },
  );
}
