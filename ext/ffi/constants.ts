/**
 * Numbers of the C library that differ between operating systems.
 *
 * @module
 */

/** The numbers in use; -1 is what a system does not have. */
export interface Constants {
  /** The address family of IPv6. */
  readonly AF_INET6: number;
  /** `fcntl`: reads the flags. */
  readonly F_GETFL: number;
  /** `fcntl`: sets the flags. */
  readonly F_SETFL: number;
  /** `fcntl`: sets the flags of the descriptor. */
  readonly F_SETFD: number;
  /** Not for programs that this one starts. */
  readonly FD_CLOEXEC: number;
  /** The flag of descriptors that do not block. */
  readonly O_NONBLOCK: number;
  /** The level of options of all sockets. */
  readonly SOL_SOCKET: number;
  /** Local addresses that were in use a moment ago. */
  readonly SO_REUSEADDR: number;
  /** What a socket has failed of. */
  readonly SO_ERROR: number;
  /** True of sockets that listen. */
  readonly SO_ACCEPTCONN: number;
  /** The buffer for sending. */
  readonly SO_SNDBUF: number;
  /** The buffer for receiving. */
  readonly SO_RCVBUF: number;
  /** Probes of silent connections. */
  readonly SO_KEEPALIVE: number;
  /** The priority of packets. */
  readonly SO_PRIORITY: number;
  /** The network interface. */
  readonly SO_BINDTODEVICE: number;
  /** Microseconds of polling the device. */
  readonly SO_BUSY_POLL: number;
  /** The process, user and group at the other end. */
  readonly SO_PEERCRED: number;
  /** The type of service of IPv4 packets. */
  readonly IP_TOS: number;
  /** That of IPv6 packets. */
  readonly IPV6_TCLASS: number;
  /** The interface that groups of IPv6 are sent to. */
  readonly IPV6_MULTICAST_IF: number;
  /** IPv6 alone. */
  readonly IPV6_V6ONLY: number;
  /** Small packets leave at once. */
  readonly TCP_NODELAY: number;
  /** Seconds before the first probe. */
  readonly TCP_KEEPIDLE: number;
  /** Seconds between probes. */
  readonly TCP_KEEPINTVL: number;
  /** Probes without an answer. */
  readonly TCP_KEEPCNT: number;
  /** Milliseconds that octets may stay unacknowledged. */
  readonly TCP_USER_TIMEOUT: number;
  /** An error instead of a signal when the peer has gone. */
  readonly MSG_NOSIGNAL: number;
  /** True where addresses begin with their length. */
  readonly hasAddressLength: boolean;
}

const COMMON = { F_GETFL: 3, F_SETFL: 4, F_SETFD: 2, FD_CLOEXEC: 1 } as const;

const LINUX: Constants = {
  ...COMMON,
  AF_INET6: 10,
  O_NONBLOCK: 0o4000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_ERROR: 4,
  SO_ACCEPTCONN: 30,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_PRIORITY: 12,
  SO_BINDTODEVICE: 25,
  SO_BUSY_POLL: 46,
  SO_PEERCRED: 17,
  IP_TOS: 1,
  IPV6_TCLASS: 67,
  IPV6_MULTICAST_IF: 17,
  IPV6_V6ONLY: 26,
  TCP_NODELAY: 1,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_USER_TIMEOUT: 18,
  MSG_NOSIGNAL: 0x4000,
  hasAddressLength: false,
};

const DARWIN: Constants = {
  ...COMMON,
  AF_INET6: 30,
  O_NONBLOCK: 4,
  SOL_SOCKET: 0xffff,
  SO_REUSEADDR: 4,
  SO_ERROR: 0x1007,
  SO_ACCEPTCONN: 2,
  SO_SNDBUF: 0x1001,
  SO_RCVBUF: 0x1002,
  SO_KEEPALIVE: 8,
  SO_PRIORITY: -1,
  SO_BINDTODEVICE: -1,
  SO_BUSY_POLL: -1,
  SO_PEERCRED: -1,
  IP_TOS: 3,
  IPV6_TCLASS: 36,
  IPV6_MULTICAST_IF: 9,
  IPV6_V6ONLY: 27,
  TCP_NODELAY: 1,
  TCP_KEEPIDLE: 0x10,
  TCP_KEEPINTVL: 0x101,
  TCP_KEEPCNT: 0x102,
  TCP_USER_TIMEOUT: -1,
  MSG_NOSIGNAL: 0x80000,
  hasAddressLength: true,
};

/** The numbers of an operating system, by Node's names. */
export function constantsOf(platform: string): Constants {
  return platform === "darwin" ? DARWIN : LINUX;
}
