/**
 * The server of the GSSAPI mechanism: it has a key, and learns who the client
 * is; what that is worth is decided where all mechanisms have it decided.
 *
 * @module
 */

import type { MechanismSetup } from "../../mod.ts";
import type { Step } from "./context.ts";
import { GssapiHandshake, type GssapiOptions } from "./handshake.ts";
import { encodeInitiate, INITIATE } from "./messages.ts";

/** The server of GSSAPI. */
export class GssapiServer extends GssapiHandshake {
  /** Begins the handshake. */
  constructor(setup: MechanismSetup, options: GssapiOptions) {
    const start = {
      asServer: true,
      refusable: false,
      expected: INITIATE,
      status: "handshaking",
    } as const;
    super(setup, start, options);
  }

  /** Takes INITIATE until the context is there, the empty command, READY. */
  protected override take(
    name: string,
    data: Uint8Array,
    body: Uint8Array,
  ): void {
    switch (name) {
      case INITIATE:
        this.takeToken(data);
        return;
      case "":
        this.credentials = [this.context.peer];
        this.authenticate();
        return;
    }
    this.takeReady(data, body, true);
    this.ready();
  }

  /**
   * libzmq's client says that it is done before it is asked about: until then
   * nothing is known of whether it believes us.
   */
  protected override established(): void {
    this.expectNothing();
  }

  /**
   * Tells the client, in the words of Kerberos where it has some; else by the
   * name of the failure, and nothing of our own keys: it is nobody yet.
   */
  protected override refused({ token, error }: Step): void {
    if (token.length > 0) this.send(encodeInitiate(token));
    else this.sendError(error?.reason ?? "");
  }

  /** Sends READY. */
  protected override welcome(): void {
    this.sendReady();
    this.expectReady();
  }
}
