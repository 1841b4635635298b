/**
 * Messages that a socket makes by itself when a peer comes or goes.
 *
 * @module
 */

import { EMPTY } from "../../base/bytes.ts";
import type { Message } from "../../message/message.ts";
import type { Options } from "../../options/options.ts";
import type { Pipe } from "../../routing/pipe.ts";

/** Writes what a peer gets first on each connection. */
export function greet(pipe: Pipe, options: Options): void {
  // The last one written is the first one sent: hello, then the probe.
  if (options.probeRouter) pipe.writeFirst([EMPTY]);
  if (options.helloMessage !== null) pipe.writeFirst([options.helloMessage]);
}

/**
 * The message that the application gets because a connection is down: of an
 * accepted one, the disconnect message; of one that will be made again, the
 * hiccup message.
 */
export function farewell(pipe: Pipe, options: Options): Message | undefined {
  if (pipe.connecting && pipe.closed) return undefined;
  const frame = pipe.connecting
    ? options.hiccupMessage
    : options.disconnectMessage;
  // A copy: the application gets the message, not the option.
  return frame === null ? undefined : [frame.slice()];
}

/** True when the application is told of peers that come, or that go. */
export function announces(
  options: Options,
  change: "connect" | "disconnect",
): boolean {
  return (options.notify & (change === "connect" ? 1 : 2)) !== 0;
}
