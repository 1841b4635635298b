/**
 * The numbers of GSSAPI that are in use: RFC 2744.
 *
 * @module
 */

import type { GssapiNameType } from "../../mod.ts";

/** `gss_acquire_cred`: what a credential is for. */
export const Usage = { INITIATE: 1, ACCEPT: 2 } as const;

/** Properties of a context. */
export const Flag = {
  MUTUAL: 2,
  REPLAY: 4,
  SEQUENCE: 8,
  ANONYMOUS: 64,
} as const;

/** The bits of a status beside its routine error. */
export const Supplement = {
  CONTINUE_NEEDED: 1,
  DUPLICATE_TOKEN: 2,
  OLD_TOKEN: 4,
  UNSEQ_TOKEN: 8,
  GAP_TOKEN: 16,
} as const;

/** Routine errors, which are in bits 16 to 23 of a status. */
export const ROUTINE_ERRORS: readonly string[] = [
  "COMPLETE",
  "BAD_MECH",
  "BAD_NAME",
  "BAD_NAMETYPE",
  "BAD_BINDINGS",
  "BAD_STATUS",
  "BAD_SIG",
  "NO_CRED",
  "NO_CONTEXT",
  "DEFECTIVE_TOKEN",
  "DEFECTIVE_CREDENTIAL",
  "CREDENTIALS_EXPIRED",
  "CONTEXT_EXPIRED",
  "FAILURE",
  "BAD_QOP",
  "UNAUTHORIZED",
  "UNAVAILABLE",
  "DUPLICATE_ELEMENT",
  "NAME_NOT_MN",
];

/** A lifetime without an end, in seconds. */
export const INDEFINITE = 0xffffffff;

/** `gss_display_status`: which of the two codes a text is of. */
export const CodeKind = { MAJOR: 1, MINOR: 2 } as const;

/** RFC 4121: Kerberos 5, 1.2.840.113554.1.2.2. */
export const KERBEROS: readonly number[] = [
  ...[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12],
  ...[1, 2, 2],
];

/** The kinds of names by their OIDs: RFC 2744 and RFC 1964. */
export const NAME_TYPES: Readonly<Record<GssapiNameType, readonly number[]>> = {
  hostBased: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 1, 4],
  userName: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 1, 1],
  krb5Principal: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 1],
};
