/**
 * Stream sockets as runtimes take them over.
 *
 * @module
 */

import type { StreamDescriptor } from "../../src/transport/native.ts";
import type { Ffi } from "./ffi.ts";

/** A connected stream socket that does not block. */
export function descriptorOf(ffi: Ffi, fd: number): StreamDescriptor {
  const { system } = ffi;
  return {
    fd,
    read: (into) => system.read(fd, into),
    write: (octets) => system.send(fd, octets),
    endWriting: () => system.shutdown(fd, "writing"),
    watch: (events, callback) => ffi.watch(fd, events, callback),
    close(after) {
      if (after === undefined) return system.close(fd);
      // Who waits for it still keeps it open: the peer is told now.
      try {
        system.shutdown(fd, "both");
      } catch {
        // It is not connected any more.
      }
      void after.then(() => system.close(fd));
    },
  };
}
