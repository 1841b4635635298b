/**
 * What both sides of the CURVE mechanism have in common: RFC 26. Nonces that
 * go on from the handshake to the traffic, and traffic that is sealed.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { CurveCrypto } from "./curve_crypto.ts";
import { NonceCounter, NonceWatch } from "./curve_nonce.ts";
import { CurveTraffic } from "./curve_traffic.ts";
import { Handshake, type HandshakeStart } from "./handshake.ts";
import { type MechanismSetup, MESSAGE_OVERHEAD } from "./mechanism.ts";

/** One side of CURVE. */
export abstract class CurveHandshake extends Handshake {
  /** The name in the greeting. */
  readonly name: string = "CURVE";
  /** The cryptography. */
  protected readonly crypto: CurveCrypto;
  /** Counts all that this side sends. */
  protected readonly counter: NonceCounter = new NonceCounter();
  /** Watches what the other side sends. */
  protected readonly watch: NonceWatch = new NonceWatch();
  #traffic: CurveTraffic | undefined;

  /** Begins a handshake. */
  constructor(
    setup: MechanismSetup,
    start: HandshakeStart,
    crypto: CurveCrypto,
  ) {
    super(setup, start);
    this.crypto = crypto;
  }

  /** True: all traffic is sealed. */
  override get encrypts(): boolean {
    return true;
  }

  /** How many octets `seal` adds. */
  override get overhead(): number {
    return MESSAGE_OVERHEAD;
  }

  /** Seals a frame; only when ready. */
  override seal(octets: Uint8Array, at: number, length: number): void {
    if (this.#traffic === undefined) throw this.#noKeys();
    this.#traffic.seal(octets, at, length);
  }

  /** Opens a frame; only when ready. */
  override open(body: Uint8Array): Uint8Array {
    if (this.#traffic === undefined) throw this.#noKeys();
    return this.#traffic.open(body);
  }

  /** Forgets the keys of this connection. */
  override close(): void {
    super.close();
    this.#traffic?.close();
    // A stream whose key is overwritten would go on under a key of zeros.
    this.#traffic = undefined;
  }

  /** Takes the session key into use, and overwrites it. */
  protected startTraffic(key: Uint8Array): void {
    const { crypto, counter, watch } = this;
    this.#traffic = new CurveTraffic(
      crypto,
      key,
      this.asServer,
      counter,
      watch,
    );
    key.fill(0);
    this.ready();
  }

  #noKeys(): ZmqError {
    return new ZmqError(
      "EFSM",
      "Cannot use a CURVE connection that is not ready, or closed",
    );
  }
}
