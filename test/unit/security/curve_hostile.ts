// What the tests of hostile CURVE peers share.
import assert from "node:assert/strict";
import { fromHex } from "../../../src/base/bytes.ts";
import type { Mechanism } from "../../../src/security/mechanism.ts";
import { reasonOf, sent } from "./handshakes.ts";

/** Points of low order: everybody knows the shared secret with them. */
export const LOW_ORDER = [
  new Uint8Array(32),
  fromHex("01" + "00".repeat(31)),
  fromHex("ed" + "ff".repeat(30) + "7f"),
  fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
];

export const UNEXPECTED = "ERR_ZMTP_UNEXPECTED_COMMAND";
export const CRYPTOGRAPHIC = "ERR_ZMTP_CRYPTOGRAPHIC";

/** Asserts that a command ends the handshake, in silence. */
export function refuses(
  mechanism: Mechanism,
  body: Uint8Array,
  next: Uint8Array,
): string {
  const reason = reasonOf(() => mechanism.receive(body));
  assert.deepEqual(sent(mechanism), []);
  assert.notEqual(mechanism.status, "ready");
  assert.notEqual(mechanism.status, "authenticating");
  reasonOf(() => mechanism.receive(next));
  return reason;
}

/** One octet of every field and of both ends of it. */
export function someOffsets(
  length: number,
  fields: readonly number[],
): number[] {
  const offsets = fields.flatMap((at) => [at - 1, at, at + 1]);
  return [...offsets, length - 1].filter((at) => at >= 0 && at < length);
}
