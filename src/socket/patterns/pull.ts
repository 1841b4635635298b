/**
 * PULL: messages of all peers, fair-queued (RFC 30).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { unsupported } from "./checks.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a PULL socket. */
export class PullPattern extends QueuedPattern {
  override readonly type: SocketType = "PULL";
  override readonly sends = false;

  override attach(_pipe: Pipe): void {}

  override detach(_pipe: Pipe): void {}

  override writable(_pipe: Pipe): void {}

  override send(_message: Message, _envelope?: Envelope): boolean {
    throw unsupported(this.type, "send");
  }

  override get canSend(): boolean {
    return false;
  }
}
