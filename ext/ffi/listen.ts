/**
 * Listening sockets of any family: connections are accepted here, and taken
 * over by the runtime one by one.
 *
 * @module
 */

import type { Listener } from "../../mod.ts";
import type { Ffi } from "./ffi.ts";

/** How long to wait, in ms, before accepting again without descriptors. */
const SHORTEST_DELAY = 10;
/** Up to where that time doubles while there are none. */
const LONGEST_DELAY = 500;
/** How many are accepted in one turn. */
const MOST_AT_ONCE = 64;

/** What becomes of connections. */
export interface AcceptHandler {
  /** Takes a connected socket that does not block, and closes it one day. */
  accepted(fd: number): void;
  /** Told of a connection that could not be accepted. */
  failed(cause: unknown): void;
}

/**
 * Accepts connections on a descriptor that listens and does not block, until
 * the listener is closed, and the descriptor with it.
 *
 * @param endpoint what the listener says it listens on.
 */
export function listen(
  ffi: Ffi,
  fd: number,
  endpoint: string,
  handler: AcceptHandler,
): Listener {
  const { system } = ffi;
  let delay = SHORTEST_DELAY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const acceptOne = (): boolean => {
    const accepted = system.accept(fd);
    if (accepted === undefined) return false;
    delay = SHORTEST_DELAY;
    handler.accepted(accepted);
    return true;
  };
  const watch = ffi.watch(fd, { readable: true }, (_, error) => {
    if (error !== undefined) return failed(error);
    try {
      for (let i = 0; i < MOST_AT_ONCE && !closed; i++) {
        if (!acceptOne()) return;
      }
    } catch (cause) {
      if (isExhausted(cause)) failed(cause);
      else handler.failed(cause);
    }
  });
  const failed = (cause: unknown): void => {
    handler.failed(cause);
    if (closed) return;
    // The next attempt would fail at once.
    watch.want({});
    timer = setTimeout(() => watch.want({ readable: true }), delay);
    delay = Math.min(2 * delay, LONGEST_DELAY);
  };
  const close = async (): Promise<void> => {
    closed = true;
    clearTimeout(timer);
    await watch.close();
    system.close(fd);
  };
  let closing: Promise<void> | undefined;
  return {
    endpoint,
    close: () => closing ??= close(),
    hold: (keepsProcess) => watch.hold(keepsProcess),
  };
}

/** True when the failure is not that of one connection. */
function isExhausted(cause: unknown): boolean {
  const { code } = cause as { code?: unknown };
  return ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"].includes(String(code));
}
