/**
 * Metadata: the properties that peers tell each other in READY and INITIATE,
 * and a ZAP handler tells the server. RFC 37 "metadata", RFC 27.
 *
 * Property names come from the network: they are only ever keys of a `Map`.
 * This file knows how properties look, not what they mean.
 *
 * @module
 */

import { readU32, toBytes, toText, writeU32 } from "../base/bytes.ts";
import { protocolError, quote, ZmqError } from "../base/errors.ts";

/** A property: its name and its value. */
export type Property = readonly [name: string, value: Uint8Array];

/** What {@linkcode parseMetadata} is to accept. */
export interface MetadataLimits {
  /** How many properties, at most. Default: 64. */
  readonly properties?: number;
  /** The `reason` of the error. Default: `"ERR_ZMTP_INVALID_METADATA"`. */
  readonly reason?: string;
}

/** Names that must not come twice: a peer has one type and one identity. */
const UNIQUE: ReadonlySet<string> = new Set(["socket-type", "identity"]);
const DEFAULT_PROPERTIES = 64;
const MAX_NAME = 255;

/**
 * Properties by name. Names are compared without regard to case, as RFC 37
 * has it, and kept as they were written; of two properties with one name the
 * first counts.
 */
export class Metadata implements Iterable<Property> {
  /** No properties. */
  static readonly empty: Metadata = new Metadata();

  readonly #properties = new Map<string, Property>();

  /** Takes properties, in order: the first of a name counts. */
  constructor(properties: Iterable<Property> = []) {
    for (const property of properties) {
      const key = property[0].toLowerCase();
      if (!this.#properties.has(key)) this.#properties.set(key, property);
    }
  }

  /** How many properties there are. */
  get size(): number {
    return this.#properties.size;
  }

  /** True when there is a property with that name, in any case. */
  has(name: string): boolean {
    return this.#properties.has(name.toLowerCase());
  }

  /** The value of a property. */
  get(name: string): Uint8Array | undefined {
    return this.#properties.get(name.toLowerCase())?.[1];
  }

  /** The value of a property, read as UTF-8. */
  getText(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : toText(value);
  }

  /** Names and values, in the order they came. */
  [Symbol.iterator](): IterableIterator<Property> {
    return this.#properties.values();
  }
}

/**
 * Encodes properties.
 *
 * @throws {ZmqError} `EINVAL` for a name that RFC 37 does not allow.
 */
export function encodeMetadata(properties: Iterable<Property>): Uint8Array {
  const encoded: { name: Uint8Array; value: Uint8Array }[] = [];
  let length = 0;
  for (const [name, value] of properties) {
    checkName(name);
    encoded.push({ name: toBytes(name), value });
    length += 1 + name.length + 4 + value.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const { name, value } of encoded) {
    out[at] = name.length;
    out.set(name, at + 1);
    at += 1 + name.length;
    writeU32(out, at, value.length);
    out.set(value, at + 4);
    at += 4 + value.length;
  }
  return out;
}

/**
 * Parses properties up to the exact end of the octets. Values are copies, so
 * that they do not keep the network's chunk alive.
 *
 * @throws {ZmqError} `EPROTO` when they are malformed, too many, or name a
 * socket type or an identity twice.
 */
export function parseMetadata(
  bytes: Uint8Array,
  limits: MetadataLimits = {},
): Metadata {
  const most = limits.properties ?? DEFAULT_PROPERTIES;
  const reason = limits.reason ?? "ERR_ZMTP_INVALID_METADATA";
  const properties: Property[] = [];
  const seen = new Set<string>();
  let at = 0;
  while (at < bytes.length) {
    if (properties.length === most) {
      throw protocolError(
        reason,
        `Cannot accept metadata of more than ${most} properties`,
      );
    }
    const nameLength = bytes[at]!;
    const valueAt = at + 1 + nameLength + 4;
    if (nameLength === 0 || valueAt > bytes.length) {
      throw malformed(reason, "a property's name", at);
    }
    const name = readName(bytes, at + 1, nameLength, reason);
    // RFC 37 "property": up to 2^31 - 1 octets. No body is that long, so that
    // one comparison, unsigned, refuses the rest.
    const valueLength = readU32(bytes, valueAt - 4);
    if (valueLength > bytes.length - valueAt) {
      throw malformed(reason, `the value of "${name}"`, valueAt - 4);
    }
    const key = name.toLowerCase();
    if (UNIQUE.has(key) && seen.has(key)) {
      throw protocolError(
        reason,
        `Cannot accept metadata with two properties "${name}"`,
      );
    }
    seen.add(key);
    at = valueAt + valueLength;
    properties.push([name, new Uint8Array(bytes.subarray(valueAt, at))]);
  }
  return new Metadata(properties);
}

/** RFC 37 "name-char": ALPHA, DIGIT, `-`, `_`, `.`, `+`. */
function isNameChar(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d || code === 0x5f || code === 0x2e || code === 0x2b;
}

function readName(
  bytes: Uint8Array,
  at: number,
  length: number,
  reason: string,
): string {
  let name = "";
  for (let i = at; i < at + length; i++) {
    const code = bytes[i]!;
    if (!isNameChar(code)) throw malformed(reason, "a property's name", i);
    name += String.fromCharCode(code);
  }
  return name;
}

function checkName(name: string): void {
  let valid = name.length > 0 && name.length <= MAX_NAME;
  for (let i = 0; valid && i < name.length; i++) {
    valid = isNameChar(name.charCodeAt(i));
  }
  if (valid) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot name a property ${quote(name)}: expected 1 to ${MAX_NAME} ` +
      'letters, digits, "-", "_", "." or "+"',
  );
}

function malformed(reason: string, what: string, at: number): ZmqError {
  return protocolError(
    reason,
    `Cannot parse metadata: ${what} is malformed at offset ${at}`,
  );
}
