/**
 * Numbers of OpenPGM 5.3, from its headers: options, states, errors.
 *
 * @module
 */

/** The level of PGM's own options, and its IP protocol: RFC 3208 §8. */
export const IPPROTO_PGM = 113;
/** The IP protocol of UDP, for packets inside of it. */
export const IPPROTO_UDP = 17;
/** The type of PGM's sockets. */
export const SOCK_SEQPACKET = 5;

/** Options of a PGM socket. */
export const Option = {
  SEND_SOCK: 0x2000,
  RECV_SOCK: 0x2001,
  REPAIR_SOCK: 0x2002,
  PENDING_SOCK: 0x2003,
  TIME_REMAIN: 0x2005,
  RATE_REMAIN: 0x2006,
  MTU: 0x2008,
  MSS: 0x200a,
  MULTICAST_LOOP: 0x200c,
  MULTICAST_HOPS: 0x200d,
  TOS: 0x200e,
  AMBIENT_SPM: 0x200f,
  HEARTBEAT_SPM: 0x2010,
  TXW_SQNS: 0x2012,
  PEER_EXPIRY: 0x2015,
  SPMR_EXPIRY: 0x2016,
  RXW_SQNS: 0x2018,
  NAK_BO_IVL: 0x201b,
  NAK_RPT_IVL: 0x201c,
  NAK_RDATA_IVL: 0x201d,
  NAK_DATA_RETRIES: 0x201e,
  NAK_NCF_RETRIES: 0x201f,
  SEND_ONLY: 0x2023,
  RECV_ONLY: 0x2024,
  NOBLOCK: 0x2027,
  SEND_GROUP: 0x2028,
  JOIN_GROUP: 0x2029,
  UDP_ENCAP_UCAST_PORT: 0x2030,
  UDP_ENCAP_MCAST_PORT: 0x2031,
  ODATA_MAX_RTE: 0x2034,
} as const;

/** How long, in ms, a source may be silent before the library forgets it. */
export const PEER_EXPIRY = 300_000;

/** What sending and receiving gave. */
export const Status = {
  ERROR: 0,
  NORMAL: 1,
  RESET: 2,
  EOF: 4,
  WOULD_BLOCK: 5,
  RATE_LIMITED: 6,
  TIMER_PENDING: 7,
} as const;

/** The codes of errors that are told apart. */
export const Failure = {
  ADDRFAMILY: 0,
  AFNOSUPPORT: 1,
  AGAIN: 2,
  FAIL: 8,
  MFILE: 13,
  NFILE: 14,
  NODATA: 16,
  NODEV: 17,
  NOENT: 18,
  NONAME: 20,
  NONET: 21,
  NXIO: 25,
  PERM: 26,
  SYSTEM: 32,
  XDEV: 35,
} as const;
