/**
 * The commands of the CURVE handshake as octets: RFC 26 "HELLO", "WELCOME",
 * "INITIATE", "READY". Pure functions: who sends what when, and with which
 * keys, is for the client and the server to know.
 *
 * @module
 */

import { concat, toBytes } from "../base/bytes.ts";
import { protocolError, type ZmqError } from "../base/errors.ts";
import {
  commandHead,
  HELLO,
  INITIATE,
  READY,
  WELCOME,
} from "../wire/commands.ts";
import { type CurveCrypto, KEY_LENGTH } from "./curve_crypto.ts";
import { LONG_NONCE, nonceOf } from "./curve_nonce.ts";

const HELLO_HEAD = commandHead(HELLO);
const WELCOME_HEAD = commandHead(WELCOME);
const INITIATE_HEAD = commandHead(INITIATE);
const READY_HEAD = commandHead(READY);

/** Octets of the cookie and of the vouch. */
export const COOKIE_LENGTH = 96;

const HELLO_PREFIX = toBytes("CurveZMQHELLO---");
const WELCOME_PREFIX = toBytes("WELCOME-");
const COOKIE_PREFIX = toBytes("COOKIE--");
const VOUCH_PREFIX = toBytes("VOUCH---");
const INITIATE_PREFIX = toBytes("CurveZMQINITIATE");
const READY_PREFIX = toBytes("CurveZMQREADY---");

// Offsets and lengths of RFC 26, in the command body.
const HELLO_LENGTH = 200;
const HELLO_VERSION = 6;
const HELLO_KEY = 80;
const HELLO_NONCE = 112;
const HELLO_BOX = 120;
const HELLO_TEXT = 64;
const WELCOME_LENGTH = 168;
const WELCOME_NONCE = 8;
const WELCOME_BOX = 24;
const INITIATE_LENGTH = 257;
const INITIATE_COOKIE = 9;
/** Where an INITIATE has its short nonce. */
export const INITIATE_NONCE = 105;
const INITIATE_BOX = 113;
const READY_LENGTH = 30;
/** Where a READY has its short nonce. */
export const READY_NONCE = 6;
const READY_BOX = 14;

/** What a WELCOME says. */
export interface Welcome {
  /** S', the transient key of the server. */
  readonly serverTransient: Uint8Array;
  /** To be sent back. */
  readonly cookie: Uint8Array;
}

/** What the box of an INITIATE says. */
export interface Initiate {
  /** C, the long-term key of the client. */
  readonly clientKey: Uint8Array;
  /** Proves that the client has the secret of that key. */
  readonly vouch: Uint8Array;
  /** The encoded properties. */
  readonly metadata: Uint8Array;
}

/** Makes a HELLO. `key` is that of S and c'. */
export function encodeHello(
  crypto: CurveCrypto,
  key: Uint8Array,
  clientTransient: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const body = new Uint8Array(HELLO_LENGTH);
  body.set(HELLO_HEAD);
  body[HELLO_VERSION] = 1;
  body.set(clientTransient, HELLO_KEY);
  body.set(nonce, HELLO_NONCE);
  const zeros = new Uint8Array(HELLO_TEXT);
  body.set(crypto.seal(key, nonceOf(HELLO_PREFIX, nonce), zeros), HELLO_BOX);
  return body;
}

/** C', the transient key of the client, of a HELLO in the right form. */
export function helloKey(body: Uint8Array): Uint8Array {
  if (body.length !== HELLO_LENGTH) {
    throw malformed(HELLO, body.length, `${HELLO_LENGTH}`);
  }
  if (body[HELLO_VERSION] !== 1 || body[HELLO_VERSION + 1] !== 0) {
    throw protocolError(
      "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
      "Cannot accept a HELLO of CURVE version " +
        `${body[HELLO_VERSION]}.${body[HELLO_VERSION + 1]}: expected 1.0`,
    );
  }
  if (!isZero(body.subarray(HELLO_VERSION + 2, HELLO_KEY))) {
    throw protocolError(
      "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
      "Cannot accept a HELLO with anything but zeros as padding",
    );
  }
  return new Uint8Array(body.subarray(HELLO_KEY, HELLO_NONCE));
}

/** Checks the box of a HELLO. `key` is that of C' and s. */
export function checkHello(
  crypto: CurveCrypto,
  key: Uint8Array,
  body: Uint8Array,
): void {
  const nonce = nonceOf(HELLO_PREFIX, body.subarray(HELLO_NONCE, HELLO_BOX));
  const text = crypto.open(key, nonce, body.subarray(HELLO_BOX));
  if (text === undefined || !isZero(text)) throw forged(HELLO);
}

/** Makes a WELCOME. `key` is that of C' and s. */
export function encodeWelcome(
  crypto: CurveCrypto,
  key: Uint8Array,
  welcome: Welcome,
  nonce: Uint8Array,
): Uint8Array {
  const text = concat([welcome.serverTransient, welcome.cookie]);
  const box = crypto.seal(key, nonceOf(WELCOME_PREFIX, nonce), text);
  return concat([WELCOME_HEAD, nonce, box]);
}

