/**
 * How long what was not sent yet may take, as users say it.
 *
 * @module
 */

import { LONGEST_TIMER } from "../base/clock.ts";
import { checkOptions, quote, ZmqError } from "../base/errors.ts";

/** How an endpoint, a socket or a context is let go. */
export interface CloseOptions {
  /**
   * Milliseconds that unsent messages may take, -1 for as long as it needs,
   * 0 to drop them. Default: the socket's `linger`.
   */
  readonly linger?: number | undefined;
}

/**
 * The linger time that was passed to a call, if any, checked.
 *
 * @throws {ZmqError} `EINVAL`.
 */
export function lingerOf(
  options: CloseOptions | undefined,
  call: string,
): number | undefined {
  if (options === undefined) return undefined;
  checkOptions(options, call);
  const { linger } = options;
  if (
    linger === undefined ||
    (Number.isInteger(linger) && linger >= -1 && linger <= LONGEST_TIMER)
  ) return linger;
  throw new ZmqError(
    "EINVAL",
    `Cannot ${call} with linger ${quote(linger)}: expected an integer from ` +
      `-1 (for ever) to ${LONGEST_TIMER} ms`,
  );
}
