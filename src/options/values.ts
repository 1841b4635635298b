/**
 * Values of options: checks what users pass, makes what the engine reads of
 * it and back, and says in words what was expected.
 *
 * @module
 */

import { toBytes, toText } from "../base/bytes.ts";
import { quote } from "../base/errors.ts";
import { z85Decode, z85Encode } from "../base/z85.ts";
import { type AddressFilter, parseAddressFilter } from "./address_filter.ts";
import type { Option } from "./option.ts";

/** What {@linkcode resolve} returns for a wrong value. */
export const INVALID: unique symbol = Symbol("invalid");

/** The properties of the `metadata` option as the engine reads them. */
export type Properties = readonly (readonly [
  name: string,
  value: Uint8Array,
])[];

const KEY_CHARACTERS = 40;
const KEY_OCTETS = 32;
const MAX_PROPERTIES = 60;
// With the properties of the handshake itself less than the 64 KiB that a
// handshake command may have.
const MAX_PROPERTY_OCTETS = 49152;
const PROPERTY_NAME = /^X-[A-Za-z0-9_.+-]{1,253}$/;

/** The rest is for those to say who will use the address. */
const HOST_PORT = /^(\[[\da-f:.]+(%[\w.-]+)?\]|\w[\w.-]*):0*[1-9]\d*$/i;

/** Octets that were given as text, to be read as text again. */
const textual = new WeakSet<Uint8Array>();

/**
 * What the engine reads for a value, or {@linkcode INVALID}. The result shares
 * no memory with the value.
 *
 * @param current what the engine reads for the option now.
 */
export function resolve(
  option: Option,
  value: unknown,
  current?: unknown,
): unknown {
  switch (option.kind) {
    case "boolean":
      return typeof value === "boolean" ? value : INVALID;
    case "integer":
      return resolveInteger(option, value);
    case "text":
      return resolveText(option, value);
    case "octets":
      return resolveOctets(option, value);
    case "key":
      return resolveKey(value);
    case "choice":
      return resolveChoice(option, value);
    case "flags":
      return resolveFlags(option, value);
    case "filters":
      return resolveFilters(value, current as readonly AddressFilter[]);
    case "origins":
      return resolveOrigins(value);
    case "properties":
      return resolveProperties(value);
  }
}

/** The value as users see it, of what the engine reads. */
export function publish(option: Option, resolved: unknown): unknown {
  const { choices, codes } = option;
  switch (option.kind) {
    case "octets": {
      if (!(resolved instanceof Uint8Array)) return resolved;
      return textual.has(resolved) ? toText(resolved) : resolved.slice();
    }
    case "key":
      return resolved instanceof Uint8Array ? z85Encode(resolved) : resolved;
    case "choice":
      return codes ? choices[codes.indexOf(resolved as number)] : resolved;
    case "flags":
      return choices.filter((_, i) => (resolved as number) & codes![i]!);
    case "filters": {
      const filters = resolved as readonly AddressFilter[];
      return filters.length === 0 ? null : filters.map((one) => one.text);
    }
    case "origins":
      return resolved === null ? null : [...resolved as string[]];
    case "properties":
      return Object.fromEntries(
        (resolved as Properties).map(([name, value]) => [name, toText(value)]),
      );
    default:
      return resolved;
  }
}

/** What values an option takes, in words. */
export function expectation(option: Option): string {
  const { min, max, lowest, choices } = option;
  switch (option.kind) {
    case "boolean":
      return "true or false";
    case "integer": {
      const meaning = lowest === undefined ? "" : ` (${lowest})`;
      const unit = option.unit === undefined ? "" : ` ${option.unit}`;
      return `an integer from ${min}${meaning} to ${max}${unit}`;
    }
    case "text":
      return option.form === undefined
        ? `a string of ${min} to ${max} octets, or null`
        : `a string "${option.form}" of at most ${max} octets, or null`;
    case "octets": {
      const first = option.reservesZero ? ", the first not zero" : "";
      return `a string or binary, ${min} to ${max} octets${first}, or null`;
    }
    case "key":
      return `${KEY_CHARACTERS} characters of Z85, ${KEY_OCTETS} octets, or null`;
    case "choice":
      return listed(choices);
    case "flags":
      return `an array of ${listed(choices)}, each at most once`;
    case "filters":
      return 'an address range like "192.168.0.0/16" or "fe80::/10", an ' +
        "array of them, or null";
    case "origins":
      return 'an array of origins like "https://example.org", or of "*", or ' +
        "null";
    case "properties":
      return `an object of at most ${MAX_PROPERTIES} strings, names "X-" and ` +
        '1 to 253 letters, digits or "-_.+", all together at most ' +
        `${MAX_PROPERTY_OCTETS} octets`;
  }
}

