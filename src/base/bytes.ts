/**
 * Octet helpers: text, concatenation, comparison, big-endian integers.
 *
 * @module
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A shared empty frame, which no user may get: one could transfer its buffer. */
export const EMPTY: Uint8Array = new Uint8Array(0);

/** UTF-8 octets of a text. */
export function toBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 octets; wrong sequences become U+FFFD. */
export function toText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Text of octets as ISO 8859-1: one character an octet, so that any octets
 * can be a `Map` key.
 */
export function toKey(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) {
    key += String.fromCharCode(bytes[i]!);
  }
  return key;
}

/** The octets that {@linkcode toKey} made a key of. */
export function fromKey(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i);
  return bytes;
}

/**
 * Text that is safe in a log and an `Error.message`: what is not printable
 * ASCII is escaped, at most `limit` octets are shown.
 */
export function printable(bytes: Uint8Array, limit = 255): string {
  let text = "";
  const end = Math.min(bytes.length, limit);
  for (let i = 0; i < end; i++) {
    const octet = bytes[i]!;
    text += octet >= 0x20 && octet < 0x7f
      ? String.fromCharCode(octet)
      : `\\x${octet.toString(16).padStart(2, "0")}`;
  }
  return end < bytes.length ? `${text}...` : text;
}

/** All parts in one new array. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** True when both hold the same octets. Not for secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * True when both hold the same octets; every octet is looked at, so that the
 * time taken does not tell where secrets differ.
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= a[i]! ^ (b[i] ?? 0);
  }
  return difference === 0;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) text += octet.toString(16).padStart(2, "0");
  return text;
}

/** The octets of hexadecimal text. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  }
  return bytes;
}

/** The unsigned 32-bit big-endian integer at an offset. */
export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) |
    (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Writes an unsigned 32-bit big-endian integer. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Octets from the platform's cryptographic random source. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
