/**
 * CURVE by libsodium, through the optional package `sodium-native`: many
 * times as fast as JavaScript. The default context uses it by itself where it
 * is installed.
 *
 * @module
 */

import {
  type AddonHost,
  type CurveCrypto,
  type CurveLibrary,
  ZmqError,
} from "../../mod.ts";
import { makeCrypto } from "./crypto.ts";
import type { SodiumNative } from "./native.ts";

export type { SodiumNative };

const PACKAGE = "sodium-native";

/**
 * The library libsodium, for the `curveCrypto` of a context: one that is
 * required, where the default is what is there.
 *
 * @param native the package `sodium-native`. Default: loads it, which needs
 * `--allow-ffi` and `--allow-read` on Deno.
 *
 * @example
 * ```ts
 * import { Context } from "isomq";
 * import { sodium } from "isomq/ext/sodium";
 *
 * const context = new Context({ curveCrypto: sodium() });
 * await context.shutdown();
 * ```
 */
export function sodium(native?: SodiumNative): CurveLibrary {
  return {
    name: "sodium",
    load: (host) => native === undefined ? found(host) : makeCrypto(native),
  };
}

/** Not one a process: who has installed it meanwhile may try again. */
function found(host: AddonHost): CurveCrypto {
  try {
    if (host.loadAddon === undefined) {
      throw new Error(`The ${host.name} runtime has no native code`);
    }
    return makeCrypto(host.loadAddon(PACKAGE) as SodiumNative);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZmqError(
      "ENOTSUP",
      `Cannot load the cryptography of CURVE: expected "${PACKAGE}" ` +
        `(npm install ${PACKAGE}@4), got "${reason.split("\n")[0]}"`,
      { cause },
    );
  }
}
