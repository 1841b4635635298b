/**
 * Native code from JavaScript, the same on Node, Deno and Bun.
 *
 * @module
 */

import {
  type ByteStream,
  context,
  type NativeHost,
  type Readiness,
  type Runtime,
  type StreamDescriptor,
  type Watch,
  type WatchCallback,
  ZmqError,
} from "../../mod.ts";
import { descriptorOf } from "./descriptor.ts";
import { type Koffi, loadKoffi } from "./koffi.ts";
import { type Library, type LibrarySource, openLibrary } from "./library.ts";
import { loadedPerRuntime } from "./loading.ts";
import { Memory } from "./memory.ts";
import { PollLoop } from "./poll_loop.ts";
import { LIBC, System } from "./system.ts";
import { Threads } from "./threads.ts";
import { LoopWatcher, type Watcher } from "./watch.ts";

/** Native code on one runtime. */
export class Ffi {
  /** The operating system, by Node's names: `"linux"`, `"darwin"`, … */
  readonly platform: string;
  readonly #koffi: Koffi;
  readonly #host: NativeHost;
  readonly #threads: Threads;
  #system: System | undefined;
  #watcher: Watcher | undefined;

  /** @internal */
  constructor(koffi: Koffi, host: NativeHost) {
    this.#koffi = koffi;
    this.#host = host;
    this.platform = host.platform;
    this.#threads = new Threads(host, (code) => this.system.exit(code));
  }

  /**
   * Loads a library.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not there, with the command that
   * installs it.
   */
  library(source: LibrarySource): Library {
    return openLibrary(this.#koffi, this.#threads, this.platform, source);
  }

  /**
   * The system's calls for descriptors and sockets.
   *
   * @throws {ZmqError} `ENOTSUP` on Windows.
   */
  get system(): System {
    return this.#system ??= new System(
      this.#koffi,
      this.library(LIBC),
      this.platform,
    );
  }

  /** Allocates memory, filled with zeros. */
  allocate(octets: number): Memory {
    return new Memory(this.#koffi, octets);
  }

  /** Memory of native code as octets: good as long as it is there. */
  view(address: bigint, octets: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#koffi.view(address, octets));
  }

  /** The text at an address, up to the first zero, as UTF-8. */
  text(address: bigint): string {
    return this.#koffi.decode(address, "char", -1) as string;
  }

  /** Where the octets of a view are, for pointers inside of structs. */
  address(view: ArrayBufferView): bigint {
    return this.#koffi.address(view);
  }

  /**
   * The error number after the last call on the main thread.
   *
   * @param value what it is set to first, for a library that looks at it
   * although nothing has failed. Default: it stays as it is.
   */
  errno(value?: number): number {
    return value === undefined ? this.#koffi.errno() : this.#koffi.errno(value);
  }

  /**
   * Waits for a descriptor that does not block and has no other watch.
   * Close the watch before the descriptor, and wait for it where the
   * descriptor's address has to be free at once.
   */
  watch(fd: number, events: Readiness, callback: WatchCallback): Watch {
    this.#watcher ??= this.#host.hasPolling
      ? new LoopWatcher(this.#koffi, this.#host)
      : new PollLoop(
        this.#koffi,
        this.system,
        this.#ownThread(),
        this.#host,
      );
    return this.#watcher.watch(fd, events, callback);
  }

  /** The C library on a thread that nothing else has to wait for. */
  #ownThread(): Library {
    const exit = (code: number): void => this.system.exit(code);
    const threads = new Threads(this.#host, exit);
    return openLibrary(this.#koffi, threads, this.platform, LIBC);
  }

  /**
   * Resolves when a descriptor is ready; rejects with the reason of the signal
   * when that is aborted before, and when the descriptor cannot be waited for.
   */
  ready(fd: number, events: Readiness, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = (): void => {
        void watch.close();
        signal?.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        end();
        reject(signal!.reason);
      };
      const watch = this.watch(fd, events, (_, error) => {
        end();
        if (error === undefined) resolve();
        else reject(error);
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /**
   * Makes a connected stream socket, of any family and not blocking, a byte
   * stream: the descriptor belongs to that, and is closed when this fails.
   *
   * @param socket.descriptor the calls for it, where the family has others.
   */
  stream({ fd, localAddress, remoteAddress, descriptor }: {
    readonly fd: number;
    readonly localAddress: string;
    readonly remoteAddress: string;
    readonly descriptor?: StreamDescriptor;
  }): Promise<ByteStream> {
    descriptor ??= this.descriptor(fd);
    return this.#host.adopt({ descriptor, localAddress, remoteAddress });
  }

  /** A connected stream socket as runtimes take it over. */
  descriptor(fd: number): StreamDescriptor {
    return descriptorOf(this.system, fd, (...of) => this.watch(...of));
  }
}

/**
 * Loads the package `koffi`, once a runtime.
 *
 * @param runtime Default: the one at hand.
 * @throws {ZmqError} `ENOTSUP` when it is not installed, or may not be loaded.
 */
export function loadFfi(runtime: Runtime = context.runtime): Promise<Ffi> {
  return load(runtime);
}

const load = loadedPerRuntime(async (runtime): Promise<Ffi> => {
  const koffi = loadKoffi(runtime);
  if (runtime.native === undefined) {
    throw new ZmqError(
      "ENOTSUP",
      `Cannot call native code: the ${runtime.name} runtime does not say how`,
    );
  }
  return new Ffi(koffi, await runtime.native());
});
