/**
 * What an adapter gives the engine: the transports of one runtime, its clock
 * and what it can do. Passed into a `Context`; nothing here is global.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { DatagramTransport } from "./datagram.ts";
import type { NativeOptions } from "../options/options.ts";
import type { NativeHost } from "./native.ts";
import type { Transport } from "./transport.ts";

/** One JavaScript runtime as the engine sees it. */
export interface Runtime {
  /** `"node"`, `"deno"`, `"bun"`, `"web"`, or the name of a simulation. */
  readonly name: string;
  /** The transports that the runtime offers, `inproc` apart. */
  readonly transports: readonly Transport[];
  /** What the runtime offers for datagrams; absent is nothing. */
  readonly datagrams?: readonly DatagramTransport[];
  /** Time and timers. */
  readonly clock: Clock;
  /**
   * The platform options that the runtime can honour, by option name
   * (`"tcpKeepaliveCount"`, `"typeOfService"`, …). Setting any other platform
   * option throws `ENOTSUP` naming the runtime.
   */
  readonly options: ReadonlySet<string>;
  /**
   * The platform options that the runtime can honour where a package with
   * native code is installed.
   */
  readonly nativeOptions?: NativeOptions;
  /**
   * What an installed package with native code exports. Absent where there
   * is no such thing. Never asks the user.
   *
   * @throws when the package is not installed, or may not be loaded.
   */
  loadAddon?(name: string): unknown;
  /** What the runtime does for native code. Absent where there is none. */
  native?(): Promise<NativeHost>;
}
