/**
 * What native code adds to a runtime's sockets: options that the runtime
 * cannot set by itself, and names that it gets wrong. Nothing is loaded before
 * one of them is used.
 *
 * @module
 */

import type { NativeOptions } from "../src/options/options.ts";
import type { NativeSockets } from "../src/transport/native_sockets.ts";
import type { Runtime } from "../src/transport/runtime.ts";

/** Loads sockets by native code for a runtime. */
export type LoadNativeSockets = (runtime: Runtime) => Promise<NativeSockets>;

/** The package that native code comes through. */
const PACKAGE = "koffi";

/** What the systems have that runtimes lack. */
const EVERYWHERE: readonly string[] = [
  "receiveBufferSize",
  "sendBufferSize",
  "tcpKeepaliveCount",
  "tcpKeepaliveIdle",
  "tcpKeepaliveInterval",
  "typeOfService",
];
const LINUX: readonly string[] = [
  "busyPoll",
  "interface",
  "ipcFilterGid",
  "ipcFilterPid",
  "ipcFilterUid",
  "priority",
  "tcpMaxRetransmitTimeout",
];

/** What native code adds to one runtime. */
export class NativeSupport implements NativeOptions {
  readonly #runtime: () => Runtime;
  readonly #load: LoadNativeSockets;
  readonly #names: ReadonlySet<string>;
  #loading: Promise<NativeSockets> | undefined;

  /**
   * @param platform the operating system.
   * @param runtime the runtime, once it is made.
   */
  constructor(
    platform: string,
    runtime: () => Runtime,
    load: LoadNativeSockets,
  ) {
    this.#runtime = runtime;
    this.#load = load;
    this.#names = new Set(
      platform === "linux"
        ? [...EVERYWHERE, ...LINUX]
        : platform === "darwin"
        ? EVERYWHERE
        : [],
    );
  }

  /** True for the options that it adds. */
  has(name: string): boolean {
    return this.#names.has(name) && !this.#runtime().options.has(name);
  }

  /** What is missing, in words; `undefined` when nothing is. */
  lack(): string | undefined {
    try {
      this.#runtime().loadAddon!(PACKAGE);
      return undefined;
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      return `the package "${PACKAGE}" (npm install ${PACKAGE}@3; ` +
        `${text.split("\n")[0]})`;
    }
  }

  /** The sockets, loaded once; after a failure, again. */
  sockets(): Promise<NativeSockets> {
    return this.#loading ??= this.#load(this.#runtime()).catch(
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
  }
}
