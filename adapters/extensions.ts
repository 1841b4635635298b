/**
 * What the extensions add to every context: which schemes and options are
 * theirs, so that they are loaded when a program first names one.
 *
 * @module
 */

import { parseTipc } from "../src/endpoint/tipc.ts";
import type { MechanismFactory } from "../src/security/mechanism.ts";
import type { AnyTransport } from "../src/transport/any.ts";
import { lazyTransport } from "../src/transport/lazy.ts";
import {
  lazyMulticast,
  type MulticastTransport,
} from "../src/transport/multicast.ts";
import type { Runtime } from "../src/transport/runtime.ts";
import type { Transport } from "../src/transport/transport.ts";

/** Makes what an extension is there for. */
type Maker<Made> = (init: { readonly runtime: Runtime }) => Made;

/** Loads the entry points of the extensions. */
export interface Extensions {
  /** Kerberos. */
  gssapi(): Promise<{ readonly gssapi: Maker<MechanismFactory> }>;
  /** Reliable multicast and unicast by libnorm. */
  norm(): Promise<{ readonly norm: Maker<MulticastTransport> }>;
  /** Reliable multicast by OpenPGM, over IP and over UDP. */
  pgm(): Promise<
    {
      readonly pgm: Maker<MulticastTransport>;
      readonly epgm: Maker<MulticastTransport>;
    }
  >;
  /** The sockets of Linux' clusters. */
  tipc(): Promise<{ readonly tipc: Maker<Transport> }>;
}

/** Transports that are loaded when an endpoint names their scheme. */
export function transportsOf(
  runtime: Runtime,
  extensions: Extensions,
): readonly AnyTransport[] {
  const pgm = (scheme: "pgm" | "epgm"): AnyTransport =>
    lazyMulticast({
      scheme,
      framing: "pgm",
      options: [
        "rate",
        "recoveryInterval",
        "multicastMaxTransportDataUnit",
        "multicastHops",
        "multicastLoop",
        "sendBufferSize",
        "receiveBufferSize",
      ],
      load: async () => (await extensions.pgm())[scheme]({ runtime }),
    });
  const norm = lazyMulticast({
    scheme: "norm",
    framing: "norm",
    options: [
      "rate",
      "multicastHops",
      "multicastLoop",
      "typeOfService",
      "sendBufferSize",
      "receiveBufferSize",
      "normMode",
      "normUnicastNack",
      "normBufferSize",
      "normSegmentSize",
      "normBlockSize",
      "normParity",
      "normAutoParity",
      "normPush",
    ],
    load: async () => (await extensions.norm()).norm({ runtime }),
  });
  const tipc = lazyTransport({
    scheme: "tipc",
    check: (...of) => void parseTipc(...of),
    load: async () => (await extensions.tipc()).tipc({ runtime }),
  });
  return [pgm("pgm"), pgm("epgm"), norm, tipc];
}

/** Mechanisms that are loaded when the options of a socket ask for them. */
export function mechanismsOf(
  runtime: Runtime,
  extensions: Extensions,
): readonly MechanismFactory[] {
  return [{
    name: "gssapi",
    options: new Set([
      "gssapiServer",
      "gssapiPrincipal",
      "gssapiServicePrincipal",
      "gssapiPlainText",
      "gssapiPrincipalNameType",
      "gssapiServicePrincipalNameType",
    ]),
    prepare: async (options) =>
      await (await extensions.gssapi()).gssapi({ runtime }).prepare(options),
  }];
}
