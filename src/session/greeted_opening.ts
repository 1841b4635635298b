/**
 * How a connection over a bare byte stream begins: with the greeting, which
 * tells the version. RFC 37 "greeting"; for old peers RFC 15 and RFC 13.
 *
 * @module
 */

import { concat } from "../base/bytes.ts";
import {
  encodeGreeting,
  type Greeting,
  GreetingReader,
} from "../wire/greeting.ts";
import type { Metadata } from "../wire/metadata.ts";
import {
  oldestVersion,
  ownIntroduction,
  peerIntroduction,
} from "./old_introduction.ts";
import { Opening, type OpeningOwner, type OpeningSetup } from "./opening.ts";

/** The connection, as such an opening sees it. */
export interface GreetedOwner extends OpeningOwner {
  /** From the next octet on, the framing is that of 1.0. */
  reframe(): void;
}

/** An opening with a greeting. */
export class GreetedOpening extends Opening {
  readonly #owner: GreetedOwner;
  readonly #octets: Uint8Array;
  readonly #reader: GreetingReader;
  #sent = 0;
  #introduced = false;

  constructor(owner: GreetedOwner, setup: OpeningSetup) {
    super(owner, setup);
    this.#owner = owner;
    const { host, maker, options } = setup;
    const own = {
      mechanism: maker.name,
      asServer: maker.asServer,
      identityLength: options.routingId?.length ?? 0,
      oldest: oldestVersion(host.type, maker.name, options),
    };
    this.#octets = encodeGreeting(own);
    this.#reader = new GreetingReader(own);
  }

  override greeted(chunk: Uint8Array): Uint8Array {
    if (this.#reader.greeting !== undefined) return chunk;
    const reader = this.#reader;
    const rest = chunk.subarray(reader.push(chunk));
    this.greet();
    this.#introduce();
    const { greeting, unread } = reader;
    if (greeting?.major === 3) this.startMechanism();
    else this.speak();
    if (greeting?.major === 1) this.#owner.reframe();
    return unread.length === 0 ? rest : concat([unread, rest]);
  }

  protected override get greeting(): Greeting {
    return this.#reader.greeting!;
  }

  protected override greet(): void {
    const { sendable } = this.#reader;
    if (sendable === this.#sent) return;
    this.say(this.#octets.subarray(this.#sent, sendable));
    this.#sent = sendable;
  }

  protected override introduction(
    flags: number,
    identity: Uint8Array,
  ): Metadata {
    return peerIntroduction(this.greeting, flags, identity);
  }

  /** Tells an old peer who we are, once. */
  #introduce(): void {
    const { host, options } = this.setup;
    const { major, unread } = this.#reader;
    if (this.#introduced || major === undefined || major === 3) return;
    this.#introduced = true;
    const isSigned = unread.length === 0;
    this.say(ownIntroduction(host.type, options, major, isSigned));
  }
}
