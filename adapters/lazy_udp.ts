/**
 * The `udp` transport of a runtime, which is loaded when the first endpoint
 * is opened.
 *
 * @module
 */

import { loadedOnce } from "../src/base/loading.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { parseUdp } from "../src/endpoint/udp.ts";
import type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../src/transport/datagram.ts";
import type { Driver } from "./driver.ts";

/**
 * The `udp` transport.
 *
 * @param options the platform options that the runtime honours for it.
 * @param load loads the runtime's sockets.
 */
export function lazyDatagrams(
  options: readonly string[],
  load: () => Promise<Driver>,
): DatagramTransport[] {
  return [new LazyUdp(new Set(options), load)];
}

class LazyUdp implements DatagramTransport {
  readonly scheme = "udp";
  readonly options: ReadonlySet<string>;
  readonly #load: () => Promise<DatagramTransport>;

  constructor(options: ReadonlySet<string>, load: () => Promise<Driver>) {
    this.options = options;
    this.#load = loadedOnce(() => loadUdp(options, load));
  }

  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    parseUdp(endpoint, role);
  }

  async open(
    endpoint: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ): Promise<DatagramSocket> {
    return (await this.#load()).open(endpoint, settings, sink);
  }
}

async function loadUdp(
  options: ReadonlySet<string>,
  load: () => Promise<Driver>,
): Promise<DatagramTransport> {
  const [driver, { UdpTransport }] = await Promise.all([
    load(),
    import("./udp.ts"),
  ]);
  return new UdpTransport(driver, options);
}