/** Opens a WELCOME. `key` is that of S and c'. */
export function openWelcome(
  crypto: CurveCrypto,
  key: Uint8Array,
  body: Uint8Array,
): Welcome {
  if (body.length !== WELCOME_LENGTH) {
    throw malformed(WELCOME, body.length, `${WELCOME_LENGTH}`);
  }
  const own = body.subarray(WELCOME_NONCE, WELCOME_BOX);
  const nonce = nonceOf(WELCOME_PREFIX, own);
  const text = crypto.open(key, nonce, body.subarray(WELCOME_BOX));
  if (text === undefined) throw forged(WELCOME);
  return {
    serverTransient: text.subarray(0, KEY_LENGTH),
    cookie: text.subarray(KEY_LENGTH),
  };
}

/** Makes a cookie, which lets the server know its own WELCOME again. */
export function encodeCookie(
  crypto: CurveCrypto,
  cookieKey: Uint8Array,
  clientTransient: Uint8Array,
  serverSecret: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const text = concat([clientTransient, serverSecret]);
  const box = crypto.seal(cookieKey, nonceOf(COOKIE_PREFIX, nonce), text);
  text.fill(0);
  return concat([nonce, box]);
}

/** Opens a cookie: C' and s'. */
export function openCookie(
  crypto: CurveCrypto,
  cookieKey: Uint8Array,
  cookie: Uint8Array,
): Uint8Array {
  const nonce = nonceOf(COOKIE_PREFIX, cookie.subarray(0, LONG_NONCE));
  const text = crypto.open(cookieKey, nonce, cookie.subarray(LONG_NONCE));
  if (text === undefined) throw forged("cookie");
  return text;
}

/** Makes a vouch. `key` is that of S' and c; the text C' and S. */
export function encodeVouch(
  crypto: CurveCrypto,
  key: Uint8Array,
  clientTransient: Uint8Array,
  serverKey: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const text = concat([clientTransient, serverKey]);
  return concat([nonce, crypto.seal(key, nonceOf(VOUCH_PREFIX, nonce), text)]);
}

/** Opens a vouch: C' and S. `key` is that of C and s'. */
export function openVouch(
  crypto: CurveCrypto,
  key: Uint8Array,
  vouch: Uint8Array,
): Uint8Array {
  const nonce = nonceOf(VOUCH_PREFIX, vouch.subarray(0, LONG_NONCE));
  const text = crypto.open(key, nonce, vouch.subarray(LONG_NONCE));
  if (text === undefined) throw forged("vouch");
  return text;
}

/** Makes an INITIATE. `key` is that of S' and c'. */
export function encodeInitiate(
  crypto: CurveCrypto,
  key: Uint8Array,
  cookie: Uint8Array,
  initiate: Initiate,
  nonce: Uint8Array,
): Uint8Array {
  const { clientKey, vouch, metadata } = initiate;
  const text = concat([clientKey, vouch, metadata]);
  const box = crypto.seal(key, nonceOf(INITIATE_PREFIX, nonce), text);
  return concat([INITIATE_HEAD, cookie, nonce, box]);
}

/** The cookie of an INITIATE in the right form. */
export function initiateCookie(body: Uint8Array): Uint8Array {
  if (body.length < INITIATE_LENGTH) {
    throw malformed(INITIATE, body.length, `at least ${INITIATE_LENGTH}`);
  }
  return body.subarray(INITIATE_COOKIE, INITIATE_NONCE);
}

/** Opens the box of an INITIATE. `key` is that of C' and s'. */
export function openInitiate(
  crypto: CurveCrypto,
  key: Uint8Array,
  body: Uint8Array,
): Initiate {
  const own = body.subarray(INITIATE_NONCE, INITIATE_BOX);
  const nonce = nonceOf(INITIATE_PREFIX, own);
  const text = crypto.open(key, nonce, body.subarray(INITIATE_BOX));
  if (text === undefined) throw forged(INITIATE);
  const vouchEnd = KEY_LENGTH + COOKIE_LENGTH;
  return {
    clientKey: text.subarray(0, KEY_LENGTH),
    vouch: text.subarray(KEY_LENGTH, vouchEnd),
    metadata: text.subarray(vouchEnd),
  };
}

/** Makes a READY. `key` is that of C' and s'. */
export function encodeReady(
  crypto: CurveCrypto,
  key: Uint8Array,
  metadata: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const box = crypto.seal(key, nonceOf(READY_PREFIX, nonce), metadata);
  return concat([READY_HEAD, nonce, box]);
}

/** Opens a READY: the encoded properties. `key` is that of S' and c'. */
export function openReady(
  crypto: CurveCrypto,
  key: Uint8Array,
  body: Uint8Array,
): Uint8Array {
  if (body.length < READY_LENGTH) {
    throw malformed(READY, body.length, `at least ${READY_LENGTH}`);
  }
  const nonce = nonceOf(READY_PREFIX, body.subarray(READY_NONCE, READY_BOX));
  const text = crypto.open(key, nonce, body.subarray(READY_BOX));
  if (text === undefined) throw forged(READY);
  return text;
}

/** The error for a box, or what is in it, that the peer did not make. */
export function forged(what: string): ZmqError {
  return protocolError(
    "ERR_ZMTP_CRYPTOGRAPHIC",
    `Cannot open the box of the ${what}: it is forged, or for another key`,
  );
}

function malformed(name: string, length: number, expected: string): ZmqError {
  return protocolError(
    `ERR_ZMTP_MALFORMED_COMMAND_${name}`,
    `Cannot accept a ${name} of ${length} octets: expected ${expected}`,
  );
}

function isZero(bytes: Uint8Array): boolean {
  let bits = 0;
  for (const octet of bytes) bits |= octet;
  return bits === 0;
}
