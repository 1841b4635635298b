/**
 * A proxy between two sockets: queue, forwarder or streamer, by their types.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import { type Message, messageSize } from "../message/message.ts";
import { coreOf, Socket } from "../socket/socket.ts";

/** Options of {@linkcode proxy}. */
export interface ProxyOptions {
  /** A socket that gets a copy of every message, both ways. */
  readonly capture?: Socket;
  /** Ends the proxy when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What went through one side of a proxy. */
export interface ProxyCount {
  /** Messages. */
  messages: number;
  /** Octets of their frames. */
  bytes: number;
}

/** What went through a proxy. */
export interface ProxyStatistics {
  /** From and to the first socket. */
  readonly front: { readonly received: ProxyCount; readonly sent: ProxyCount };
  /** From and to the second socket. */
  readonly back: { readonly received: ProxyCount; readonly sent: ProxyCount };
}

/** A proxy that runs. */
export interface ProxyHandle {
  /** Stops forwarding; messages wait in the sockets' queues. */
  pause(): void;
  /** Forwards again. */
  resume(): void;
  /** Ends the proxy. The sockets stay open. */
  terminate(): void;
  /** What went through so far. */
  statistics(): ProxyStatistics;
  /** Resolves when the proxy has ended, rejects when a socket failed. */
  readonly done: Promise<void>;
}

/** How many messages go one way before the other way has its turn. */
const BURST = 1000;

class Direction {
  readonly received: ProxyCount = { messages: 0, bytes: 0 };
  readonly sent: ProxyCount = { messages: 0, bytes: 0 };
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #capture: Socket | undefined;
  readonly #gate: () => Promise<void> | undefined;

