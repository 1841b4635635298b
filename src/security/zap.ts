/**
 * The ZeroMQ Authentication Protocol: RFC 27. Requests and replies as frames,
 * and as the objects that an authenticator function works with.
 *
 * Who is asked when, and what follows, is the business of `admission.ts`.
 *
 * @module
 */

import { EMPTY, equal, toBytes, toText } from "../base/bytes.ts";
import { protocolError, quote, type ZmqError } from "../base/errors.ts";
import { z85Encode } from "../base/z85.ts";
import {
  encodeMetadata,
  type Metadata,
  parseMetadata,
  type Property,
} from "../wire/metadata.ts";

/** What an authenticator is asked. */
export interface ZapRequest {
  /** The version of ZAP. */
  readonly version: "1.0";
  /** Comes back in the reply. */
  readonly requestId: Uint8Array;
  /** The `zapDomain` of the socket. */
  readonly domain: string;
  /** The address of the peer, without a port. */
  readonly address: string;
  /** The routing id that the peer claims, where it is known by now. */
  readonly identity: Uint8Array;
  /** `"NULL"`, `"PLAIN"`, `"CURVE"` or `"GSSAPI"`. */
  readonly mechanism: string;
  /** What the peer proved: for PLAIN, exactly the octets it sent. */
  readonly credentials: readonly Uint8Array[];
  /** PLAIN: the user name, read as UTF-8. */
  readonly username?: string;
  /** PLAIN: the password, read as UTF-8. */
  readonly password?: string;
  /** CURVE: the client's long-term key as Z85 text. */
  readonly publicKey?: string;
  /**
   * GSSAPI: the client's principal, `"alice@EXAMPLE.ORG"`; left out where it
   * is not UTF-8.
   */
  readonly principal?: string;
}

/** The status codes of RFC 27. */
export type ZapStatusCode = "200" | "300" | "400" | "500";

/** Properties that an authenticator gives a peer. */
export type ZapMetadata =
  | Readonly<Record<string, string | Uint8Array>>
  | Iterable<readonly [name: string, value: string | Uint8Array]>;

/** What an authenticator answers. */
export interface ZapReply {
  /**
   * `"200"` admits the peer, `"300"` sends it away for now, `"400"` and
   * `"500"` for good.
   */
  readonly statusCode: ZapStatusCode;
  /** Why; for logs. The peer does not see it. */
  readonly statusText?: string;
  /** Who the peer is, at most 255 octets. Default: `""`. */
  readonly userId?: string;
  /** More properties of the peer. Default: none. */
  readonly metadata?: ZapMetadata;
}

/**
 * Decides whether a peer may connect. `true` is status 200, `false` 400; what
 * it throws is 500, but for a `ZmqError` of the code `EAGAIN` or `ETERM`, which
 * is 300. Takes no longer than the handshake's time limit.
 */
export type Authenticator = (
  request: ZapRequest,
) => ZapReply | boolean | Promise<ZapReply | boolean>;

/** An authenticator that remembers what it was asked until it answers. */
export type PatientAuthenticator = Authenticator & {
  /** Nobody waits any more for the answer to a request. */
  readonly withdraw?: (requestId: Uint8Array) => void;
};

/** A reply that was checked. */
export interface ZapAnswer {
  /** The status code. */
  readonly statusCode: ZapStatusCode;
  /** The status text; any octets that a handler sends, as text. */
  readonly statusText: string;
  /** The user id, empty unless the status is 200. */
  readonly userId: string;
  /** The properties. */
  readonly metadata: Metadata;
}

/** What is known of a peer when ZAP is asked. */
export interface ZapPeer {
  /** Comes back in the reply. */
  readonly requestId: Uint8Array;
  /** The `zapDomain` of the socket. */
  readonly domain: string;
  /** The address of the peer, without a port. */
  readonly address: string;
  /** The identity of the peer, empty when it is not known. */
  readonly identity: Uint8Array;
  /** The mechanism. */
  readonly mechanism: string;
  /** The mechanism's credentials. */
  readonly credentials: readonly Uint8Array[];
}

const VERSION = "1.0";
const VERSION_FRAME = toBytes(VERSION);
/** Frames of a reply, the delimiter included. */
const REPLY_FRAMES = 7;
const MAX_USER_ID = 255;
const MALFORMED_REPLY = "ERR_ZAP_MALFORMED_REPLY";
const INVALID_METADATA = "ERR_ZAP_INVALID_METADATA";

/** Makes a request, with the credentials in readable form beside the octets. */
export function makeZapRequest(peer: ZapPeer): ZapRequest {
  const request: ZapRequest = {
    version: VERSION,
    requestId: peer.requestId,
    domain: peer.domain,
    address: peer.address,
    // Copies: what the handshake has is a view of the octets under way.
    identity: new Uint8Array(peer.identity),
    mechanism: peer.mechanism,
    credentials: peer.credentials.map((each) => new Uint8Array(each)),
  };
  const [first, second] = peer.credentials;
  if (peer.mechanism === "PLAIN" && first !== undefined) {
    const password = toText(second ?? EMPTY);
    return { ...request, username: toText(first), password };
  }
  if (peer.mechanism === "CURVE" && first !== undefined) {
    return { ...request, publicKey: z85Encode(first) };
  }
  if (peer.mechanism === "GSSAPI" && first !== undefined) {
    const principal = toText(first);
    // Not what two principals may both be read as.
    if (equal(toBytes(principal), first)) return { ...request, principal };
  }
  return request;
}

