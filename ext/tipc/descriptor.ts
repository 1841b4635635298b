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

/**
 * A connected socket. One direction cannot end alone: shutdown(2) of TIPC takes
 * nothing but `SHUT_RDWR`.
 */
export function descriptorOf(ffi: Ffi, fd: number): StreamDescriptor {
  const plain = ffi.descriptor(fd);
  return {
    ...plain,
    endsWhole: true,
    close(after) {
      if (!isCongested(ffi, fd)) return plain.close(after);
      // Both calls would wait here, for 8 s or until the peer has read.
      const close = ffi.library(LIBC).function("close", "i32", ["i32"]);
      void (after ?? Promise.resolve()).then(() => close.async(fd));
    },
  };
}

/** True while the peer has no room; not when it is gone. */
function isCongested(ffi: Ffi, fd: number): boolean {
  const types = ["pointer", "ulong", "i32"] as const;
  const poll = ffi.library(LIBC).function("poll", "i32", types);
  return poll(pollfd.make({ fd, events: POLLOUT }), 1, 0) === 0;
}
