/**
 * Descriptors as sockets of `node:net`, on Node and on Deno.
 *
 * @module
 */

import type { Socket, SocketConstructorOpts } from "node:net";
import { builtin } from "../builtin.ts";
import type { Intake } from "./intake.ts";

/** libuv's handle of a stream, which `node:net` keeps to itself. */
interface PipeHandle {
  /** Takes over a descriptor; 0, or a negative error number. */
  open(fd: number): number;
}

/** The part of the internals that makes handles. */
interface PipeBinding {
  readonly Pipe: new (type: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number };
}

/**
 * A socket over the descriptor of a connected stream socket.
 *
 * @throws when the runtime cannot take the descriptor over.
 */
export function socketOf(fd: number, intake?: Intake): Socket {
  const { Socket } = builtin("node:net");
  const options = {
    allowHalfOpen: true,
    readable: true,
    writable: true,
    pauseOnCreate: true,
    ...(intake && { onread: intake }),
  };
  const make = (from: object): Socket =>
    new Socket({ ...options, ...from } as unknown as SocketConstructorOpts);
  let socket;
  try {
    socket = make({ fd });
  } catch {
    // It knows TCP's and Unix domain sockets only; libuv knows all.
    socket = make({ handle: pipeOf(fd) });
  }
  // Nothing is read before the connection is started.
  if (intake !== undefined) socket.pause();
  return socket;
}

function pipeOf(fd: number): PipeHandle {
  const { binding } = process as unknown as {
    binding(name: string): PipeBinding;
  };
  const { Pipe, constants } = binding("pipe_wrap");
  const handle = new Pipe(constants.SOCKET);
  const status = handle.open(fd);
  if (status === 0) return handle;
  throw new Error(`Cannot take over descriptor ${fd}: libuv says ${status}`);
}
