/**
 * Loads the cryptography of CURVE on first use: who has no CURVE socket does
 * not pay for it.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { CurveCrypto } from "./curve_crypto.ts";

let loading: Promise<CurveCrypto> | undefined;

/**
 * Loads the cryptography, once.
 *
 * @throws {ZmqError} `ENOTSUP` when it is not there.
 */
export function loadCrypto(): Promise<CurveCrypto> {
  loading ??= import("./noble.ts").then(
    (module) => module.noble,
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
