/**
 * Messages as datagrams. A RADIO's is the group, behind an octet that says
 * how long it is, and the body: libzmq's format, which no RFC describes. A
 * DGRAM's is the body alone, and the first frame says where it goes to or
 * comes from.
 *
 * @module
 */

import { toBytes, toText } from "../base/bytes.ts";
import { type DatagramAddress, parseDatagramAddress } from "../endpoint/udp.ts";
import { formatHostPort } from "../endpoint/tcp.ts";

/** One datagram to send. */
export interface Datagram {
  /** What it holds, in memory of its own. */
  readonly octets: Uint8Array;
  /** Where it goes to, where the endpoint does not say it. */
  readonly to?: DatagramAddress;
}

/** How the messages of a socket type become datagrams, and back. */
export interface DatagramCodec {
  /** How many octets a message takes. */
  size(message: readonly Uint8Array[]): number;
  /**
   * Makes the datagram of a message of two frames.
   *
   * @throws {ZmqError} `EINVAL` when its address is none.
   */
  encode(message: readonly Uint8Array[]): Datagram;
  /** Makes the message of a datagram; `undefined` when it is none. */
  decode(octets: Uint8Array, from: DatagramAddress): Uint8Array[] | undefined;
}

/** RADIO and DISH: a message is a group and a body. */
export const groupDatagrams: DatagramCodec = {
  size: ([group, body]) => 1 + group!.length + body!.length,
  encode([group, body]) {
    const octets = new Uint8Array(1 + group!.length + body!.length);
    octets[0] = group!.length;
    octets.set(group!, 1);
    octets.set(body!, 1 + group!.length);
    return { octets };
  },
  decode(octets) {
    if (octets.length === 0) return undefined;
    const start = 1 + octets[0]!;
    if (start > octets.length) return undefined;
    const group = octets.subarray(1, start);
    // RFC 48: a group has no octet 0.
    return group.includes(0) ? undefined : [group, octets.subarray(start)];
  },
};

/** DGRAM: a message is an address, `127.0.0.1:5555`, and a body. */
export const addressedDatagrams: DatagramCodec = {
  size: ([, body]) => body!.length,
  encode: ([address, body]) => ({
    octets: body!.slice(),
    to: parseDatagramAddress(toText(address!)),
  }),
  decode: (octets, { host, port }) => [
    toBytes(formatHostPort(host, port)),
    octets,
  ],
};
