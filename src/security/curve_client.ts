/**
 * The client of the CURVE mechanism: RFC 26. It knows the server's long-term
 * key beforehand and proves to have its own.
 *
 * Names as in RFC 26: C, c are the client's long-term keys, C', c' those of
 * this connection; S, s and S', s' the server's.
 *
 * @module
 */

import { randomBytes } from "../base/bytes.ts";
import { ZmqError } from "../base/errors.ts";
import { READY, WELCOME } from "../wire/commands.ts";
import { encodeMetadata } from "../wire/metadata.ts";
import {
  type CurveCrypto,
  KEY_LENGTH,
  type RandomSource,
} from "./curve_crypto.ts";
import { CurveHandshake } from "./curve_handshake.ts";
import type { CurveKeys } from "./curve_keys.ts";
import {
  encodeHello,
  encodeInitiate,
  encodeVouch,
  forged,
  openReady,
  openWelcome,
  READY_NONCE,
} from "./curve_messages.ts";
import { LONG_NONCE } from "./curve_nonce.ts";
import type { MechanismSetup } from "./mechanism.ts";

/** What a CURVE client needs. */
export interface CurveClientOptions {
  /** The cryptography, from `loadNoble()`. */
  readonly crypto: CurveCrypto;
  /** C and c. */
  readonly keys: CurveKeys;
  /** S. */
  readonly serverKey: Uint8Array;
  /** Asked for c' (32 octets), then for the vouch's nonce (16). */
  readonly random?: RandomSource;
}

/** The client of CURVE. */
export class CurveClient extends CurveHandshake {
  readonly #keys: CurveKeys;
  readonly #serverKey: Uint8Array;
  readonly #random: RandomSource;
  readonly #transient: CurveKeys;
  /** Of S and c' at first, then of S' and c'. */
  #key: Uint8Array;

  /**
   * Begins the handshake.
   *
   * @throws {ZmqError} `EINVAL` when the server's key cannot be one.
   */
  constructor(setup: MechanismSetup, options: CurveClientOptions) {
    const start = {
      asServer: false,
      refusable: true,
      expected: WELCOME,
      status: "handshaking",
    } as const;
    super(setup, start, options.crypto);
    const { crypto, keys, serverKey, random = randomBytes } = options;
    this.#keys = keys;
    this.#serverKey = serverKey;
    this.#random = random;
    const secretKey = random(KEY_LENGTH);
    const publicKey = crypto.publicKey(secretKey);
    this.#transient = { publicKey, secretKey };
    const key = crypto.sharedKey(serverKey, secretKey);
    if (key === undefined) {
      throw new ZmqError(
        "EINVAL",
        "Cannot use the server's CURVE key: it is a point of low order",
      );
    }
    this.#key = key;
    this.send(encodeHello(crypto, key, publicKey, this.counter.next()));
  }

  /** Forgets the keys of this connection. */
  override close(): void {
    super.close();
    this.#transient.secretKey.fill(0);
    this.#key.fill(0);
  }

  /** Takes WELCOME, then READY. */
  protected override take(
    name: string,
    _data: Uint8Array,
    body: Uint8Array,
  ): void {
    if (name === WELCOME) this.#takeWelcome(body);
    else this.#takeReady(body);
  }

  /** Never: a client admits nobody. */
  protected override welcome(): void {}

  #takeWelcome(body: Uint8Array): void {
    const crypto = this.crypto;
    const transient = this.#transient;
    const welcome = openWelcome(crypto, this.#key, body);
    const { serverTransient, cookie } = welcome;
    const key = crypto.sharedKey(serverTransient, transient.secretKey);
    const vouchKey = crypto.sharedKey(serverTransient, this.#keys.secretKey);
    if (key === undefined || vouchKey === undefined) throw forged(WELCOME);
    this.#key.fill(0);
    this.#key = key;
    const vouch = encodeVouch(
      crypto,
      vouchKey,
      transient.publicKey,
      this.#serverKey,
      this.#random(LONG_NONCE),
    );
    vouchKey.fill(0);
    transient.secretKey.fill(0);
    const clientKey = this.#keys.publicKey;
    const metadata = encodeMetadata(this.setup.metadata);
    this.send(encodeInitiate(
      crypto,
      key,
      cookie,
      { clientKey, vouch, metadata },
      this.counter.next(),
    ));
    this.expected = READY;
  }

  #takeReady(body: Uint8Array): void {
    const metadata = openReady(this.crypto, this.#key, body);
    // RFC 26: the first MESSAGE is compared with the READY.
    this.watch.start(body, READY_NONCE);
    this.takeMetadata(metadata, false);
    this.startTraffic(this.#key);
  }
}
