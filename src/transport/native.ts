/**
 * The seam between a runtime and native code: what code that calls the
 * system's libraries by itself needs of the runtime around it, and what it
 * gives back.
 *
 * @module
 */

import type { ByteStream } from "./transport.ts";

/** A descriptor that is to become a byte stream. */
export interface Adoption {
  /**
   * The file descriptor of a connected stream socket of any family, not
   * blocking. It belongs to the stream from now on, or when this fails, to
   * who has called.
   */
  readonly fd: number;
  /** The local address as an endpoint. */
  readonly localAddress: string;
  /** The peer's address as an endpoint. */
  readonly remoteAddress: string;
}

/** A thread that runs a program of its own beside the main one. */
export interface NativeThread {
  /** Sends the thread a message. */
  post(message: unknown): void;
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
   * Starts a thread that never keeps the process running.
   *
   * @param source the program, CommonJS: it has `require`, `addon`, which is
   * the package of that name, and the `parentPort` of `node:worker_threads`.
   * @param addon the name of a package with native code.
   * @param received told of each message of the thread.
   */
  startThread(
    source: string,
    addon: string,
    received: (message: unknown) => void,
  ): NativeThread;
  /**
   * Has a function called with the exit code when the process ends. Absent
   * where the end of a process does not wait for its threads.
   */
  onExit?(callback: (code: number) => void): void;
}
