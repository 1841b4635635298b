/**
 * PEER: what SERVER does, towards other PEERs (RFC 51). Its id of a peer is
 * known from `attach` on, so that `connect` can tell it.
 *
 * @module
 */

import type { SocketType } from "../../options/socket_type.ts";
import { ServerPattern } from "./server.ts";

/** The routing of a PEER socket. */
export class PeerPattern extends ServerPattern {
  override readonly type: SocketType = "PEER";
}
