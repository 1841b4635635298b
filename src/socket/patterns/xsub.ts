/**
 * XSUB: subscriptions are messages that the application sends, 01 and the
 * topic, or 00 and the topic; others go upstream (RFC 29).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import { Distributor } from "../../routing/distributor.ts";
import type { Envelope } from "../pattern.ts";
import { SubscribingPattern } from "./subscribing.ts";

/** The routing of an XSUB socket. It filters nothing. */
export class XSubPattern extends SubscribingPattern {
  override readonly type: SocketType = "XSUB";
  readonly #distributor = new Distributor();

  override send(message: Message, _envelope?: Envelope): boolean {
    const first = message[0]!;
    if (first.length > 0 && first[0]! <= 1) {
      const rest = message.filter((frame) => !this.#subscription(frame));
      if (rest.length > 0) this.#upstream(rest);
      return true;
    }
    if (!this.host.options.onlyFirstSubscribe) {
      // As libzmq: later frames may subscribe too. XPUB sees them in the
      // message; a publisher that comes later is told like of any other.
      for (let i = 1; i < message.length; i++) {
        const frame = message[i]!;
        if (frame[0] === 1) this.count(frame.subarray(1), 1);
        else if (frame[0] === 0) this.count(frame.subarray(1), -1);
      }
    }
    this.#upstream(message);
    return true;
  }

  /** Always true: what a publisher has no room for is dropped. */
  override get canSend(): boolean {
    return true;
  }

  /** Does what a subscription frame says; false when it is none. */
  #subscription(frame: Uint8Array): boolean {
    if (frame[0] === 1) this.subscribe(frame.subarray(1));
    else if (frame[0] === 0) this.unsubscribe(frame.subarray(1));
    else return false;
    return true;
  }

  #upstream(message: Message): void {
    for (const pipe of this.pipes) this.#distributor.choose(pipe);
    this.#distributor.send(message);
  }
}
