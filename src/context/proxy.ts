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
  options.signal?.addEventListener("abort", terminate, { once: true });
  let gate: Promise<void> | undefined;
  let open: (() => void) | undefined;
  const resume = (): void => {
    gate = undefined;
    open?.();
  };
  stop.signal.addEventListener("abort", resume, { once: true });
  const make = (from: Socket, to: Socket): Direction =>
    new Direction(from, to, options.capture, () => gate);
  const forth = make(front, back);
  const forthOnly = front === back;
  const back2front = make(back, front);
  const runs: Promise<void>[] = [];
  if (canPass(front, back)) runs.push(forth.run(stop.signal));
  if (!forthOnly && canPass(back, front)) {
    runs.push(back2front.run(stop.signal));
  }
  const done = finish(runs, stop).finally(() =>
    options.signal?.removeEventListener("abort", terminate)
  );
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
