/**
 * Opens sockets of OpenPGM: the calls of libzmq in its order, with its timers.
 *
 * @module
 */

import { type Endpoint, ZmqError } from "../../mod.ts";
import { struct } from "../ffi/mod.ts";
import {
  IPPROTO_PGM,
  IPPROTO_UDP,
  Option,
  PEER_EXPIRY,
  SOCK_SEQPACKET,
} from "./constants.ts";
import type { OpenPgm } from "./library.ts";
import type { PgmSettings } from "./settings.ts";

const addressInfo = struct({
  family: "u16",
  receiveCount: "u32",
  receive: "pointer",
  sendCount: "u32",
  send: "pointer",
});
/** `struct pgm_group_source_req`. */
const groupSource = struct({
  interface: "u32",
  group: { octets: 128, align: 8 },
  source: { octets: 128, align: 8 },
  address: { octets: 128, align: 8 },
});
/** `struct group_req`, with which it begins. */
const group = struct({ interface: "u32", group: { octets: 128, align: 8 } });
/** `struct pgm_interface_req_t` before it had an address of its own. */
const device = struct({
  interface: "u32",
  scope: "u32",
  address: { octets: 128, align: 8 },
});
const source = struct({ port: "u16", gsi: { octets: 6 }, sourcePort: "u16" });
/** `sin6_scope_id` in `struct sockaddr_in6`. */
const SCOPE_AT = 24;

/** Expedited forwarding, RFC 3246; what libzmq asks for. */
const EXPEDITED = 0x2e << 2;
const ms = 1000;
const s = 1000 * ms;

/** The groups of an endpoint, as the library found them. */
interface Groups {
  readonly family: number;
  readonly receive: readonly Uint8Array[];
  readonly send: Uint8Array;
}

/**
 * Opens a socket of the library.
 *
 * @returns its address.
 */
export async function openPgm(
  library: OpenPgm,
  { scheme, address, text }: Endpoint,
  settings: PgmSettings,
): Promise<bigint> {
  const split = address.lastIndexOf(":");
  const groups = await findGroups(library, address.slice(0, split), text);
  const port = Number(address.slice(split + 1));
  const isInUdp = scheme === "epgm";
  const found = new BigUint64Array(1);
  const protocol = isInUdp ? IPPROTO_UDP : IPPROTO_PGM;
  const { calls, error } = library;
  if (
    !calls.socket(found, groups.family, SOCK_SEQPACKET, protocol, error)
  ) {
    throw refusal(library, text, isInUdp);
  }
  const sock = found[0]!;
  try {
    prepare(library, sock, text, isInUdp ? port : 0, settings);
    bind(library, sock, text, port, groups);
    join(library, sock, text, groups, settings);
    if (!calls.connect(sock, error)) {
      throw library.failure(`Cannot open "${text}"`, "EINVAL", text);
    }
    keep(library, sock);
    return sock;
  } catch (cause) {
    calls.close(sock, false);
    throw cause;
  }
}

/** Looks the interface and the groups up; names may take a while. */
async function findGroups(
  library: OpenPgm,
  network: string,
  text: string,
): Promise<Groups> {
  const { calls, ffi } = library;
  const name = new TextEncoder().encode(`${network}\0`);
  const found = new BigUint64Array(1);
  // Another thread fills it, while calls here and look-ups beside it may fail.
  const error = new BigUint64Array(1);
  const isFound = /^[0-9a-fA-F.:;,/\[\]]*$/.test(network)
    ? calls.getaddrinfo(name, null, found, error)
    : (await calls.getaddrinfo.async(name, null, found, error)).value;
  if (!isFound) {
    const what = `Cannot find the network of "${text}"`;
    throw library.failure(what, "EINVAL", text, error);
  }
  try {
    const info = addressInfo.read(ffi.view(found[0]!, addressInfo.size));
    const at = (list: bigint, index: number): Uint8Array =>
      ffi.view(list + BigInt(index * groupSource.size), groupSource.size)
        .slice();
    const receive = Array.from(
      { length: info.receiveCount },
      (_, index) => at(info.receive, index),
    );
    const send = at(info.send, 0);
    // The family of the group is the one that counts.
    return { family: send[group.offsets.group]!, receive, send };
  } finally {
    calls.freeaddrinfo(found[0]!);
  }
}

