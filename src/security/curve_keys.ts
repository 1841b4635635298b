/**
 * CURVE's long-term keys as users have them: Z85 text of 40 characters or 32
 * octets. RFC 26, RFC 32.
 *
 * @module
 */

import { randomBytes } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";
import { z85Decode, z85Encode } from "../base/z85.ts";
import { X25519_LENGTH, x25519PublicKey } from "./x25519.ts";

/** A long-term key pair as text. */
export interface CurveKeyPair {
  /** Z85, 40 characters; may be known to everybody. */
  readonly publicKey: string;
  /** Z85, 40 characters; must be known to nobody else. */
  readonly secretKey: string;
}

/** A long-term key pair as octets. */
export interface CurveKeys {
  /** 32 octets. */
  readonly publicKey: Uint8Array;
  /** 32 octets. */
  readonly secretKey: Uint8Array;
}

const TEXT_LENGTH = 40;

/**
 * Makes a new key pair.
 *
 * @example
 * ```ts
 * import { curveKeyPair } from "isomq";
 *
 * const { publicKey, secretKey } = curveKeyPair();
 * console.log(publicKey.length, secretKey.length); // 40 40
 * ```
 */
export function curveKeyPair(): CurveKeyPair {
  const secretKey = randomBytes(X25519_LENGTH);
  const pair = {
    publicKey: z85Encode(x25519PublicKey(secretKey)),
    secretKey: z85Encode(secretKey),
  };
  secretKey.fill(0);
  return pair;
}

/**
 * The public key of a secret key, both as Z85 text.
 *
 * @throws {ZmqError} `EINVAL` when it is no key.
 */
export function curvePublicKey(secretKey: string | Uint8Array): string {
  return z85Encode(x25519PublicKey(toCurveKey(secretKey, "secretKey")));
}

/**
 * A key pair as octets; the public key is computed when it is not given.
 *
 * @throws {ZmqError} `EINVAL` when one is no key, or when they are no pair.
 */
export function toCurveKeys(
  secretKey: string | Uint8Array,
  publicKey?: string | Uint8Array,
): CurveKeys {
  const secret = toCurveKey(secretKey, "curveSecretKey");
  const computed = x25519PublicKey(secret);
  if (publicKey !== undefined) {
    const given = toCurveKey(publicKey, "curvePublicKey");
    if (given.some((octet, i) => octet !== computed[i])) {
      throw new ZmqError(
        "EINVAL",
        `Cannot use curvePublicKey "${z85Encode(given)}" with the ` +
          `curveSecretKey given: expected "${z85Encode(computed)}"`,
      );
    }
  }
  return { publicKey: computed, secretKey: secret };
}

/**
 * A key as 32 octets of its own.
 *
 * @param option the name of the option, for the error.
 * @throws {ZmqError} `EINVAL` when it is no key. The message does not show the
 * value: it may be a secret.
 */
export function toCurveKey(
  value: string | Uint8Array,
  option: string,
): Uint8Array {
  if (typeof value === "string" && value.length === TEXT_LENGTH) {
    try {
      return z85Decode(value);
    } catch {
      throw invalid(option, "40 characters that are not Z85");
    }
  }
  if (value instanceof Uint8Array && value.length === X25519_LENGTH) {
    return new Uint8Array(value);
  }
  throw invalid(
    option,
    typeof value === "string" ? `${value.length} characters` : quote(value),
  );
}

function invalid(option: string, found: string): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot use ${found} as ${option}: expected a CURVE key, ` +
      "40 characters of Z85 or 32 octets",
  );
}
