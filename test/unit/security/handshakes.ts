// What the tests of mechanisms share: setups, whole handshakes, refusals.
import assert from "node:assert/strict";
import { toBytes } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import type {
  Mechanism,
  MechanismSetup,
} from "../../../src/security/mechanism.ts";
import type { Metadata, Property } from "../../../src/wire/metadata.ts";

/** Every reason that a protocol error may have. */
export const REASONS: ReadonlySet<string> = new Set([
  "ERR_ZMTP_UNSPECIFIED",
  "ERR_ZMTP_UNEXPECTED_COMMAND",
  "ERR_ZMTP_INVALID_SEQUENCE",
  "ERR_ZMTP_KEY_EXCHANGE",
  "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED",
  "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
  "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
  "ERR_ZMTP_MALFORMED_COMMAND_INITIATE",
  "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
  "ERR_ZMTP_MALFORMED_COMMAND_READY",
  "ERR_ZMTP_MALFORMED_COMMAND_WELCOME",
  "ERR_ZMTP_INVALID_METADATA",
  "ERR_ZMTP_CRYPTOGRAPHIC",
  "ERR_ZMTP_MECHANISM_MISMATCH",
  "ERR_ZAP_UNSPECIFIED",
  "ERR_ZAP_MALFORMED_REPLY",
  "ERR_ZAP_BAD_REQUEST_ID",
  "ERR_ZAP_BAD_VERSION",
  "ERR_ZAP_INVALID_STATUS_CODE",
  "ERR_ZAP_INVALID_METADATA",
  "ERR_WS_OPENING",
]);

/** A connection's side with a socket type, an empty identity and a check. */
export function setup(
  socketType = "DEALER",
  checkMetadata: (metadata: Metadata) => void = () => {},
): MechanismSetup {
  return { metadata: properties(socketType, ""), checkMetadata };
}

/** The properties of a socket type and, where given, an identity. */
export function properties(socketType: string, identity?: string): Property[] {
  const type: Property = ["Socket-Type", toBytes(socketType)];
  if (identity === undefined) return [type];
  return [type, ["Identity", toBytes(identity)]];
}

/** Passes commands between two mechanisms until neither has one to send. */
export function exchange(
  one: Mechanism,
  other: Mechanism,
  decide: (mechanism: Mechanism) => void = (mechanism) => mechanism.admit(),
): void {
  for (let progress = true; progress;) {
    progress = false;
    for (const [from, to] of [[one, other], [other, one]] as const) {
      if (from.status === "authenticating") {
        decide(from);
        progress = true;
      }
      for (const command of sent(from)) {
        to.receive(command);
        progress = true;
      }
    }
  }
}

/** All that a mechanism has to send now. */
export function sent(mechanism: Mechanism): Uint8Array[] {
  const commands: Uint8Array[] = [];
  for (let command = mechanism.next(); command; command = mechanism.next()) {
    commands.push(command);
  }
  return commands;
}

/** Runs what must break the protocol and returns the reason. */
export function reasonOf(action: () => unknown): string {
  return errorOf(action, "EPROTO").reason!;
}

/** Runs what must throw an error with the code and returns it. */
export function errorOf(action: () => unknown, code: string): ZmqError {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof ZmqError, `expected a ZmqError, got ${thrown}`);
  assert.equal(thrown.code, code, thrown.message);
  if (code === "EPROTO") {
    assert.ok(REASONS.has(thrown.reason!), `unknown reason ${thrown.reason}`);
  }
  return thrown;
}

/** The sealed form of a frame. */
export function sealed(
  mechanism: Mechanism,
  flags: number,
  body: Uint8Array,
): Uint8Array {
  const { overhead } = mechanism;
  const out = new Uint8Array(overhead + body.length);
  out[overhead - 1] = flags;
  out.set(body, overhead);
  mechanism.seal(out, 0, body.length);
  return out;
}

/** A copy with one octet changed. */
export function tampered(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}
