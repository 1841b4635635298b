/**
 * Connecting sockets of any family.
 *
 * @module
 */

import type { Ffi } from "./ffi.ts";

/**
 * Connects a socket that does not block, to an address of its family; the
 * socket stays open when that fails.
 *
 * @param address the octets of the system's `struct sockaddr`.
 * @throws {SystemError} what the system says, or the reason of the signal.
 */
export async function connect(
  ffi: Ffi,
  fd: number,
  address: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (ffi.system.connect(fd, address)) return;
  await ffi.ready(fd, { writable: true }, signal);
  const failure = ffi.system.failure(fd);
  if (failure !== undefined) throw failure;
}
