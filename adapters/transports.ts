/**
 * The transports over a runtime's sockets, in one module: it is loaded when
 * the first endpoint is opened.
 *
 * @module
 */

export { IpcTransport } from "./ipc.ts";
export { NativeDriver } from "./native_driver.ts";
export { TcpTransport } from "./tcp.ts";
