/**
 * How a connection over a WebSocket begins: the subprotocol says what is
 * spoken, and there is no greeting. RFC 45; RFC 39 for ZWS 1.0.
 *
 * @module
 */

import { EMPTY, toBytes } from "../base/bytes.ts";
import { protocolError, quote } from "../base/errors.ts";
import type { WebSocketLink } from "../transport/transport.ts";
import { encodeFrame } from "../wire/framing.ts";
import type { Greeting } from "../wire/greeting.ts";
import { Metadata } from "../wire/metadata.ts";
import { peerIntroduction } from "./old_introduction.ts";
import { Opening, type OpeningOwner, type OpeningSetup } from "./opening.ts";
import { subprotocolsOf } from "./subprotocols.ts";

/** What a subprotocol with a mechanism begins with. */
const WITH_MECHANISM = "ZWS2.0/";

/** An opening over a WebSocket. */
export class WebSocketOpening extends Opening {
  protected override readonly greeting: Greeting;
  readonly #link: WebSocketLink;
  #begun = false;

  constructor(
    owner: OpeningOwner,
    setup: OpeningSetup,
    link: WebSocketLink,
  ) {
    super(owner, setup);
    const { subprotocol } = link;
    this.#link = link;
    this.greeting = {
      // ZWS 1.0 has no commands, and is like ZMTP 2.0 in that.
      major: subprotocol === "ZWS1.0" ? 2 : 3,
      // Subscriptions are messages. libzmq's publishers know no others over a
      // WebSocket, not even in CURVE's boxes, where its subscribers send them.
      minor: 0,
      mechanism: setup.maker.name,
      asServer: false,
    };
  }

  /** There is no greeting: all octets are frames. */
  override greeted(chunk: Uint8Array): Uint8Array {
    return chunk;
  }

  protected override greet(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { subprotocol } = this.#link;
    this.#check(subprotocol);
    if (subprotocol.startsWith(WITH_MECHANISM)) this.startMechanism();
    else this.say(encodeFrame(0, this.setup.options.routingId ?? EMPTY));
  }

  /** RFC 45 "No Mechanism": the first message is the identity. */
  protected override introduction(
    flags: number,
    identity: Uint8Array,
  ): Metadata {
    const told = peerIntroduction(this.greeting, flags, identity);
    const { peerType } = this.#link;
    return peerType === undefined
      ? told
      : new Metadata([["Socket-Type", toBytes(peerType)], ...told]);
  }

  /** Whoever made the stream must not have agreed upon less than we want. */
  #check(subprotocol: string): void {
    const { host, options } = this.setup;
    const ours: readonly string[] = subprotocolsOf(host.type, options, "bind");
    if (ours.includes(subprotocol)) return;
    throw protocolError(
      "ERR_ZMTP_MECHANISM_MISMATCH",
      `Cannot speak ${quote(subprotocol)}: expected ${ours.join(", ")}`,
    );
  }
}
