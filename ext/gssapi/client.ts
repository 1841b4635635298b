/**
 * The client of the GSSAPI mechanism: it has a ticket for the service.
 *
 * @module
 */

import type { MechanismSetup } from "../../mod.ts";
import { GssapiHandshake, type GssapiOptions } from "./handshake.ts";
import { INITIATE } from "./messages.ts";

/** The client of GSSAPI. */
export class GssapiClient extends GssapiHandshake {
  /** Begins the handshake. */
  constructor(setup: MechanismSetup, options: GssapiOptions) {
    const start = {
      asServer: false,
      refusable: true,
      expected: INITIATE,
      status: "handshaking",
    } as const;
    super(setup, start, options);
    this.advance(new Uint8Array(0));
  }

  /** Takes INITIATE until the context is there, then READY. */
  protected override take(
    name: string,
    data: Uint8Array,
    body: Uint8Array,
  ): void {
    if (name === INITIATE) {
      this.takeToken(data);
      return;
    }
    this.takeReady(data, body, false);
    this.sendReady();
    this.ready();
  }

  /** The server has its turn. */
  protected override established(): void {
    this.expectReady();
  }

  /** A server is not told why we do not go on: it knows of no ERROR. */
  protected override refused(): void {}

  /** Never: a client admits nobody. */
  protected override welcome(): void {}
}
