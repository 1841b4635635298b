/**
 * Descriptors as sockets of `node:net`.
 *
 * @module
 */

import type { Socket, SocketConstructorOpts } from "node:net";
import { builtin } from "../builtin.ts";
import type { Intake } from "./intake.ts";

/**
 * A socket over the descriptor of a connected stream socket; `undefined` when
 * it is none of the families that Node knows, TCP and Unix domain sockets.
 */
export function socketOf(fd: number, intake?: Intake): Socket | undefined {
  const options = {
    fd,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    pauseOnCreate: true,
    ...(intake && { onread: intake }),
  };
  try {
    const socket = new (builtin("node:net").Socket)(
      options as unknown as SocketConstructorOpts,
    );
    // Nothing is read before the connection is started.
    if (intake !== undefined) socket.pause();
    return socket;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_INVALID_FD_TYPE") return undefined;
    throw error;
  }
}
