/**
 * Connected sockets of TIPC as runtimes take them over, and what is different
 * about their ends.
 *
 * @module
 */

import { type Ffi, LIBC, struct } from "../ffi/mod.ts";
import type { StreamDescriptor } from "../../src/transport/native.ts";

const pollfd = struct({ fd: "i32", events: "i16", revents: "i16" });
const POLLOUT = 4;
const SHUT_RDWR = 2;

/**
 * A connected socket. One direction cannot end alone: shutdown(2) of TIPC takes
 * nothing but `SHUT_RDWR`.
 */
export function descriptorOf(ffi: Ffi, fd: number): StreamDescriptor {
  const plain = ffi.descriptor(fd);
  const { poll, shutdown } = callsOf(ffi);
  return {
    ...plain,
    endsWhole: true,
    close(after) {
      // Nothing is found while the peer has no room, and something when it is
      // gone.
      const isCongested =
        poll(pollfd.make({ fd, events: POLLOUT }), 1, 0) === 0;
      if (!isCongested) return plain.close(after);
      // Either call would wait here, for 8 s or until the peer has read. And
      // after close(2) alone, the end is an error to the peer.
      void Promise.allSettled([shutdown.async(fd, SHUT_RDWR), after])
        .then(() => ffi.system.close(fd));
    },
  };
}

const declared = new WeakMap<Ffi, ReturnType<typeof declare>>();

/** The calls of the system, declared once. */
function callsOf(ffi: Ffi): ReturnType<typeof declare> {
  let calls = declared.get(ffi);
  if (calls === undefined) declared.set(ffi, calls = declare(ffi));
  return calls;
}

function declare(ffi: Ffi) {
  const libc = ffi.library(LIBC);
  return {
    poll: libc.function("poll", "i32", ["pointer", "ulong", "i32"]),
    shutdown: libc.function("shutdown", "i32", ["i32", "i32"]),
  };
}