function prepare(
  library: OpenPgm,
  sock: bigint,
  text: string,
  port: number,
  settings: PgmSettings,
): void {
  const { packet, window, rate, sends } = settings;
  const { SOL_SOCKET, SO_RCVBUF, SO_SNDBUF } = library.ffi.system.constants;
  const buffer = (option: number, octets: number | undefined): void => {
    if (octets === undefined || octets < 0) return;
    const value = Int32Array.of(octets);
    if (library.setOctets(sock, SOL_SOCKET, option, value)) return;
    throw refused(text, "the size of a buffer", [octets]);
  };
  const options: readonly (readonly [keyof typeof Option, ...number[]])[] = [
    ["MTU", packet],
    ...sends
      ? [
        ["SEND_ONLY", 1],
        ["ODATA_MAX_RTE", rate],
        ["TXW_SQNS", window],
        ["AMBIENT_SPM", 30 * s],
        [
          "HEARTBEAT_SPM",
          ...[100, 100, 100, 100, 1300, 7000, 16000, 25000, 30000]
            .map((time) => time * ms),
        ],
      ] as const
      : [
        ["RECV_ONLY", 1],
        ["RXW_SQNS", window],
        ["PEER_EXPIRY", PEER_EXPIRY * ms],
        ["SPMR_EXPIRY", 25 * ms],
        ["NAK_BO_IVL", 50 * ms],
        ["NAK_RPT_IVL", 200 * ms],
        ["NAK_RDATA_IVL", 200 * ms],
        ["NAK_DATA_RETRIES", 50],
        ["NAK_NCF_RETRIES", 50],
      ] as const,
  ];
  if (port > 0) {
    setAll(library, sock, text, [
      ["UDP_ENCAP_UCAST_PORT", port],
      ["UDP_ENCAP_MCAST_PORT", port],
    ]);
  }
  buffer(SO_RCVBUF, settings.receiveBuffer);
  buffer(SO_SNDBUF, settings.sendBuffer);
  setAll(library, sock, text, options);
}

function bind(
  library: OpenPgm,
  sock: bigint,
  text: string,
  port: number,
  { family, receive }: Groups,
): void {
  const first = groupSource.read(receive[0]!);
  const gsi = new Uint8Array(6);
  const random = crypto.getRandomValues(new Uint8Array(8));
  const { calls, error, ffi } = library;
  calls.gsi_create_from_data(gsi, random, random.length);
  const own = source.make({ port, gsi });
  const isSix = family === ffi.system.constants.AF_INET6;
  const scope = isSix
    ? new DataView(first.group.buffer, first.group.byteOffset)
      .getUint32(SCOPE_AT, true)
    : 0;
  const from = device.make({ interface: first.interface, scope });
  // The library looks at it, and a signal may have left EINTR there long ago.
  ffi.errno(0);
  if (
    calls.bind3(
      sock,
      own,
      own.length,
      from,
      from.length,
      from,
      from.length,
      error,
    )
  ) return;
  throw library.failure(`Cannot open "${text}"`, "EINVAL", text);
}

function join(
  library: OpenPgm,
  sock: bigint,
  text: string,
  { family, receive, send }: Groups,
  { loop, hops }: PgmSettings,
): void {
  const set = (option: number, request: Uint8Array): void => {
    const value = request.subarray(0, group.size);
    if (library.setOctets(sock, IPPROTO_PGM, option, value)) return;
    throw new ZmqError(
      "ENODEV",
      `Cannot open "${text}": its group cannot be joined or sent to`,
      { address: text },
    );
  };
  for (const each of receive) set(Option.JOIN_GROUP, each);
  set(Option.SEND_GROUP, send);
  setAll(library, sock, text, [
    ["MULTICAST_LOOP", loop ? 1 : 0],
    ["MULTICAST_HOPS", hops],
  ]);
  // Not every system has it, and nothing depends on it.
  if (family !== library.ffi.system.constants.AF_INET6) {
    library.set(sock, Option.TOS, EXPEDITED);
  }
  setAll(library, sock, text, [["NOBLOCK", 1]]);
}

/** A program that is started would hold the port, and take what comes to it. */
function keep(library: OpenPgm, sock: bigint): void {
  for (
    const name of [
      "SEND_SOCK",
      "RECV_SOCK",
      "REPAIR_SOCK",
      "PENDING_SOCK",
    ] as const
  ) {
    const fd = library.get(sock, Option[name]);
    if (fd >= 0) library.ffi.system.closeOnExec(fd);
  }
}

function setAll(
  library: OpenPgm,
  sock: bigint,
  text: string,
  options: readonly (readonly [keyof typeof Option, ...number[]])[],
): void {
  for (const [name, ...values] of options) {
    if (!library.set(sock, Option[name], ...values)) {
      throw refused(text, `PGM_${name}`, values);
    }
  }
}

function refused(text: string, name: string, values: number[]): ZmqError {
  return new ZmqError(
    "EINVAL",
    `Cannot open "${text}": OpenPGM refused ${name} ${values.join()}`,
    { address: text },
  );
}

function refusal(library: OpenPgm, text: string, isInUdp: boolean): ZmqError {
  const failure = library.failure(`Cannot open "${text}"`, "EINVAL", text);
  if (isInUdp || failure.code !== "EACCES") return failure;
  return new ZmqError(
    "EACCES",
    `${failure.message}; pgm:// needs root or CAP_NET_RAW, epgm:// does not`,
    { address: text },
  );
}
