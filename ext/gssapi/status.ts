/**
 * What the library says of a call that failed: its texts, and the errors of
 * ours that they become.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import { type Outcome, struct } from "../ffi/mod.ts";
import {
  CodeKind,
  NO_KEY,
  PROTOCOL_ERRORS,
  ROUTINE_ERRORS,
} from "./constants.ts";
import type { Gssapi } from "./library.ts";

/** The two codes that a call gives. */
export interface Status {
  /** What it returned. */
  readonly major: number;
  /** What Kerberos has to say about it. */
  readonly minor: number;
}

/** What is asked of the library, and where it answers. */
const question = struct({
  minor: "u32",
  more: "u32",
  length: "u64",
  text: "pointer",
});
const KINDS = [CodeKind.MAJOR, CodeKind.MINOR] as const;

/** True for a status that is more than a hint. */
export function failed(major: number): boolean {
  return major >>> 16 !== 0;
}

/**
 * True for what Kerberos itself has a number for, and is no matter of our own
 * keys: nothing of this machine is for strangers.
 */
export function isForPeer({ minor }: Status): boolean {
  const number = minor - PROTOCOL_ERRORS.first;
  return number >= 0 && number < PROTOCOL_ERRORS.count && number !== NO_KEY;
}

/** The name of a status, as RFC 2744 has it, without `GSS_S_`. */
export function nameOf(major: number): string {
  return ROUTINE_ERRORS[(major >>> 16) & 0xff] ?? "FAILURE";
}

/**
 * The text of a status, from the thread that the call was made on: it has
 * kept what was wrong, the others know only the kind of error.
 */
export async function textOf(
  gssapi: Gssapi,
  status: Status,
  outcome: Outcome<unknown>,
): Promise<string> {
  const texts: string[] = [];
  for (const kind of KINDS) {
    const asked = ask(gssapi, status, kind);
    try {
      const { display_status } = gssapi.calls;
      const { value } = await display_status.after(outcome, ...asked.values);
      texts.push(asked.answer(value));
    } finally {
      asked.free();
    }
  }
  return joined(texts, status);
}

/** The same for a call on the main thread. */
export function textNow(gssapi: Gssapi, status: Status): string {
  const texts = KINDS.map((kind) => {
    const asked = ask(gssapi, status, kind);
    try {
      return asked.answer(gssapi.calls.display_status(...asked.values));
    } finally {
      asked.free();
    }
  });
  return joined(texts, status);
}

/** The error for a context that did not come about. */
export function contextError(
  doing: string,
  { major }: Status,
  text: string,
): ZmqError {
  const message = `${doing}: ${text}`;
  if (nameOf(major) !== "DEFECTIVE_TOKEN") {
    const reason = `ERR_GSS_${nameOf(major)}`;
    return new ZmqError("EACCES", message, { reason });
  }
  const reason = "ERR_ZMTP_MALFORMED_COMMAND_INITIATE";
  return new ZmqError("EPROTO", message, { reason });
}

/** The error for a message that cannot be made, or is not the peer's. */
export function messageError(
  doing: string,
  { major }: Status,
  text: string,
): ZmqError {
  const message = `${doing}: ${text}`;
  if (nameOf(major) === "CONTEXT_EXPIRED") {
    const reason = "ERR_GSS_CONTEXT_EXPIRED";
    return new ZmqError("EACCES", message, { reason });
  }
  // Hints of what was repeated, left out or moved are no less than errors
  // where nothing is: over a stream.
  const reason = failed(major)
    ? "ERR_ZMTP_CRYPTOGRAPHIC"
    : "ERR_ZMTP_INVALID_SEQUENCE";
  return new ZmqError("EPROTO", message, { reason });
}

/** What `gss_display_status` is given, and how its answer is read. */
function ask(gssapi: Gssapi, { major, minor }: Status, kind: 1 | 2) {
  const memory = gssapi.ffi.allocate(question.size);
  const at = (offset: number): bigint => memory.address + BigInt(offset);
  const { offsets } = question;
  const values: [bigint, number, number, bigint, bigint, bigint] = [
    at(offsets.minor),
    kind === CodeKind.MAJOR ? major : minor,
    kind,
    gssapi.kerberos,
    at(offsets.more),
    at(offsets.length),
  ];
  return {
    values,
    answer(status: number): string {
      const { length, text } = question.read(memory.octets);
      if (failed(status) || text === 0n) return "";
      const octets = gssapi.ffi.view(text, Number(length)).slice();
      gssapi.calls.release_buffer(at(offsets.minor), at(offsets.length));
      return new TextDecoder().decode(octets);
    },
    free: () => memory.free(),
  };
}

/** One sentence, which a terminal shows as it is. */
function joined(texts: readonly string[], { major, minor }: Status): string {
  const [first = "", second = ""] = texts.map((text) =>
    text.replaceAll(/[^\x20-\x7e]/g, "?").replaceAll(/\s+/g, " ")
      .trim().replace(/\.$/, "")
  );
  const known = first === "" ? `status ${major}` : first;
  return minor === 0 || second === "" ? known : `${known}: ${second}`;
}
