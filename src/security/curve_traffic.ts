/**
 * The traffic of a CURVE connection: every frame in a MESSAGE command of its
 * own. RFC 26 "MESSAGE".
 *
 * The outer frame is the session's business: libzmq wants it without flags.
 *
 * @module
 */

import { toBytes } from "../base/bytes.ts";
import { protocolError, type ZmqError } from "../base/errors.ts";
import { commandHead, MESSAGE } from "../wire/commands.ts";
import { type BoxStream, type CurveCrypto, SEAL_ROOM } from "./curve_crypto.ts";
import {
  type NonceCounter,
  type NonceWatch,
  SHORT_NONCE,
} from "./curve_nonce.ts";
import { forged } from "./curve_messages.ts";
import { MESSAGE_OVERHEAD } from "./mechanism.ts";

const HEAD = commandHead(MESSAGE);
const NONCE_AT = HEAD.length;
// RFC 26 reserves bit 1; libzmq marks commands with it.
const COMMAND = 2;
// The grammar of RFC 26 has one prefix, its prose these two, and so does
// everybody.
const CLIENT_PREFIX = toBytes("CurveZMQMESSAGEC");
const SERVER_PREFIX = toBytes("CurveZMQMESSAGES");

/** Seals and opens the frames of one connection. */
export class CurveTraffic {
  readonly #outgoing: BoxStream;
  readonly #incoming: BoxStream;
  readonly #counter: NonceCounter;
  readonly #watch: NonceWatch;

  /**
   * Begins where the handshake ended: its session key, and its nonces, which
   * go on.
   */
  constructor(
    crypto: CurveCrypto,
    key: Uint8Array,
    asServer: boolean,
    counter: NonceCounter,
    watch: NonceWatch,
  ) {
    const server = crypto.stream(key, SERVER_PREFIX);
    const client = crypto.stream(key, CLIENT_PREFIX);
    this.#outgoing = asServer ? server : client;
    this.#incoming = asServer ? client : server;
    this.#counter = counter;
    this.#watch = watch;
  }

  /**
   * Makes a MESSAGE in place: at `at` there are 32 octets of room, the flags,
   * and a body of `length` octets.
   *
   * @throws {ZmqError} `EPROTO` when the nonces are used up.
   */
  seal(octets: Uint8Array, at: number, length: number): void {
    const nonce = this.#counter.next();
    this.#outgoing.seal(nonce, octets, at, 1 + length);
    // Loops: a call of `set` costs more than eight octets.
    for (let i = 0; i < NONCE_AT; i++) octets[at + i] = HEAD[i]!;
    const nonceAt = at + NONCE_AT;
    for (let i = 0; i < SHORT_NONCE; i++) octets[nonceAt + i] = nonce[i]!;
  }

  /**
   * Opens a MESSAGE where it is: an octet of flags, then the frame's body.
   *
   * @throws {ZmqError} `EPROTO` when it is not the next one of the peer.
   */
  open(body: Uint8Array): Uint8Array {
    if (body.length < MESSAGE_OVERHEAD) {
      throw malformed(`${body.length} octets`, `at least ${MESSAGE_OVERHEAD}`);
    }
    for (let i = 0; i < HEAD.length; i++) {
      if (body[i] !== HEAD[i]) {
        throw protocolError(
          "ERR_ZMTP_UNEXPECTED_COMMAND",
          "Cannot accept anything but MESSAGE commands on a CURVE connection",
        );
      }
    }
    const nonce = this.#watch.accept(body, NONCE_AT);
    const length = body.length - SEAL_ROOM;
    const text = this.#incoming.open(nonce, body, 0, length);
    if (text === undefined) throw forged(MESSAGE);
    // MORE and COMMAND exclude each other, as in RFC 37's own framing.
    if (text[0]! > COMMAND) throw malformed(`flags ${text[0]}`, "0, 1 or 2");
    return text;
  }

  /** Forgets the keys. */
  close(): void {
    this.#outgoing.close();
    this.#incoming.close();
  }
}

function malformed(found: string, expected: string): ZmqError {
  return protocolError(
    "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
    `Cannot accept a MESSAGE with ${found}: expected ${expected}`,
  );
}
