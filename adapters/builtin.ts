/**
 * Node's built-in modules, reached without an import: every file of this
 * folder loads on every runtime, and no bundler sees a `node:` specifier.
 *
 * @module
 */

import type * as Crypto from "node:crypto";
import type * as Dgram from "node:dgram";
import type * as Dns from "node:dns/promises";
import type * as FsNow from "node:fs";
import type * as Fs from "node:fs/promises";
import type * as Module from "node:module";
import type * as Net from "node:net";
import type * as Os from "node:os";
import type * as Tls from "node:tls";
import type * as Threads from "node:worker_threads";

/** The modules in use, by specifier. */
export interface Builtins {
  /** Certificates and keys. */
  readonly "node:crypto": typeof Crypto;
  /** Datagrams. */
  readonly "node:dgram": typeof Dgram;
  /** Name resolution. */
  readonly "node:dns/promises": typeof Dns;
  /** Files, at once. */
  readonly "node:fs": typeof FsNow;
  /** Files. */
  readonly "node:fs/promises": typeof Fs;
  /** `require`, outside of CommonJS. */
  readonly "node:module": typeof Module;
  /** Stream sockets. */
  readonly "node:net": typeof Net;
  /** Network interfaces. */
  readonly "node:os": typeof Os;
  /** TLS. */
  readonly "node:tls": typeof Tls;
  /** Message channels that can be unreferenced. */
  readonly "node:worker_threads": typeof Threads;
}

/** A built-in module of Node, Deno or Bun. */
export function builtin<Name extends keyof Builtins>(
  name: Name,
): Builtins[Name] {
  return process.getBuiltinModule(name) as unknown as Builtins[Name];
}
