/**
 * Options of a context. Those that tune what this engine does not have, its
 * threads, take their default only.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import { nearestName } from "./names.ts";
import {
  flag,
  integer,
  type Option,
  option,
  type OptionGroup,
  text,
} from "./option.ts";
import { defineProperties, type OptionAccessors } from "./properties.ts";
import { expectation, INVALID, resolve } from "./values.ts";

/** The options of a context. */
export interface ContextOptions {
  /** Sockets that may be open at once. Default: 1023. `ZMQ_MAX_SOCKETS` */
  maxSockets: number;
  /** The highest value of `maxSockets`: 65535. `ZMQ_SOCKET_LIMIT` */
  readonly maxSocketsLimit: number;
  /**
   * The `ipv6` option of sockets made from now on. Default: false. `ZMQ_IPV6`
   */
  ipv6: boolean;
  /**
   * False: the `linger` option of sockets made from now on is 0. Default:
   * true. `ZMQ_BLOCKY`
   */
  blocky: boolean;
  /**
   * Threads for I/O. All I/O is done by the runtime: only the default is
   * accepted. Default: 1. `ZMQ_IO_THREADS`
   */
  ioThreads: number;
  /**
   * Octets of the largest message that is sent. Only the default is accepted:
   * the `maxMessageSize` and `maxMessageBytes` of sockets limit what is
   * received. Default: 2147483647. `ZMQ_MAX_MSGSZ`
   */
  maxMessageSize: number;
  /**
   * The priority of I/O threads. Only the default is accepted. Default: -1.
   * `ZMQ_THREAD_PRIORITY`
   */
  threadPriority: number;
  /**
   * The scheduling of I/O threads. Only the default is accepted. Default: -1.
   * `ZMQ_THREAD_SCHED_POLICY`
   */
  threadSchedulingPolicy: number;
  /**
   * What the names of I/O threads begin with. Only the default is accepted.
   * Default: null. `ZMQ_THREAD_NAME_PREFIX`
   */
  threadNamePrefix: string | null;
  /**
   * True: received frames may share the memory that they were read into. Only
   * the default is accepted. Default: true. `ZMQ_ZERO_COPY_RECV`
   */
  zeroCopyReceive: boolean;
}

const MAX_SOCKETS = 65535;
const THREADS = { needs: "I/O threads", min: -1, default: -1 } as const;

/** Every option of a context, by its name. */
export const contextOptionTable: OptionGroup<ContextOptions> = {
  maxSockets: integer({
    libzmq: [["ZMQ_MAX_SOCKETS", 2]],
    min: 1,
    max: MAX_SOCKETS,
    default: 1023,
    unit: "sockets",
  }),
  maxSocketsLimit: option<number>({
    // libzmq has one number for what is read and what is set.
    libzmq: [["ZMQ_SOCKET_LIMIT", 3]],
    kind: "integer",
    access: "read-only",
    default: MAX_SOCKETS,
    unit: "sockets",
  }),
  ipv6: flag({ libzmq: [["ZMQ_IPV6", 42]] }),
  blocky: flag({ libzmq: [["ZMQ_BLOCKY", 70]], default: true }),
  ioThreads: integer({
    libzmq: [["ZMQ_IO_THREADS", 1]],
    needs: "I/O threads",
    default: 1,
    unit: "threads",
  }),
  maxMessageSize: integer({
    libzmq: [["ZMQ_MAX_MSGSZ", 5]],
    needs: "limits on what is sent",
    default: 2147483647,
    unit: "octets",
  }),
  threadPriority: integer({
    libzmq: [["ZMQ_THREAD_PRIORITY", 3]],
    ...THREADS,
  }),
  threadSchedulingPolicy: integer({
    libzmq: [["ZMQ_THREAD_SCHED_POLICY", 4]],
    ...THREADS,
  }),
  threadNamePrefix: text({
    libzmq: [["ZMQ_THREAD_NAME_PREFIX", 9]],
    needs: "I/O threads",
    min: 0,
    max: 16,
  }),
  zeroCopyReceive: flag({
    libzmq: [["ZMQ_ZERO_COPY_RECV", 10]],
    needs: "copying receivers",
    default: true,
  }),
};

/** The names of the options of a context. */
export const contextOptionNames: readonly (keyof ContextOptions)[] = Object
  .keys(contextOptionTable) as (keyof ContextOptions)[];

/** The options of a new context. */
export function defaultContextOptions(): ContextOptions {
  return Object.fromEntries(
    contextOptionNames.map((name) => [name, contextOptionTable[name].default]),
  ) as unknown as ContextOptions;
}

/**
 * Sets an option of a context; when it throws, nothing has changed.
 *
 * @throws {ZmqError} `EINVAL` when there is no such option, when it is
 * read-only or the value is wrong; `ENOTSUP` when the engine cannot honour it.
 */
export function setContextOption(
  options: ContextOptions,
  name: string,
  value: unknown,
): void {
  const action = `Cannot set ${quote(name)} of the context to ${quote(value)}`;
  const row = knownRow(name, action);
  if (row.access !== "settable") {
    throw new ZmqError("EINVAL", `${action}: the option is read-only`);
  }
  const resolved = resolve(row, value);
  if (resolved === INVALID) {
    throw new ZmqError("EINVAL", `${action}: expected ${expectation(row)}`);
  }
  if (row.needs !== undefined && resolved !== row.default) {
    throw new ZmqError(
      "ENOTSUP",
      `${action}: the option belongs to ${row.needs}, which this engine does ` +
        `not have, expected the default, ${quote(row.default)}`,
    );
  }
  (options as unknown as Record<string, unknown>)[name] = resolved;
}

/**
 * The value of an option of a context.
 *
 * @throws {ZmqError} `EINVAL` when there is no such option.
 */
export function getContextOption(
  options: ContextOptions,
  name: string,
): unknown {
  knownRow(name, `Cannot read ${quote(name)} of the context`);
  return options[name as keyof ContextOptions];
}

/** Gives a class the options of a context as enumerable properties. */
export function defineContextOptionProperties(
  prototype: object,
  accessors: OptionAccessors,
): void {
  defineProperties(prototype, contextOptionNames, accessors);
}

function knownRow(name: string, action: string): Option {
  if (Object.hasOwn(contextOptionTable, name)) {
    return contextOptionTable[name as keyof ContextOptions] as Option;
  }
  const near = nearestName(
    name,
    contextOptionNames.map((own) => [own, contextOptionTable[own].libzmq]),
  );
  const hint = near === undefined ? "" : `, expected ${quote(near)}`;
  throw new ZmqError("EINVAL", `${action}: there is no such option${hint}`);
}
