/**
 * The one table of every option, and what is asked of it. Options of libzmq
 * that are no option here are listed with what takes their place.
 *
 * @module
 */

import { connectionOptions } from "./connection_options.ts";
import { extensionOptions } from "./extension_options.ts";
import { limitOptions } from "./limit_options.ts";
import { multicastOptions } from "./multicast_options.ts";
import {
  type LibzmqOption,
  type Option,
  option,
  type OptionGroup,
} from "./option.ts";
import { type PubSubOptions, pubSubOptions } from "./pubsub_options.ts";
import { type RoutingOptions, routingOptions } from "./routing_options.ts";
import { securityOptions } from "./security_options.ts";
import { generalOptions, type SocketOptions } from "./socket_options.ts";
import type { SocketType } from "./socket_type.ts";
import { tcpOptions } from "./tcp_options.ts";
import {
  type ReceivingOptions,
  receivingOptions,
  type SendingOptions,
  sendingOptions,
} from "./transfer_options.ts";
import { type UdpOptions, udpOptions } from "./udp_options.ts";

/** Every option that some socket has, as users see it. */
export interface EveryOption
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    RoutingOptions,
    PubSubOptions,
    UdpOptions {
  /** The endpoint bound or connected last. `ZMQ_LAST_ENDPOINT` */
  readonly lastEndpoint: string | null;
}

/** The name of an option. */
export type OptionName = keyof EveryOption;

let table: OptionGroup<EveryOption> | undefined;

/**
 * Every option of every socket, by its name. It is made for the first socket:
 * loading the module is faster without.
 */
export function optionTable(): OptionGroup<EveryOption> {
  return table ??= {
    ...generalOptions(),
    lastEndpoint: option<string | null>({
      libzmq: [["ZMQ_LAST_ENDPOINT", 32]],
      kind: "text",
      access: "state",
      default: null,
    }),
    ...sendingOptions(),
    ...receivingOptions(),
    ...connectionOptions(),
    ...limitOptions(),
    ...routingOptions(),
    ...pubSubOptions(),
    ...udpOptions(),
    ...securityOptions(),
    ...tcpOptions(),
    ...multicastOptions(),
    ...extensionOptions(),
  };
}

/** An option of libzmq that is no option here. */
export interface ReplacedOption {
  /** The libzmq option. */
  readonly libzmq: readonly LibzmqOption[];
  /** What takes its place, to follow "expected". */
  readonly instead: string;
}

/** The options of libzmq that are no option here, by the name it would have. */
export const replacedOptions: Readonly<Record<string, ReplacedOption>> = {
  subscribe: {
    libzmq: [["ZMQ_SUBSCRIBE", 6]],
    instead: "a call of subscribe()",
  },
  unsubscribe: {
    libzmq: [["ZMQ_UNSUBSCRIBE", 7]],
    instead: "a call of unsubscribe()",
  },
  receiveMore: {
    libzmq: [["ZMQ_RCVMORE", 13]],
    instead: "a call of receive(), which returns whole messages",
  },
  fd: {
    libzmq: [["ZMQ_FD", 14]],
    instead: "a call of receive(), for there is no file descriptor to wait for",
  },
  events: {
    libzmq: [["ZMQ_EVENTS", 15]],
    instead: "calls of trySend() and tryReceive()",
  },
  routerRaw: {
    libzmq: [["ZMQ_ROUTER_RAW", 41]],
    instead: "a Stream socket",
  },
  connectRoutingId: {
    libzmq: [["ZMQ_CONNECT_ROUTING_ID", 61]],
    instead: "connect(endpoint, { routingId })",
  },
};

/** Names that options had in libzmq and its bindings once. */
export const formerNames: Readonly<Record<string, OptionName>> = {
  delayAttachOnConnect: "immediate",
  failUnroutable: "mandatory",
  highWaterMark: "sendHighWaterMark",
  hwm: "sendHighWaterMark",
  identity: "routingId",
  ipv4Only: "ipv6",
  routerBehavior: "mandatory",
};

const namesOfTypes = new Map<SocketType, readonly OptionName[]>();

/** The row of an option, `undefined` when there is none of the name. */
export function findOption(name: string): Option | undefined {
  const rows = optionTable();
  return Object.hasOwn(rows, name)
    ? rows[name as OptionName] as Option
    : undefined;
}

/** True when sockets of the type have the option. */
export function isOptionOf(option: Option, type: SocketType): boolean {
  return option.types === undefined || option.types.includes(type);
}

/**
 * The names of the options that sockets of a type have; without a type, of
 * those that every socket has.
 */
export function optionNames(type?: SocketType): readonly OptionName[] {
  if (type === undefined) return namesOf(({ types }) => types === undefined);
  let own = namesOfTypes.get(type);
  if (own === undefined) {
    own = namesOf((option) => isOptionOf(option, type));
    namesOfTypes.set(type, own);
  }
  return own;
}

/**
 * The names of the options that only some types of sockets have; with a type,
 * of those among them that its sockets have.
 */
export function specialOptionNames(type?: SocketType): readonly OptionName[] {
  return namesOf(({ types }) =>
    types !== undefined && (type === undefined || types.includes(type))
  );
}

function namesOf(isWanted: (option: Option) => boolean): OptionName[] {
  const rows = Object.entries(optionTable()) as [OptionName, Option][];
  return rows.filter(([, option]) => isWanted(option)).map(([name]) => name);
}
