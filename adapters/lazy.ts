/**
 * The transports of a runtime, which are loaded when the first endpoint is
 * opened: a program that imports the library does not wait for them.
 *
 * @module
 */

import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { parseTcpBind, parseTcpConnect } from "../src/endpoint/tcp.ts";
import { parseUdp } from "../src/endpoint/udp.ts";
import type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../src/transport/datagram.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../src/transport/transport.ts";
import type { Driver } from "./driver.ts";
import { type Platform, usableIpc } from "./platform.ts";

type Check = NonNullable<Transport["check"]>;

/**
 * The `tcp` and `ipc` transports.
 *
 * @param load loads the runtime's sockets.
 */
export function lazyTransports(
  platform: Platform,
  load: () => Promise<Driver>,
): Transport[] {
  let loading: Promise<{ tcp: Transport; ipc: Transport }> | undefined;
  const both = (): Promise<{ tcp: Transport; ipc: Transport }> =>
    loading ??= loadBoth(load);
  return [
    new LazyTransport("tcp", checkTcp, async () => (await both()).tcp),
    new LazyTransport(
      "ipc",
      (endpoint, role) => void usableIpc(platform, endpoint, role),
      async () => (await both()).ipc,
    ),
  ];
}

async function loadBoth(
  load: () => Promise<Driver>,
): Promise<{ tcp: Transport; ipc: Transport }> {
  const [driver, { IpcTransport, TcpTransport }] = await Promise.all([
    load(),
    import("./transports.ts"),
  ]);
  return { tcp: new TcpTransport(driver), ipc: new IpcTransport(driver) };
}

function checkTcp(endpoint: Endpoint, role: "bind" | "connect"): void {
  if (role === "bind") parseTcpBind(endpoint);
  else parseTcpConnect(endpoint);
}

class LazyTransport implements Transport {
  readonly scheme: string;
  readonly check: Check;
  readonly #load: () => Promise<Transport>;

  constructor(scheme: string, check: Check, load: () => Promise<Transport>) {
    this.scheme = scheme;
    this.check = check;
    this.#load = load;
  }

  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    return (await this.#load()).connect(endpoint, options);
  }

  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    return (await this.#load()).listen(endpoint, options, accept);
  }
}

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
  readonly #load: () => Promise<Driver>;
  #loading: Promise<DatagramTransport> | undefined;

  constructor(options: ReadonlySet<string>, load: () => Promise<Driver>) {
    this.options = options;
    this.#load = load;
  }

  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    parseUdp(endpoint, role);
  }

  async open(
    endpoint: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ): Promise<DatagramSocket> {
    this.#loading ??= loadUdp(this.options, this.#load);
    return (await this.#loading).open(endpoint, settings, sink);
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
