/**
 * Calls off the main thread. They run on threads that keep a process from its
 * end only when they are asked to: the runtimes' own pools always do, for as
 * long as a call blocks.
 *
 * @module
 */

import type { NativeHost, NativeThread } from "../../mod.ts";
import { PACKAGE } from "./koffi.ts";

/** How many calls run at once; more wait for their turn. */
const MOST_THREADS = 16;

/** What a call off the main thread gave. */
export interface Outcome<Result> {
  /** What the function returned. */
  readonly value: Result;
  /** The thread's error number after it. */
  readonly errno: number;
  /** Lets others have the thread, where it was kept; else does nothing. */
  release(): void;
}

/** What a call off the main thread depends on. */
export interface CallConditions {
  /** Fires when nobody wants the call any more: it is not begun then. */
  readonly signal?: AbortSignal | undefined;
  /**
   * True: nothing but `after` runs on the thread until the outcome is
   * released. Default: false.
   */
  readonly keepsThread?: boolean | undefined;
  /** True: the call keeps the process running. Default: false. */
  readonly keepsProcess?: boolean | undefined;
}

/** A function, as a thread finds it anew. */
export interface ThreadCall {
  /** The library's file. */
  readonly file: string;
  /** The function's name. */
  readonly name: string;
  /** koffi's name of the result's type. */
  readonly result: string;
  /** koffi's names of the arguments' types. */
  readonly parameters: readonly string[];
}

/** A thread's program: keeps what it has found, and calls. */
const PROGRAM = `
const functions = new Map();
const find = ({ file, name, result, parameters }) => {
  const key = [file, name, result, ...parameters].join();
  if (!functions.has(key)) {
    functions.set(key, addon.load(file).func(name, result, parameters));
  }
  return functions.get(key);
};
parentPort.on("message", ({ call, values }) => {
  try {
    const value = find(call)(...values);
    parentPort.postMessage({ value, errno: addon.errno() });
  } catch (error) {
    parentPort.postMessage({ error: String(error?.message ?? error) });
  }
});`;

/** What a thread answers. */
interface Answer {
  readonly value?: unknown;
  readonly errno?: number;
  readonly error?: string;
}

interface Job {
  readonly call: ThreadCall;
  readonly values: readonly unknown[];
  /** Whose thread is the only one that it may run on, while that is there. */
  readonly outcome: Outcome<unknown> | undefined;
  readonly keepsThread: boolean;
  readonly keepsProcess: boolean;
  /** The job is on its way to a thread: it cannot be taken back. */
  readonly begun: () => void;
  readonly resolve: (outcome: Outcome<unknown>) => void;
  readonly reject: (cause: unknown) => void;
}

interface Seat {
  readonly thread: NativeThread;
  job: Job | undefined;
  /** After which only what follows it may run here. */
  kept: Outcome<unknown> | undefined;
}

/** The threads of one process. */
export class Threads {
  readonly #host: NativeHost;
  readonly #exit: (code: number) => void;
  readonly #seats: Seat[] = [];
  readonly #waiting = new Set<Job>();
  readonly #from = new WeakMap<Outcome<unknown>, Seat>();

  /**
   * @param exit ends the process at once, without waiting for threads.
   */
  constructor(host: NativeHost, exit: (code: number) => void) {
    this.#host = host;
    this.#exit = exit;
  }

  /**
   * Calls a function. With an outcome, on the thread that gave it. Rejects with
   * the reason of the signal.
   */
  call(
    call: ThreadCall,
    values: readonly unknown[],
    conditions: CallConditions & { readonly outcome?: Outcome<unknown> } = {},
  ): Promise<Outcome<unknown>> {
    const { outcome, signal, keepsThread = false, keepsProcess = false } =
      conditions;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const withdraw = (): void => {
        this.#waiting.delete(job);
        reject(signal!.reason);
      };
      const begun = (): void => signal?.removeEventListener("abort", withdraw);
      const job: Job = {
        ...{ call, values, outcome, keepsThread, keepsProcess },
        ...{ begun, resolve, reject },
      };
      signal?.addEventListener("abort", withdraw);
      this.#waiting.add(job);
      this.#next();
    });
  }

  #next(): void {
    for (const job of this.#waiting) {
      let seat;
      try {
        seat = this.#seatFor(job);
      } catch (cause) {
        // The others are busy: one of them is going to have time.
        if (this.#seats.length > 0) return;
        // Who is told that a call has failed, must not see it happen later.
        this.#waiting.delete(job);
        job.begun();
        job.reject(cause);
        return this.#next();
      }
      if (seat === undefined) continue;
      this.#waiting.delete(job);
      job.begun();
      seat.job = job;
      if (job.keepsProcess) seat.thread.hold(true);
      seat.thread.post({ call: job.call, values: job.values });
      return;
    }
  }

  /** A thread that is free now. */
  #seatFor({ outcome }: Job): Seat | undefined {
    const own = outcome && this.#from.get(outcome);
    if (own !== undefined && this.#seats.includes(own)) {
      const isFree = own.job === undefined &&
        (own.kept === undefined || own.kept === outcome);
      return isFree ? own : undefined;
    }
    return this.#seats.find(({ job, kept }) =>
      job === undefined && kept === undefined
    ) ?? this.#start();
  }

  #start(): Seat | undefined {
    if (this.#seats.length >= MOST_THREADS) return undefined;
    if (this.#seats.length === 0) {
      this.#host.endAtOnce?.(
        () => this.#seats.some(({ job }) => job !== undefined),
        this.#exit,
      );
    }
    const thread = this.#host.startThread(
      PROGRAM,
      PACKAGE,
      (message) => this.#answered(seat, message as Answer),
      (cause) => this.#failed(seat, cause),
    );
    const seat: Seat = { thread, job: undefined, kept: undefined };
    this.#seats.push(seat);
    return seat;
  }

  #answered(seat: Seat, { value, errno = 0, error }: Answer): void {
    const job = seat.job!;
    seat.job = undefined;
    if (job.keepsProcess) seat.thread.hold(false);
    if (error === undefined) {
      const release = (): void => {
        if (seat.kept !== outcome) return;
        seat.kept = undefined;
        this.#next();
      };
      const outcome: Outcome<unknown> = { value, errno, release };
      this.#from.set(outcome, seat);
      if (job.keepsThread) seat.kept = outcome;
      job.resolve(outcome);
    } else job.reject(new Error(error));
    this.#next();
  }

  /** The thread is no more, for want of memory or descriptors. */
  #failed(seat: Seat, cause: unknown): void {
    const at = this.#seats.indexOf(seat);
    if (at < 0) return;
    this.#seats.splice(at, 1);
    seat.job?.reject(cause);
    this.#next();
  }
}
