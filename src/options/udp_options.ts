/**
 * Options of the sockets that can use datagrams.
 *
 * @module
 */

import { integer, type OptionGroup } from "./option.ts";

/** Options of RADIO, DISH and DGRAM sockets. */
export interface UdpOptions {
  /**
   * Octets of the largest datagram over udp: `send` of a larger one throws
   * `EMSGSIZE`, a larger one that arrives is dropped. A RADIO's group takes
   * its length and one octet. Default: 8192, libzmq's limit.
   */
  maxDatagramSize: number;
}

/** The rows of {@linkcode UdpOptions}. */
export const udpOptions = (): OptionGroup<UdpOptions> => ({
  maxDatagramSize: integer({
    types: ["RADIO", "DISH", "DGRAM"],
    min: 1,
    // What a UDP packet over IPv4 can hold: RFC 768 and RFC 791 §3.1.
    max: 65507,
    default: 8192,
    unit: "octets",
  }),
});
