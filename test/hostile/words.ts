// What goes over a connection, in words: greetings and frames to say, and a
// reading of what our side said, independent of the library's own codec where
// it judges.
import { concat, printable, toBytes } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/wire/commands.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import type { Mechanism } from "../interop/security.ts";

/** A hostile client at our bound socket, or a server that we connect to. */
export type Role = "client" | "server";

/** Where a case takes place. */
export interface Place {
  readonly role: Role;
  readonly mechanism: Mechanism;
  readonly scheme: "tcp" | "ipc";
}

/** Octets of a greeting. */
export const GREETING = 64;

/** A field of the greeting, or octets anywhere, to be different. */
export interface GreetingChange {
  readonly major?: number;
  readonly minor?: number;
  readonly mechanism?: Uint8Array;
  readonly asServer?: number;
  /** The eight octets within the signature. */
  readonly padding?: Uint8Array;
  /** The 31 octets at the end. */
  readonly filler?: Uint8Array;
}

/** The greeting of a raw peer: a right one, but for the change. */
export function greeting(
  { role, mechanism }: Place,
  change: GreetingChange = {},
): Uint8Array {
  const octets = new Uint8Array(GREETING);
  const isServer = role === "server" && mechanism !== "NULL";
  octets[0] = 0xff;
  octets.set(change.padding ?? [0, 0, 0, 0, 0, 0, 0, 1], 1);
  octets[9] = 0x7f;
  octets[10] = change.major ?? 3;
  octets[11] = change.minor ?? 1;
  octets.set(change.mechanism ?? toBytes(mechanism), 12);
  octets[32] = change.asServer ?? (isServer ? 1 : 0);
  if (change.filler !== undefined) octets.set(change.filler, 33);
  return octets;
}

/** A command frame. */
export function command(
  name: string,
  data: Uint8Array | string = "",
): Uint8Array {
  return encodeFrame(COMMAND, encodeCommand(name, octetsOf(data)));
}

/** A message frame. */
export function message(body: Uint8Array | string, flags = 0): Uint8Array {
  return encodeFrame(flags, octetsOf(body));
}

/** A property as READY and INITIATE carry it. */
export function property(name: string, value: Uint8Array | string): Uint8Array {
  const octets = octetsOf(value);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, octets.length);
  return concat([
    Uint8Array.of(name.length),
    toBytes(name),
    size,
    octets,
  ]);
}

/** The type that a raw peer says it has: one that our socket talks to. */
export function typeOf({ role }: Place): string {
  return role === "client" ? "DEALER" : "ROUTER";
}

/** Octets as they are, or of a text with a character each, below 256. */
export function octetsOf(value: Uint8Array | string): Uint8Array {
  if (typeof value !== "string") return value;
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/**
 * What our side says of its own accord to whoever sends a right greeting:
 * its greeting, and the command that begins the handshake.
 */
export function opening({ role, mechanism }: Place): readonly string[] {
  if (mechanism === "NULL") return ["greeting", "READY"];
  return role === "client" ? ["greeting"] : ["greeting", "HELLO"];
}

/** What our side says when its peer is let in, before any traffic. */
export function loggedIn(place: Place): readonly string[] {
  const { role, mechanism } = place;
  if (mechanism === "NULL") return opening(place);
  return role === "client"
    ? ["greeting", "WELCOME", "READY"]
    : ["greeting", "HELLO", "INITIATE"];
}

/**
 * Reads what our side said: how much of its greeting, then the names of
 * commands, `message` for messages. What it cannot read it shows as octets,
 * so that it is equal to nothing that is expected.
 */
export function wordsOf(octets: Uint8Array, place: Place): string[] {
  const own = ownGreeting(place);
  const greeted = octets.subarray(0, GREETING);
  if (greeted.some((octet, i) => octet !== own[i])) {
    return [`a wrong greeting: ${printable(greeted)}`];
  }
  if (octets.length < GREETING) {
    return octets.length === 0 ? [] : [partOfGreeting(octets.length)];
  }
  return ["greeting", ...framesOf(octets.subarray(GREETING))];
}

/**
 * True when words are the first of those that were expected, the last of them
 * perhaps cut: a connection that is reset loses octets.
 */
export function isBeginning(
  words: readonly string[],
  expected: readonly string[],
): boolean {
  return words.every((word, i) => {
    if (word === expected[i]) return true;
    if (i < words.length - 1 || i >= expected.length) return false;
    if (i > 0) return word.startsWith(CUT);
    return lengthOfGreeting(word) < lengthOfGreeting(expected[0]!);
  });
}

const CUT = "cut off: ";
const STEPS: Readonly<Record<string, number>> = {
  signature: 10,
  major: 11,
  greeting: GREETING,
};

function partOfGreeting(length: number): string {
  const step = Object.keys(STEPS).find((word) => STEPS[word] === length);
  return step ?? `${length} octets of the greeting`;
}

function lengthOfGreeting(word: string): number {
  return STEPS[word] ?? Number.parseInt(word);
}

function ownGreeting({ role, mechanism }: Place): Uint8Array {
  const other: Role = role === "client" ? "server" : "client";
  return greeting({ role: other, mechanism, scheme: "tcp" });
}

function framesOf(octets: Uint8Array): string[] {
  const words: string[] = [];
  for (let at = 0; at < octets.length;) {
    const flags = octets[at]!;
    const isLong = (flags & 2) !== 0;
    const bodyAt = at + (isLong ? 9 : 2);
    const size = octets.subarray(at + 1, bodyAt);
    const end = bodyAt + size.reduce((sum, octet) => sum * 256 + octet, 0);
    if (flags > 6 || end > octets.length) {
      return [...words, `${CUT}${printable(octets.subarray(at), 64)}`];
    }
    words.push(wordOf(flags, octets.subarray(bodyAt, end)));
    at = end;
  }
  return words;
}

function wordOf(flags: number, body: Uint8Array): string {
  if ((flags & 4) === 0) return "message";
  const name = printable(body.subarray(1, 1 + body[0]!));
  if (name !== "ERROR") return name;
  // The length of the reason, and no octet more than it says.
  const isExact = body[6] === body.length - 7;
  return isExact ? `ERROR ${printable(body.subarray(7))}` : "a wrong ERROR";
}
