/**
 * What Node, Deno and Bun do for native code, over their drivers and
 * `node:worker_threads`.
 *
 * @module
 */

import type {
  Adoption,
  NativeHost,
  NativeThread,
} from "../src/transport/native.ts";
import { CallbackByteStream } from "../src/transport/streams.ts";
import type { ByteStream } from "../src/transport/transport.ts";
import { builtin } from "./builtin.ts";
import type { Driver } from "./driver.ts";
import { adopt } from "./native_connection.ts";

/** The exit code of an error that nobody has caught. */
const FAILED = 1;

/** How the runtimes differ. */
export interface NativeTraits {
  /** True when libuv's polling is there. */
  readonly hasPolling: boolean;
  /** True when the end of the process waits for all threads. */
  readonly joinsThreads: boolean;
  /** True when a worker's end completes what its pool has not begun. */
  readonly cancelsCalls?: boolean;
}

/** The runtime at hand, for native code. */
export class DriverNativeHost implements NativeHost {
  /** The operating system, by Node's names. */
  readonly platform: string;
  /** True when libuv's polling is there. */
  readonly hasPolling: boolean;
  /** True in a worker. */
  readonly inWorker: boolean;
  /** True when the end of the process, or of a worker, waits for threads. */
  readonly joinsThreads: boolean;
  /** True when a worker's end completes what its pool has not begun. */
  readonly cancelsCalls: boolean;
  /** Has the end of the process not wait for its threads. */
  readonly endAtOnce?: NonNullable<NativeHost["endAtOnce"]>;
  readonly #driver: Driver;

  /** Takes the sockets of the runtime. */
  constructor(driver: Driver, traits: NativeTraits) {
    const { hasPolling, joinsThreads, cancelsCalls = false } = traits;
    this.#driver = driver;
    this.platform = driver.platform;
    const { isMainThread } = builtin("node:worker_threads");
    // Deno's Web workers are main threads by Node's interface.
    this.inWorker = !isMainThread || "WorkerGlobalScope" in globalThis;
    // A worker that is terminated has koffi unloaded before libuv closes what
    // it polls.
    this.hasPolling = hasPolling && !this.inWorker;
    this.joinsThreads = joinsThreads;
    this.cancelsCalls = cancelsCalls;
    // The end of a worker is not that of the process.
    const isPosix = driver.platform !== "win32";
    if (joinsThreads && !this.inWorker && isPosix) this.endAtOnce = endAtOnce;
  }

  /** Has a function called when the process ends. */
  onExit(callback: () => void): void {
    // One listener for all: more than ten are warned of.
    if (atExit.length === 0) {
      process.on("exit", () => atExit.forEach((callback) => callback()));
    }
    atExit.push(callback);
  }

  /** Makes a descriptor a byte stream. */
  async adopt(adoption: Adoption): Promise<ByteStream> {
    return new CallbackByteStream(await adopt(this.#driver, adoption));
  }

  /** Starts a thread that does not keep the process running. */
  startThread(
    source: string,
    addon: string,
    received: (message: unknown) => void,
    failed: (cause: unknown) => void,
  ): NativeThread {
    const { createRequire } = builtin("node:module");
    const path = createRequire(import.meta.url).resolve(addon);
    const { Worker } = builtin("node:worker_threads");
    const worker = new Worker(
      'const { parentPort } = require("node:worker_threads");\n' +
        `const addon = require(${JSON.stringify(path)});\n${source}`,
      // With the flags of the program, such as --input-type=module, it may not
      // be what it is: CommonJS.
      { eval: true, execArgv: [] },
    );
    worker.on("message", received);
    worker.on("error", failed);
    worker.on("exit", (code) => failed(new Error(`A thread ended (${code})`)));
    worker.unref();
    return {
      post: (message) => worker.postMessage(message),
      hold: (keepsProcess) => keepsProcess ? worker.ref() : worker.unref(),
      stop: () => void worker.terminate(),
    };
  }
}

const atExit: (() => void)[] = [];
const endings: {
  readonly isNeeded: () => boolean;
  readonly end: (code: number) => void;
}[] = [];

function endAtOnce(
  isNeeded: () => boolean,
  end: (code: number) => void,
): void {
  endings.push({ isNeeded, end });
  if (endings.length > 1) return;
  const first = (code: number): void => {
    const end = endings.find(({ isNeeded }) => isNeeded())?.end;
    if (end === undefined) return;
    // What the others that are told of the end do with the code, counts.
    const finish = (asked?: unknown): void =>
      end(Number(asked ?? process.exitCode ?? code));
    process.exit = finish as typeof process.exit;
    process.removeListener("exit", first);
    try {
      for (const listener of process.rawListeners("exit")) {
        listener.call(process, code);
      }
    } catch (error) {
      console.error(error);
      finish(FAILED);
    }
    finish();
  };
  process.prependListener("exit", first);
}
