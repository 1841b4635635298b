/**
 * Options as live properties of the socket classes.
 *
 * @module
 */

import { defineOptionProperties } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import { coreOf, type Socket } from "./socket.ts";

/** Gives a socket class the properties of its type's options. */
export function liveOptions(prototype: Socket, type: SocketType): void {
  defineOptionProperties(prototype, type, {
    get: (socket, name) => coreOf(socket as Socket).option(name),
    set: (socket, name, value) =>
      coreOf(socket as Socket).setOption(name, value),
  });
}
