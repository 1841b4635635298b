/**
 * The seam between a runtime and native code: what code that calls the
 * system's libraries by itself needs of the runtime around it, and what it
 * gives back.
 *
 * @module
 */

import type { ByteStream } from "./transport.ts";

/** What a descriptor is ready for, or is to be. */
export interface Readiness {
  /** Something to read: octets, an event, the peer's end, or an error. */
  readonly readable?: boolean;
  /** Room to write, or an error. */
  readonly writable?: boolean;
}

/**
 * A descriptor that is waited for. The callback is called as long as it is
 * ready, once a turn, and sometimes when it is not: the descriptor must not
 * block.
 */
export interface Watch {
  /** Changes what to wait for; nothing pauses. */
  want(events: Readiness): void;
  /** Says whether waiting keeps the process running. Default: yes. */
  hold(keepsProcess: boolean): void;
  /**
   * Ends it: the callback is called no more. Resolves when the system waits
   * for the descriptor no more, which should not be closed before.
   */
  close(): Promise<void>;
}

/**
 * Told what a descriptor is ready for; or, with an error, that it could not be
 * waited for, and is not before `want` is called again.
 */
export type WatchCallback = (events: Readiness, error?: unknown) => void;

/** A connected stream socket of any family that does not block. */
export interface StreamDescriptor {
  /** The file descriptor. */
  readonly fd: number;
  /**
   * True when one direction cannot end alone: to end the writing side is to
   * close the connection, in good order. The sockets of runtimes do not know
   * of that. Default: no.
   */
  readonly endsWhole?: boolean;
  /** Reads; 0 is the peer's end, `undefined` means that nothing is there. */
  read(into: Uint8Array): number | undefined;
  /** Writes some of the octets; `undefined` means that there is no room. */
  write(octets: Uint8Array): number | undefined;
  /** Ends the writing side. */
  endWriting(): void;
  /** Waits for it; there is one watch at a time. */
  watch(events: Readiness, callback: WatchCallback): Watch;
  /**
   * Drops the connection, and closes the descriptor when `after` resolves.
   * Must not wait for the peer.
   */
  close(after?: Promise<void>): void;
}

/** A descriptor that is to become a byte stream. */
export interface Adoption {
  /** It belongs to the stream from now on. */
  readonly descriptor: StreamDescriptor;
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
}

/** A thread that runs a program of its own beside the main one. */
export interface NativeThread {
  /** Sends the thread a message. */
  post(message: unknown): void;
  /** Lets it keep the process running, or not, which is how it begins. */
  hold(keepsProcess: boolean): void;
  /** Ends the thread, unless it is inside of a call. */
  stop(): void;
}

/** What the runtime does for native code. */
export interface NativeHost {
  /** The operating system, by Node's names: `"linux"`, `"darwin"`, … */
  readonly platform: string;
  /**
   * True when the event loop can wait for any descriptor, by libuv's polling.
   */
  readonly hasPolling: boolean;
  /** Makes a descriptor a byte stream. */
  adopt(adoption: Adoption): Promise<ByteStream>;
  /**
   * Starts a thread that does not keep the process running.
   *
   * @param source the program, CommonJS: it has `require`, `addon`, which is
   * the package of that name, and the `parentPort` of `node:worker_threads`.
   * @param addon the name of a package with native code.
   * @param received told of each message of the thread.
   * @param failed told when it could not begin, or is gone by itself.
   */
  startThread(
    source: string,
    addon: string,
    received: (message: unknown) => void,
    failed: (cause: unknown) => void,
  ): NativeThread;
  /**
   * Has the process end by a function, given the exit code, instead of waiting
   * for its threads: after all else that it does at its end, and only when
   * that is needed then. Absent where the end of a process does not wait.
   */
  endAtOnce?(isNeeded: () => boolean, end: (code: number) => void): void;
  /** True when the end of the process, or of a worker, waits for threads. */
  readonly joinsThreads: boolean;
  /**
   * True in a worker, which may be terminated: then no code runs at its end,
   * while its calls off the main thread go on. Default: no.
   */
  readonly inWorker?: boolean;
  /**
   * True when the end of a worker completes what the runtime's pool has not
   * begun for it: native code that does not look for that calls what it never
   * had. Default: no.
   */
  readonly cancelsCalls?: boolean;
  /** Has a function called when the process ends. */
  onExit(callback: () => void): void;
}
