/**
 * PUSH: messages dealt out to the peers in turn (RFC 30).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { BalancedPattern } from "./balanced.ts";
import { unsupported } from "./checks.ts";

/** The routing of a PUSH socket. */
export class PushPattern extends BalancedPattern {
  override readonly type: SocketType = "PUSH";
  override readonly receives = false;

  /** RFC 30: a PUSH discards what its peers send. */
  override message(_pipe: Pipe, _message: Message): void {}

  override receive(): Message | undefined {
    throw unsupported(this.type, "receive");
  }
}