/** A request as frames, beginning with the delimiter. RFC 27 "request". */
export function encodeZapRequest(request: ZapRequest): Uint8Array[] {
  return [
    new Uint8Array(0),
    VERSION_FRAME,
    request.requestId,
    toBytes(request.domain),
    toBytes(request.address),
    request.identity,
    toBytes(request.mechanism),
    ...request.credentials,
  ];
}

/**
 * Parses a reply, beginning with the delimiter. RFC 27 "reply".
 *
 * @param requestId the id that it must answer.
 * @throws {ZmqError} `EPROTO` with an `ERR_ZAP_…` reason.
 */
export function parseZapReply(
  frames: readonly Uint8Array[],
  requestId: Uint8Array,
): ZapAnswer {
  if (frames.length !== REPLY_FRAMES) {
    throw protocolError(
      MALFORMED_REPLY,
      `Cannot accept a ZAP reply of ${frames.length} frames: ` +
        `expected ${REPLY_FRAMES}`,
    );
  }
  if (frames[0]!.length !== 0) {
    throw protocolError(
      "ERR_ZAP_UNSPECIFIED",
      "Cannot accept a ZAP reply that begins with no empty frame",
    );
  }
  if (!equal(frames[1]!, VERSION_FRAME)) {
    throw protocolError(
      "ERR_ZAP_BAD_VERSION",
      `Cannot accept a ZAP reply of version ${quote(toText(frames[1]!))}: ` +
        `expected "${VERSION}"`,
    );
  }
  if (!equal(frames[2]!, requestId)) {
    throw protocolError(
      "ERR_ZAP_BAD_REQUEST_ID",
      "Cannot accept a ZAP reply to another request",
    );
  }
  const statusCode = checkStatusCode(toText(frames[3]!));
  if (frames[5]!.length > MAX_USER_ID) throw longUserId(frames[5]!.length);
  const metadata = parseMetadata(frames[6]!, { reason: INVALID_METADATA });
  return {
    statusCode,
    statusText: toText(frames[4]!),
    // RFC 27: the user id means something with status 200 only.
    userId: statusCode === "200" ? toText(frames[5]!) : "",
    metadata,
  };
}

/**
 * Checks what an authenticator function answered, as strictly as a reply in
 * frames.
 *
 * @throws {ZmqError} `EPROTO` with an `ERR_ZAP_…` reason.
 */
export function checkZapReply(reply: unknown): ZapAnswer {
  if (reply === true) return answer("200", "", "");
  if (reply === false) return answer("400", "", "");
  if (typeof reply !== "object" || reply === null) {
    throw protocolError(
      MALFORMED_REPLY,
      `Cannot accept ${quote(reply)} from an authenticator: expected true, ` +
        "false or a reply with a statusCode",
    );
  }
  const { statusCode, statusText, userId, metadata } = reply as ZapReply;
  const code = checkStatusCode(statusCode);
  const user = checkText("userId", userId);
  const octets = toBytes(user).length;
  if (octets > MAX_USER_ID) throw longUserId(octets);
  return answer(
    code,
    checkText("statusText", statusText),
    code === "200" ? user : "",
    metadata,
  );
}

function answer(
  statusCode: ZapStatusCode,
  statusText: string,
  userId: string,
  metadata: ZapMetadata = [],
): ZapAnswer {
  let octets: Uint8Array;
  try {
    octets = encodeMetadata(propertiesOf(metadata));
  } catch (cause) {
    throw protocolError(
      INVALID_METADATA,
      "Cannot accept the metadata of an authenticator: " +
        (cause instanceof Error ? cause.message : "it is malformed"),
      { cause },
    );
  }
  // Read back what was made: one place says what is too much, or twice there.
  const parsed = parseMetadata(octets, { reason: INVALID_METADATA });
  return { statusCode, statusText, userId, metadata: parsed };
}

function* propertiesOf(metadata: ZapMetadata): Iterable<Property> {
  const entries = Symbol.iterator in metadata
    ? metadata as Iterable<readonly [string, string | Uint8Array]>
    : Object.entries(metadata);
  for (const [name, value] of entries) {
    if (typeof value === "string") yield [name, toBytes(value)];
    else if (value instanceof Uint8Array) yield [name, value];
    else throw new TypeError(`property ${quote(name)} is ${quote(value)}`);
  }
}

function checkStatusCode(code: unknown): ZapStatusCode {
  switch (code) {
    case "200":
    case "300":
    case "400":
    case "500":
      return code;
  }
  throw protocolError(
    "ERR_ZAP_INVALID_STATUS_CODE",
    `Cannot accept the ZAP status code ${quote(code)}: ` +
      'expected "200", "300", "400" or "500"',
  );
}

function checkText(field: string, text: unknown): string {
  if (text === undefined) return "";
  if (typeof text === "string") return text;
  throw protocolError(
    MALFORMED_REPLY,
    `Cannot accept ${quote(text)} as ${field}: expected a string`,
  );
}

function longUserId(octets: number): ZmqError {
  return protocolError(
    MALFORMED_REPLY,
    `Cannot accept a user id of ${octets} octets: ` +
      `expected at most ${MAX_USER_ID}`,
  );
}