/** A value as an error message may show it: secrets are not shown. */
export function shown(option: Option, value: unknown): string {
  if (!option.secret) return quote(value);
  if (typeof value === "string") return sizeOf(value);
  if (typeof value === "object" || typeof value === "boolean") {
    return quote(value);
  }
  return value === undefined ? "undefined" : `a ${typeof value}`;
}

/** How an error message shows a text that may be a secret. */
export function sizeOf(value: string): string {
  return `a string of ${value.length} characters`;
}

function listed(choices: readonly unknown[]): string {
  const names = choices.map(quote);
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function resolveInteger(option: Option, value: unknown): unknown {
  if (!Number.isSafeInteger(value)) return INVALID;
  const number = value as number;
  // The sum makes 0 of -0.
  return number >= option.min && number <= option.max ? number + 0 : INVALID;
}

function resolveText(option: Option, value: unknown): unknown {
  if (value === null) return null;
  if (typeof value !== "string") return INVALID;
  if (value === "" && option.min === 0) return null;
  if (option.form !== undefined && !HOST_PORT.test(value)) return INVALID;
  const { length } = toBytes(value);
  return length >= option.min && length <= option.max ? value : INVALID;
}

function resolveOctets(option: Option, value: unknown): unknown {
  if (value === null) return null;
  const octets = copyOf(value);
  if (octets === undefined) return INVALID;
  if (octets.length === 0 && option.min === 0) return null;
  if (octets.length < option.min || octets.length > option.max) return INVALID;
  if (option.reservesZero && octets[0] === 0) return INVALID;
  if (typeof value === "string") textual.add(octets);
  return octets;
}

/** The octets of a text, view or buffer in memory of their own. */
function copyOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return toBytes(value);
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  return value instanceof ArrayBuffer
    ? new Uint8Array(value.slice(0))
    : undefined;
}

function resolveKey(value: unknown): unknown {
  if (value === null) return null;
  if (typeof value === "string") {
    if (value.length !== KEY_CHARACTERS) return INVALID;
    try {
      return z85Decode(value);
    } catch {
      return INVALID;
    }
  }
  const octets = copyOf(value);
  return octets?.length === KEY_OCTETS ? octets : INVALID;
}

function resolveChoice(option: Option, value: unknown): unknown {
  const index = option.choices.indexOf(value);
  if (index < 0) return INVALID;
  return option.codes ? option.codes[index] : value;
}

function resolveFlags(option: Option, value: unknown): unknown {
  if (!Array.isArray(value)) return INVALID;
  let bits = 0;
  for (const name of value) {
    const bit = option.codes?.[option.choices.indexOf(name)];
    if (bit === undefined || (bits & bit) !== 0) return INVALID;
    bits |= bit;
  }
  return bits;
}

function resolveFilters(
  value: unknown,
  current: readonly AddressFilter[] = [],
): unknown {
  if (value === null) return [];
  const filters = typeof value === "string" ? [...current] : [];
  const added: unknown = typeof value === "string" ? [value] : value;
  if (!Array.isArray(added)) return INVALID;
  for (const text of added) {
    const filter = typeof text === "string"
      ? parseAddressFilter(text)
      : undefined;
    if (filter === undefined) return INVALID;
    filters.push(filter);
  }
  return filters;
}

/** RFC 6454 §6.2: scheme, host and port, and nothing behind. */
const ORIGIN = /^(\*|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,]+)$/i;

function resolveOrigins(value: unknown): unknown {
  if (value === null) return null;
  if (!Array.isArray(value)) return INVALID;
  const origins = value.map((one) => typeof one === "string" ? one : "");
  return origins.every((one) => ORIGIN.test(one)) ? origins : INVALID;
}

function resolveProperties(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return INVALID;
  }
  const properties: [string, Uint8Array][] = [];
  let octets = 0;
  for (const [name, text] of Object.entries(value)) {
    if (!PROPERTY_NAME.test(name) || typeof text !== "string") return INVALID;
    const bytes = toBytes(text);
    octets += name.length + bytes.length;
    properties.push([name, bytes]);
  }
  const fits = properties.length <= MAX_PROPERTIES &&
    octets <= MAX_PROPERTY_OCTETS;
  return fits ? properties : INVALID;
}
