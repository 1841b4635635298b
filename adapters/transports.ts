/**
 * The transports over a runtime's sockets, in one module: it is loaded when
 * the first endpoint is opened.
 *
 * @module
 */

export { IpcTransport } from "./ipc.ts";
export { TcpTransport } from "./tcp.ts";
