/**
 * Stream sockets as runtimes take them over.
 *
 * @module
 */

import type {
  Readiness,
  StreamDescriptor,
  Watch,
  WatchCallback,
} from "../../src/transport/native.ts";
import type { System } from "./system.ts";

/** How a descriptor is waited for. */
type Waits = (fd: number, events: Readiness, callback: WatchCallback) => Watch;

/** A connected stream socket that does not block. */
export function descriptorOf(
  system: System,
  fd: number,
  watch: Waits,
): StreamDescriptor {
  return {
    fd,
    read: (into) => system.read(fd, into),
    write: (octets) => system.send(fd, octets),
    endWriting: () => system.shutdown(fd, "writing"),
    watch: (events, callback) => watch(fd, events, callback),
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
