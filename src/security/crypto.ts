/**
 * Loads the cryptography of CURVE on first use: who has no CURVE socket does
 * not pay for it.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { CurveCrypto, CurveLibrary } from "./curve_crypto.ts";

let loading: Promise<CurveCrypto> | undefined;

/**
 * Loads the cryptography of the noble packages, once.
 *
 * @throws {ZmqError} `ENOTSUP` when it is not there.
 */
export function loadNoble(): Promise<CurveCrypto> {
  loading ??= import("./noble.ts").then(
    (module) => module.nobleCrypto,
    (cause) => {
      loading = undefined;
      throw new ZmqError(
        "ENOTSUP",
        "Cannot load the cryptography of CURVE: expected the code of " +
          "@noble/ciphers and @noble/curves, which comes with the package",
        { cause },
      );
    },
  );
  return loading;
}

/**
 * CURVE in JavaScript, by the noble packages: what is there everywhere.
 *
 * @example
 * ```ts
 * import { Context, noble } from "isomq";
 *
 * // Not even where sodium-native is installed:
 * const context = new Context({ curveCrypto: noble() });
 * await context.shutdown();
 * ```
 */
export function noble(): CurveLibrary {
  return NOBLE;
}

const NOBLE: CurveLibrary = { name: "noble", load: loadNoble };
