/**
 * The NULL mechanism: no authentication, no confidentiality. RFC 37 "NULL".
 *
 * @module
 */

import { READY } from "../wire/commands.ts";
import { Handshake } from "./handshake.ts";
import type { MechanismSetup } from "./mechanism.ts";

/** What {@linkcode NullMechanism} is to do. */
export interface NullOptions {
  /** True to hold the READY back until the peer is admitted (ZAP). */
  readonly authenticate: boolean;
}

/**
 * One side of NULL. Both sides are alike: each sends READY without waiting
 * for the other's, as ZMTP 3.0 has it and every 3.1 peer accepts.
 */
export class NullMechanism extends Handshake {
  /** The name in the greeting. */
  readonly name: string = "NULL";
  #sent = false;

  /** Begins the handshake. */
  constructor(setup: MechanismSetup, options: NullOptions) {
    // RFC 37 "NULL": as-server MUST be zero.
    super(setup, {
      asServer: false,
      refusable: true,
      expected: READY,
      status: options.authenticate ? "authenticating" : "handshaking",
    });
    if (!options.authenticate) this.welcome();
  }

  /** Sends our READY. */
  protected override welcome(): void {
    this.#sent = true;
    this.send(this.encodeReady());
    if (this.peerMetadata !== undefined) this.ready();
  }

  /** Takes the peer's READY. */
  protected override take(_name: string, data: Uint8Array): void {
    this.takeMetadata(data, true);
    if (this.#sent) this.ready();
  }
}
