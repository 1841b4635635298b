/**
 * The transports of a runtime, which are loaded when the first endpoint is
 * opened: a program that imports the library does not wait for them.
 *
 * @module
 */

import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { parseTcpBind, parseTcpConnect } from "../src/endpoint/tcp.ts";
import type { NativeHost } from "../src/transport/native.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../src/transport/transport.ts";
import type { Driver } from "./driver.ts";
import type { NativeTraits } from "./native.ts";
import { type Platform, usableIpc } from "./platform.ts";

/** Loads what native code needs of the runtime, on first use. */
export function lazyNative(
  load: () => Promise<Driver>,
  traits: NativeTraits,
): () => Promise<NativeHost> {
  let loading: Promise<NativeHost> | undefined;
  return () =>
    loading ??= Promise.all([load(), import("./native.ts")]).then((
      [driver, { DriverNativeHost }],
    ) => new DriverNativeHost(driver, traits));
}

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
    loading ??= loadBoth(platform, load);
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
  { native }: Platform,
  load: () => Promise<Driver>,
): Promise<{ tcp: Transport; ipc: Transport }> {
  const [own, { IpcTransport, NativeDriver, TcpTransport }] = await Promise
    .all([load(), import("./transports.ts")]);
  const driver = native === undefined ? own : new NativeDriver(own, native);
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
