/**
 * DEALER: messages dealt out to the peers in turn, theirs fair-queued
 * (RFC 28).
 *
 * @module
 */

import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { BalancedPattern } from "./balanced.ts";
import { farewell, greet } from "./greetings.ts";

/** The routing of a DEALER socket. */
export class DealerPattern extends BalancedPattern {
  override readonly type: SocketType = "DEALER";

  override online(pipe: Pipe): void {
    greet(pipe, this.host.options);
  }

  override offline(pipe: Pipe): void {
    const message = farewell(pipe, this.host.options);
    if (message !== undefined) this.deliver(pipe, message);
  }
}
