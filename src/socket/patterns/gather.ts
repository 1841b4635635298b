/**
 * GATHER: PULL for messages of one frame (RFC 49).
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { PullPattern } from "./pull.ts";

/** The routing of a GATHER socket. */
export class GatherPattern extends PullPattern {
  override readonly type: SocketType = "GATHER";

  override message(pipe: Pipe, message: Message): void {
    // RFC 49: every part of a multi-part message is discarded.
    if (message.length === 1) super.message(pipe, message);
  }
}
