/**
 * Options as live properties of the socket classes.
 *
 * @module
 */

import {
  defineOptionProperties,
  type OptionAccessors,
} from "../options/properties.ts";
import type { SocketType } from "../options/socket_type.ts";
import { coreOf, Socket } from "./socket.ts";

const accessors: OptionAccessors = {
  get: (socket, name) => coreOf(socket as Socket).option(name),
  set: (socket, name, value) => coreOf(socket as Socket).setOption(name, value),
};

let done = false;

/** Gives a socket class the properties of its type's options. */
export function liveOptions(prototype: Socket, type: SocketType): void {
  // What all types share stands once, on the base class.
  if (!done) defineOptionProperties(Socket.prototype, undefined, accessors);
  done = true;
  defineOptionProperties(prototype, type, accessors);
}
