/**
 * CLIENT: DEALER for messages of one frame (RFC 41).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { requireSinglePart } from "./checks.ts";
import { DealerPattern } from "./dealer.ts";

/** The routing of a CLIENT socket. */
export class ClientPattern extends DealerPattern {
  override readonly type: SocketType = "CLIENT";

  override message(pipe: Pipe, message: Message): void {
    // RFC 41: every part of a multi-part message is discarded.
    if (message.length === 1) super.message(pipe, message);
  }

  override send(message: Message, envelope?: Envelope): boolean {
    requireSinglePart(this.type, message);
    return super.send(message, envelope);
  }
}
