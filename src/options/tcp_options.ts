/**
 * Options of TCP and ipc connections. All but the address filter are set on
 * the operating system's socket, so only a runtime can honour them.
 *
 * @module
 */

import {
  flag,
  integer,
  type Option,
  option,
  type OptionGroup,
  text,
} from "./option.ts";

/**
 * How every socket wants its TCP and ipc connections. Where a runtime cannot
 * honour an option, setting it throws `ENOTSUP`.
 */
export interface TcpOptions {
  /**
   * TCP keep-alive: -1 leaves it to the system, 0 is off, 1 is on. Default:
   * -1. `ZMQ_TCP_KEEPALIVE`
   */
  tcpKeepalive: number;
  /**
   * Probes without an answer before a connection is dropped; -1 leaves it to
   * the system. Default: -1. `ZMQ_TCP_KEEPALIVE_CNT`
   */
  tcpKeepaliveCount: number;
  /**
   * Seconds of silence before the first probe; -1 leaves it to the system.
   * Default: -1. `ZMQ_TCP_KEEPALIVE_IDLE`
   */
  tcpKeepaliveIdle: number;
  /**
   * Seconds between probes; -1 leaves it to the system. Default: -1.
   * `ZMQ_TCP_KEEPALIVE_INTVL`
   */
  tcpKeepaliveInterval: number;
  /**
   * Addresses that TCP listeners accept connections from, `"192.168.0.0/16"`
   * or `"fe80::/10"`. A string adds one, an array replaces all, `null` accepts
   * from everywhere; reads as an array or `null`. Default: null.
   * `ZMQ_TCP_ACCEPT_FILTER`
   */
  tcpAcceptFilter: string | readonly string[] | null;
  /**
   * The type-of-service octet of IP packets. Default: 0. `ZMQ_TOS`
   */
  typeOfService: number;
  /**
   * Milliseconds that sent octets may stay unacknowledged before a connection
   * is dropped; 0 leaves it to the system. Default: 0. `ZMQ_TCP_MAXRT`
   */
  tcpMaxRetransmitTimeout: number;
  /**
   * The network interface that connections go through, at most 16 octets.
   * Default: null. `ZMQ_BINDTODEVICE`
   */
  interface: string | null;
  /** The priority of packets. Default: 0. `ZMQ_PRIORITY` */
  priority: number;
  /**
   * Microseconds that the system polls the device for. Default: 0.
   * `ZMQ_BUSY_POLL`
   */
  busyPoll: number;
  /**
   * The fast path of Windows for local connections. Default: false.
   * `ZMQ_LOOPBACK_FASTPATH`
   */
  loopbackFastPath: boolean;
  /**
   * The file descriptor of a listening socket that `bind` takes over; -1 opens
   * one. Default: -1. `ZMQ_USE_FD`
   */
  useFd: number;
  /**
   * The process that ipc listeners accept connections from; -1 accepts all.
   * Of several filters, one that fits is enough. Default: -1. `ZMQ_IPC_FILTER_PID`
   */
  ipcFilterPid: number;
  /**
   * The user that ipc listeners accept connections from; -1 accepts all.
   * Default: -1. `ZMQ_IPC_FILTER_UID`
   */
  ipcFilterUid: number;
  /**
   * The group that ipc listeners accept connections from: the one that the
   * process runs as, and none of its user's others; -1 accepts all.
   * Default: -1. `ZMQ_IPC_FILTER_GID`
   */
  ipcFilterGid: number;
}

const SYSTEM = {
  min: -1,
  lowest: "the system's default",
  default: -1,
  platform: true,
} as const;

function ipcFilter(constant: string, number: number): Option<number> {
  return integer({
    libzmq: [[constant, number]],
    min: -1,
    lowest: "all",
    default: -1,
    platform: true,
  });
}

/** The rows of {@linkcode TcpOptions}. */
export const tcpOptions = (): OptionGroup<TcpOptions> => ({
  tcpKeepalive: integer({
    libzmq: [["ZMQ_TCP_KEEPALIVE", 34]],
    ...SYSTEM,
    max: 1,
  }),
  tcpKeepaliveCount: integer({
    libzmq: [["ZMQ_TCP_KEEPALIVE_CNT", 35]],
    ...SYSTEM,
    unit: "probes",
  }),
  tcpKeepaliveIdle: integer({
    libzmq: [["ZMQ_TCP_KEEPALIVE_IDLE", 36]],
    ...SYSTEM,
    unit: "s",
  }),
  tcpKeepaliveInterval: integer({
    libzmq: [["ZMQ_TCP_KEEPALIVE_INTVL", 37]],
    ...SYSTEM,
    unit: "s",
  }),
  tcpAcceptFilter: option<string | readonly string[] | null>({
    libzmq: [["ZMQ_TCP_ACCEPT_FILTER", 38]],
    kind: "filters",
    default: null,
  }),
  typeOfService: integer({
    libzmq: [["ZMQ_TOS", 57]],
    max: 255,
    default: 0,
    platform: true,
  }),
  tcpMaxRetransmitTimeout: integer({
    libzmq: [["ZMQ_TCP_MAXRT", 80]],
    default: 0,
    unit: "ms",
    platform: true,
  }),
  interface: text({
    libzmq: [["ZMQ_BINDTODEVICE", 92]],
    max: 16,
    platform: true,
  }),
  priority: integer({
    libzmq: [["ZMQ_PRIORITY", 112]],
    default: 0,
    platform: true,
  }),
  busyPoll: integer({
    libzmq: [["ZMQ_BUSY_POLL", 113]],
    default: 0,
    unit: "µs",
    platform: true,
  }),
  loopbackFastPath: flag({
    libzmq: [["ZMQ_LOOPBACK_FASTPATH", 94]],
    platform: true,
  }),
  useFd: integer({
    libzmq: [["ZMQ_USE_FD", 89]],
    min: -1,
    lowest: "none",
    default: -1,
    platform: true,
  }),
  ipcFilterPid: ipcFilter("ZMQ_IPC_FILTER_PID", 58),
  ipcFilterUid: ipcFilter("ZMQ_IPC_FILTER_UID", 59),
  ipcFilterGid: ipcFilter("ZMQ_IPC_FILTER_GID", 60),
});
