/**
 * What an HTTP server of the program hands over: judged here, then a byte
 * stream. Loaded when the first socket is bound to such a server.
 *
 * @module
 */

export { pathOf } from "../../src/wire/websocket_opening.ts";
export { attachNode } from "./attach_node.ts";
export { attachFetch, bunSocketHandlers } from "./attach_fetch.ts";
export type { BunSocketHandlers } from "./attach_fetch.ts";
export { attachedPlace } from "./attached_place.ts";
export type { AttachedPlace } from "./attached_place.ts";