  constructor(
    from: Socket,
    to: Socket,
    capture: Socket | undefined,
    gate: () => Promise<void> | undefined,
  ) {
    this.#from = from;
    this.#to = to;
    this.#capture = capture;
    this.#gate = gate;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { receiver, clock } = coreOf(this.#from);
    const { sender } = coreOf(this.#to);
    for (let burst = 0; !signal.aborted; burst++) {
      const gate = this.#gate();
      if (gate !== undefined) await gate;
      if (signal.aborted) return;
      const message = receiver.tryReceive<Message>(undefined) ??
        await receiver.receive<Message>(undefined, { signal, timeout: -1 });
      const size = messageSize(message);
      this.received.messages++;
      this.received.bytes += size;
      if (this.#capture !== undefined) {
        coreOf(this.#capture).sender.trySend(message.slice(), undefined);
      }
      if (!sender.trySend(message, undefined)) {
        await sender.send(message, undefined, { signal, timeout: -1 });
      }
      this.sent.messages++;
      this.sent.bytes += size;
      if (burst % BURST === BURST - 1) {
        await new Promise<void>((resolve) => clock.defer(resolve));
      }
    }
  }
}

/**
 * Forwards every message between two sockets, both ways where their types
 * allow it, until it is terminated or a socket is closed. A side whose peers
 * have no room stops the other from being read: nothing is dropped that the
 * sockets themselves would not drop.
 *
 * @throws {ZmqError} `EINVAL` when an argument is no open socket.
 * @example
 * ```ts
 * import { Dealer, proxy, Router } from "isomq";
 *
 * const front = new Router();
 * const back = new Dealer();
 * await front.bind("inproc://clients");
 * await back.bind("inproc://workers");
 * const queue = proxy(front, back);
 * queue.terminate();
 * await queue.done;
 * await Promise.all([front.close(), back.close()]);
 * ```
 */
export function proxy(
  front: Socket,
  back: Socket,
  options: ProxyOptions = {},
): ProxyHandle {
  check(front, "front");
  check(back, "back");
  if (options.capture !== undefined) check(options.capture, "capture");
  const stop = new AbortController();
  const terminate = (): void => stop.abort();
  if (options.signal?.aborted) terminate();
  const { signal } = stop;
  options.signal?.addEventListener("abort", terminate, { signal });
  // Told of at once: who waits for one side would take a message from it, and
  // have nowhere to put it.
  for (const socket of [front, back, options.capture ?? front]) {
    const { end } = coreOf(socket);
    end.addEventListener("abort", () => stop.abort(end.reason), { signal });
  }
  let gate: Promise<void> | undefined;
  let open: (() => void) | undefined;
  const resume = (): void => {
    gate = undefined;
    open?.();
  };
  signal.addEventListener("abort", resume, { once: true });
  const make = (from: Socket, to: Socket): Direction =>
    new Direction(from, to, options.capture, () => gate);
  const forth = make(front, back);
  const forthOnly = front === back;
  const back2front = make(back, front);
  const runs: Promise<void>[] = [];
  if (canPass(front, back)) runs.push(forth.run(signal));
  if (!forthOnly && canPass(back, front)) {
    runs.push(back2front.run(signal));
  }
  const done = finish(runs, stop);
  // Whoever does not look at `done` has no use for its failure.
  done.catch(() => {});
  return {
    pause() {
      gate ??= new Promise((resolve) => open = resolve);
    },
    resume,
    terminate,
    statistics: () => ({
      front: {
        received: { ...forth.received },
        sent: { ...(forthOnly ? forth : back2front).sent },
      },
      back: {
        received: { ...(forthOnly ? forth : back2front).received },
        sent: { ...forth.sent },
      },
    }),
    done,
  };
}

/**
 * The proxy of zeromq.js: {@linkcode proxy} that begins with `run()`, and at
 * whose end both sockets are closed.
 *
 * @example
 * ```ts
 * import { Dealer, Proxy, Router } from "isomq";
 *
 * const queue = new Proxy(new Router(), new Dealer());
 * await queue.frontEnd.bind("inproc://clients");
 * await queue.backEnd.bind("inproc://workers");
 * const ended = queue.run();
 * queue.terminate();
 * await ended;
 * ```
 */
export class Proxy<F extends Socket = Socket, B extends Socket = Socket> {
  /** The first socket. */
  readonly frontEnd: F;
  /** The second socket. */
  readonly backEnd: B;
  #handle: ProxyHandle | undefined;

  /**
   * Makes a proxy that does not run yet.
   *
   * @throws {ZmqError} `EINVAL` when an argument is no open socket.
   */
  constructor(frontEnd: F, backEnd: B) {
    check(frontEnd, "frontEnd");
    check(backEnd, "backEnd");
    this.frontEnd = frontEnd;
    this.backEnd = backEnd;
  }

  /**
   * Forwards until it is terminated or a socket is closed, and closes both
   * sockets then. What they have not sent may take their `linger`; that is
   * not waited for.
   *
   * @throws {ZmqError} `EFSM` when it runs already, `EINVAL` when a socket is
   * closed before; what a socket fails with that stays open.
   */
  async run(): Promise<void> {
    if (this.#handle !== undefined) {
      throw new ZmqError("EFSM", "Cannot run the proxy: it runs already");
    }
    const { frontEnd, backEnd } = this;
    this.#handle = proxy(frontEnd, backEnd);
    try {
      await this.#handle.done;
    } catch (error) {
      if (!frontEnd.closed && !backEnd.closed) throw error;
    } finally {
      this.#handle = undefined;
      void frontEnd.close();
      void backEnd.close();
    }
  }

  /**
   * Stops forwarding; messages wait in the sockets' queues.
   *
   * @throws {ZmqError} `EBADF` when it does not run.
   */
  pause(): void {
    this.#running.pause();
  }

  /**
   * Forwards again.
   *
   * @throws {ZmqError} `EBADF` when it does not run.
   */
  resume(): void {
    this.#running.resume();
  }

  /**
   * Ends the proxy, soon after which both sockets are closed.
   *
   * @throws {ZmqError} `EBADF` when it does not run.
   */
  terminate(): void {
    this.#running.terminate();
  }

  get #running(): ProxyHandle {
    if (this.#handle !== undefined) return this.#handle;
    throw new ZmqError("EBADF", "Cannot steer the proxy: it does not run");
  }
}

async function finish(
  runs: readonly Promise<void>[],
  stop: AbortController,
): Promise<void> {
  const outcomes = runs.map(async (run) => {
    try {
      await run;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      stop.abort();
    }
  });
  const settled = await Promise.allSettled(outcomes);
  for (const each of settled) if (each.status === "rejected") throw each.reason;
  const { reason } = stop.signal;
  if (reason instanceof ZmqError) throw reason;
}

function canPass(from: Socket, to: Socket): boolean {
  return coreOf(from).pattern.receives && coreOf(to).pattern.sends;
}

function check(socket: unknown, name: string): void {
  if (socket instanceof Socket && !socket.closed) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot proxy with ${name} ${
      socket instanceof Socket ? "a closed socket" : quote(socket)
    }: expected an open socket`,
  );
}
