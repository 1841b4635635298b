/**
 * What the table of options knows of one option, and short ways to write its
 * rows. Says nothing of any particular option.
 *
 * @module
 */

import type { SocketType } from "./socket_type.ts";

/**
 * How a value is checked and kept.
 *
 * - `boolean`: `true` or `false`.
 * - `integer`: a whole number of a range.
 * - `text`: a string of a range of UTF-8 octets; `null` is none.
 * - `octets`: a string or octets; `null` is none.
 * - `key`: a CURVE key, 40 characters of Z85 or 32 octets; `null` is none.
 * - `choice`: one of a list of values.
 * - `flags`: an array of distinct values of a list.
 * - `filters`: address ranges; a string adds one, an array replaces all.
 * - `origins`: an array of origins of web pages, or of `"*"`; `null` is none.
 * - `properties`: an object of texts, names that begin with `X-`.
 */
export type OptionKind =
  | "boolean"
  | "integer"
  | "text"
  | "octets"
  | "key"
  | "choice"
  | "flags"
  | "filters"
  | "origins"
  | "properties";

/** A security mechanism as the options name it; `null` is NULL. */
export type SecurityMechanism = null | "plain" | "curve" | "gssapi";

/** A libzmq option: the name of its constant and its number. */
export type LibzmqOption = readonly [constant: string, number: number];

/** What a row of the table may say; most rows say little. */
export interface OptionRow<T> {
  /** The libzmq options that it stands for; none for our own. */
  readonly libzmq?: readonly LibzmqOption[];
  /** The default as users see it. */
  readonly default: T;
  /** Defaults of socket types that have another one. */
  readonly defaults?: Partial<Readonly<Record<SocketType, T>>>;
  /** The unit of the number. */
  readonly unit?: string;
  /** The socket types that have it; absent is all. */
  readonly types?: readonly SocketType[];
  /**
   * `settable` by users; `read-only`; or `state`: read-only, and kept by the
   * socket instead of its options. Absent is `settable`.
   */
  readonly access?: "settable" | "read-only" | "state";
  /** True: a change works at once; else on endpoints made later. */
  readonly live?: boolean;
  /** True: only the runtime can honour it, and says so in its `options`. */
  readonly platform?: boolean;
  /** The transport or mechanism that it belongs to, where none is built in. */
  readonly needs?: string;
  /** The security mechanism that setting it selects. */
  readonly mechanism?: Exclude<SecurityMechanism, null>;
  /** The side of the mechanism that setting it selects. */
  readonly role?: "server" | "client";
  /** True: error messages do not show the value. */
  readonly secret?: boolean;
}

/** One option. */
export interface Option<T = unknown> extends OptionRow<T> {
  /** How values are checked. */
  readonly kind: OptionKind;
  /** The libzmq options that it stands for. */
  readonly libzmq: readonly LibzmqOption[];
  /** Who may set it, and where it is kept. */
  readonly access: "settable" | "read-only" | "state";
  /** True: a change works at once; else on endpoints made later. */
  readonly live: boolean;
  /** True: only the runtime can honour it. */
  readonly platform: boolean;
  /** `integer`: the lowest value; `text` and `octets`: the least octets. */
  readonly min: number;
  /** `integer`: the highest value; `text` and `octets`: the most octets. */
  readonly max: number;
  /** What the lowest value means, where it is no amount. */
  readonly lowest?: string;
  /** `text`: what it has to look like. */
  readonly form?: "host:port";
  /** `octets`: true when the first one must not be zero. */
  readonly reservesZero?: boolean;
  /** `choice` and `flags`: the values. */
  readonly choices: readonly unknown[];
  /** What the engine reads instead of each of the choices. */
  readonly codes?: readonly number[];
}

/** The rows for the fields of an interface. */
export type OptionGroup<T> = { readonly [K in keyof T]-?: Option<T[K]> };

/** The greatest number that libzmq's options and timers take. */
export const MAX_INTEGER = 2147483647;

const base = {
  libzmq: [],
  access: "settable",
  live: false,
  platform: false,
  min: 0,
  max: MAX_INTEGER,
  choices: [],
} as const;

/** The row of a number. */
export interface IntegerRow extends OptionRow<number> {
  /** The lowest value. Default: 0. */
  readonly min?: number;
  /** The highest value. Default: 2147483647. */
  readonly max?: number;
  /** What the lowest value means, where it is no amount. */
  readonly lowest?: string;
}

/** An option that is a whole number. */
export function integer(row: IntegerRow): Option<number> {
  return { ...base, kind: "integer", ...row };
}

/** An option that is on or off. Default: off. */
export function flag(row: Partial<OptionRow<boolean>>): Option<boolean> {
  return { ...base, kind: "boolean", default: false, ...row };
}

/** The row of a text or of octets: lengths in octets. */
export interface LengthRow<T> extends Partial<OptionRow<T>> {
  /** The least octets. Default: 1. With 0, an empty value means `null`. */
  readonly min?: number;
  /** The most octets. Default: 255. */
  readonly max?: number;
  /** What a text has to look like. */
  readonly form?: "host:port";
  /** True: the first octet must not be zero. Default: false. */
  readonly reservesZero?: boolean;
}

/** An option that is a text. Default: `null`. */
export function text(row: LengthRow<string | null>): Option<string | null> {
  return { ...base, kind: "text", default: null, min: 1, max: 255, ...row };
}

/** Octets as users may pass them; text is UTF-8, `null` is none. */
export type Octets = string | Uint8Array | null;

/** An option that is octets. Default: `null`. */
export function octets(row: LengthRow<Octets>): Option<Octets> {
  return { ...base, kind: "octets", default: null, min: 1, max: 255, ...row };
}

/** An option that is a CURVE key. Default: `null`. */
export function key(row: Partial<OptionRow<Octets>>): Option<Octets> {
  return { ...base, kind: "key", default: null, ...row };
}

/** The row of a choice. */
export interface ChoiceRow<T> extends OptionRow<T> {
  /** The values. */
  readonly choices: readonly T[];
  /** What the engine reads instead of each of them. */
  readonly codes?: readonly number[];
}

/** An option that is one of a few values. */
export function choice<T>(row: ChoiceRow<T>): Option<T> {
  return { ...base, kind: "choice", ...row };
}

/** An option that is several of a few values. Default: none. */
export function flags<T>(
  row: Partial<OptionRow<readonly T[]>> & {
    readonly choices: readonly T[];
    readonly codes: readonly number[];
  },
): Option<readonly T[]> {
  return { ...base, kind: "flags", default: [], ...row };
}

/** An option of any kind, for those that are like no other. */
export function option<T>(
  row: OptionRow<T> & Pick<Option<T>, "kind">,
): Option<T> {
  return { ...base, ...row };
}
