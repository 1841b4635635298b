/**
 * Z85, binary as printable text: RFC 32. Four octets make five characters.
 *
 * @module
 */

import { quote, ZmqError } from "./errors.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const BASE = 85;
const NO_DIGIT = 255;
const MAX_GROUP = 0xffffffff;

const digits = new Uint8Array(128).fill(NO_DIGIT);
for (let i = 0; i < BASE; i++) digits[ALPHABET.charCodeAt(i)] = i;

/**
 * Encodes octets as Z85 text.
 *
 * @throws {ZmqError} `EINVAL` when the length is not a multiple of 4.
 * @example
 * ```ts
 * import { z85Encode } from "isomq";
 *
 * const text = z85Encode(
 *   Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b),
 * );
 * console.log(text); // HelloWorld
 * ```
 */
export function z85Encode(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) {
    throw new ZmqError(
      "EINVAL",
      `Cannot encode ${quote(bytes)} as Z85: expected a Uint8Array`,
    );
  }
  if (bytes.length % 4 !== 0) {
    throw new ZmqError(
      "EINVAL",
      `Cannot encode ${bytes.length} octets as Z85: expected a multiple of 4`,
    );
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) |
      (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    let group = "";
    for (let i = 0; i < 5; i++) {
      group = ALPHABET[value % BASE]! + group;
      value = Math.floor(value / BASE);
    }
    text += group;
  }
  return text;
}

/**
 * Decodes Z85 text. Characters outside the alphabet and groups above
 * `%nSc0`, which stand for no 32-bit number, are refused.
 *
 * @throws {ZmqError} `EINVAL` when the text is not Z85.
 * @example
 * ```ts
 * import { z85Decode } from "isomq";
 *
 * console.log(z85Decode("HelloWorld").length); // 8
 * ```
 */
export function z85Decode(text: string): Uint8Array {
  if (typeof text !== "string") {
    throw new ZmqError(
      "EINVAL",
      `Cannot decode ${quote(text)} as Z85: expected a string`,
    );
  }
  if (text.length % 5 !== 0) {
    throw new ZmqError(
      "EINVAL",
      `Cannot decode ${text.length} characters as Z85: ` +
        "expected a multiple of 5",
    );
  }
  const bytes = new Uint8Array(text.length / 5 * 4);
  for (let at = 0, to = 0; at < text.length; at += 5, to += 4) {
    let value = 0;
    for (let i = at; i < at + 5; i++) value = value * BASE + digitAt(text, i);
    if (value > MAX_GROUP) {
      throw new ZmqError(
        "EINVAL",
        `Cannot decode the group at character ${at} as Z85: ` +
          'expected "%nSc0" or less',
      );
    }
    bytes[to] = value >>> 24;
    bytes[to + 1] = value >>> 16;
    bytes[to + 2] = value >>> 8;
    bytes[to + 3] = value;
  }
  return bytes;
}

function digitAt(text: string, at: number): number {
  const digit = digits[text.charCodeAt(at)] ?? NO_DIGIT;
  if (digit !== NO_DIGIT) return digit;
  throw new ZmqError(
    "EINVAL",
    `Cannot decode the character ${quote(text[at])} at ${at} as Z85: ` +
      "expected one of the 85 characters of RFC 32",
  );
}
