/**
 * CHANNEL: PAIR for messages of one frame (RFC 52).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { requireSinglePart } from "./checks.ts";
import { PairPattern } from "./pair.ts";

/** The routing of a CHANNEL socket. */
export class ChannelPattern extends PairPattern {
  override readonly type: SocketType = "CHANNEL";

  override message(pipe: Pipe, message: Message): void {
    // RFC 52: every part of a multi-part message is discarded.
    if (message.length === 1) super.message(pipe, message);
  }

  override send(message: Message, envelope?: Envelope): boolean {
    requireSinglePart(this.type, message);
    return super.send(message, envelope);
  }
}
