/**
 * The server of the CURVE mechanism: RFC 26. It learns the client's long-term
 * key in the handshake, with proof; what the key is worth is decided where
 * all mechanisms have it decided.
 *
 * Names as in RFC 26: S, s are the server's long-term keys, S', s' those of
 * this connection; C, c and C', c' the client's.
 *
 * @module
 */

import { concat, equalConstantTime, randomBytes } from "../base/bytes.ts";
import { protocolError } from "../base/errors.ts";
import { HELLO, INITIATE } from "../wire/commands.ts";
import { encodeMetadata } from "../wire/metadata.ts";
import {
  type CurveCrypto,
  KEY_LENGTH,
  type RandomSource,
} from "./curve_crypto.ts";
import { CurveHandshake } from "./curve_handshake.ts";
import type { CurveKeys } from "./curve_keys.ts";
import {
  checkHello,
  encodeCookie,
  encodeReady,
  encodeWelcome,
  forged,
  helloKey,
  INITIATE_NONCE,
  initiateCookie,
  openCookie,
  openInitiate,
  openVouch,
} from "./curve_messages.ts";
import { LONG_NONCE } from "./curve_nonce.ts";
import type { MechanismSetup } from "./mechanism.ts";

/** What a CURVE server needs. */
export interface CurveServerOptions {
  /** The cryptography, from `loadNoble()`. */
  readonly crypto: CurveCrypto;
  /** S and s. */
  readonly keys: CurveKeys;
  /**
   * Asked for s' (32 octets), the cookie's key (32) and nonce (16), then for
   * the WELCOME's nonce (16).
   */
  readonly random?: RandomSource;
}

const NO_KEY = new Uint8Array(0);

/** The server of CURVE. */
export class CurveServer extends CurveHandshake {
  readonly #keys: CurveKeys;
  readonly #random: RandomSource;
  /** C', from the HELLO on. */
  #clientTransient: Uint8Array = NO_KEY;
  /** s', from the HELLO to the INITIATE. */
  #transientSecret: Uint8Array = NO_KEY;
  #cookieKey: Uint8Array = NO_KEY;
  /** Of C' and s', from the INITIATE on. */
  #key: Uint8Array = NO_KEY;

  /** Begins the handshake. */
  constructor(setup: MechanismSetup, options: CurveServerOptions) {
    const start = {
      asServer: true,
      refusable: false,
      expected: HELLO,
      status: "handshaking",
    } as const;
    super(setup, start, options.crypto);
    this.#keys = options.keys;
    this.#random = options.random ?? randomBytes;
  }

  /** Forgets the keys of this connection. */
  override close(): void {
    super.close();
    this.#forgetCookie();
    this.#key.fill(0);
  }

  /** Takes HELLO, then INITIATE. */
  protected override take(
    name: string,
    _data: Uint8Array,
    body: Uint8Array,
  ): void {
    if (name === HELLO) this.#takeHello(body);
    else this.#takeInitiate(body);
  }

  /** Sends READY. */
  protected override welcome(): void {
    this.send(encodeReady(
      this.crypto,
      this.#key,
      encodeMetadata(this.setup.metadata),
      this.counter.next(),
    ));
    this.startTraffic(this.#key);
  }

  #takeHello(body: Uint8Array): void {
    const crypto = this.crypto;
    const clientTransient = helloKey(body);
    const key = crypto.sharedKey(clientTransient, this.#keys.secretKey);
    if (key === undefined) throw forged(HELLO);
    checkHello(crypto, key, body);
    this.#clientTransient = clientTransient;
    this.#transientSecret = this.#random(KEY_LENGTH);
    this.#cookieKey = this.#random(KEY_LENGTH);
    const cookie = encodeCookie(
      crypto,
      this.#cookieKey,
      clientTransient,
      this.#transientSecret,
      this.#random(LONG_NONCE),
    );
    const serverTransient = crypto.publicKey(this.#transientSecret);
    this.send(encodeWelcome(
      crypto,
      key,
      { serverTransient, cookie },
      this.#random(LONG_NONCE),
    ));
    key.fill(0);
    this.expected = INITIATE;
  }

  #takeInitiate(body: Uint8Array): void {
    const crypto = this.crypto;
    this.#checkCookie(initiateCookie(body));
    const transientSecret = this.#transientSecret;
    const key = crypto.sharedKey(this.#clientTransient, transientSecret);
    if (key === undefined) throw forged(INITIATE);
    this.#key = key;
    const { clientKey, vouch, metadata } = openInitiate(crypto, key, body);
    this.#checkVouch(clientKey, vouch);
    this.#forgetCookie();
    // RFC 26: the first MESSAGE is compared with the INITIATE.
    this.watch.start(body, INITIATE_NONCE);
    this.takeMetadata(metadata, true);
    this.credentials = [new Uint8Array(clientKey)];
    this.authenticate();
  }

  /** The cookie must be the one that this connection was given. */
  #checkCookie(cookie: Uint8Array): void {
    const text = openCookie(this.crypto, this.#cookieKey, cookie);
    const own = concat([this.#clientTransient, this.#transientSecret]);
    const same = equalConstantTime(text, own);
    text.fill(0);
    own.fill(0);
    if (!same) throw forged("cookie");
  }

  /**
   * The client must have the secret of C, and have vouched for C' and to us.
   * Without the second half, a server could use the vouches of its clients at
   * another server.
   */
  #checkVouch(clientKey: Uint8Array, vouch: Uint8Array): void {
    const crypto = this.crypto;
    const key = crypto.sharedKey(clientKey, this.#transientSecret);
    if (key === undefined) throw forged("vouch");
    const text = openVouch(crypto, key, vouch);
    key.fill(0);
    const own = concat([this.#clientTransient, this.#keys.publicKey]);
    if (equalConstantTime(text, own)) return;
    throw protocolError(
      "ERR_ZMTP_KEY_EXCHANGE",
      "Cannot accept the vouch: it is for other keys",
    );
  }

  #forgetCookie(): void {
    this.#transientSecret.fill(0);
    this.#cookieKey.fill(0);
  }
}
