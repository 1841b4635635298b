/**
 * SCATTER: PUSH for messages of one frame (RFC 49).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Envelope } from "../pattern.ts";
import { requireSinglePart } from "./checks.ts";
import { PushPattern } from "./push.ts";

/** The routing of a SCATTER socket. */
export class ScatterPattern extends PushPattern {
  override readonly type: SocketType = "SCATTER";

  override send(message: Message, envelope?: Envelope): boolean {
    requireSinglePart(this.type, message);
    return super.send(message, envelope);
  }
}
