/**
 * Connected sockets of TIPC as runtimes take them over, and what is different
 * about their ends.
 *
 * @module
 */

import type { Clock } from "../../mod.ts";
import { type Ffi, SystemError } from "../ffi/mod.ts";
import type { StreamDescriptor } from "../../src/transport/native.ts";
import { POLLHUP, POLLOUT, Stragglers } from "./stragglers.ts";

/** Its number on the one system that has TIPC. */
const ECONNRESET = 104;

/**
 * A connected socket. One direction cannot end alone: shutdown(2) of TIPC takes
 * nothing but `SHUT_RDWR`.
 */
export function descriptorOf(
  ffi: Ffi,
  clock: Clock,
  fd: number,
): StreamDescriptor {
  const plain = ffi.descriptor(fd);
  const stragglers = stragglersOf(ffi, clock);
  return {
    ...plain,
    endsWhole: true,
    read(into) {
      const length = plain.read(into);
      if (length !== undefined) return length;
      // When the connection was broken and not ended, poll(2) says so for
      // good, and read(2) says nothing. What came in between is read first.
      const hasHungUp = (stragglers.poll(fd, 0) & POLLHUP) !== 0;
      return hasHungUp ? plain.read(into) ?? fail() : undefined;
    },
    close(after) {
      // Nothing is found while the peer has no room, and something when it is
      // gone.
      if (stragglers.poll(fd, POLLOUT) !== 0) return plain.close(after);
      void (after ?? Promise.resolve()).then(() => stragglers.add(fd));
    },
  };
}

function fail(): never {
  throw new SystemError("read", "ECONNRESET", ECONNRESET);
}

const known = new WeakMap<Ffi, Stragglers>();

/** Those of one runtime share its threads. */
function stragglersOf(ffi: Ffi, clock: Clock): Stragglers {
  let stragglers = known.get(ffi);
  if (stragglers === undefined) {
    known.set(ffi, stragglers = new Stragglers(ffi, clock));
  }
  return stragglers;
}
