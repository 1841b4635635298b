/**
 * The transports of a runtime, which are loaded when the first endpoint is
 * opened: a program that imports the library does not wait for them.
 *
 * @module
 */

import type { Clock } from "../src/base/clock.ts";
import { quote, ZmqError } from "../src/base/errors.ts";
import { loadedOnce } from "../src/base/loading.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { parseSocksProxy } from "../src/endpoint/tcp.ts";
import { parseWsBind, parseWsConnect } from "../src/endpoint/ws.ts";
import { lazyTransport } from "../src/transport/lazy.ts";
import type { NativeHost } from "../src/transport/native.ts";
import type { StreamOptions, Transport } from "../src/transport/transport.ts";
import type { Driver } from "./driver.ts";
import type { NativeTraits } from "./native.ts";
import { checkTcp, type Platform, usableIpc } from "./platform.ts";

/** Loads what native code needs of the runtime, on first use. */
export function lazyNative(
  load: () => Promise<Driver>,
  traits: NativeTraits,
): () => Promise<NativeHost> {
  return loadedOnce(async () => {
    const [driver, { DriverNativeHost }] = await Promise.all([
      load(),
      import("./native.ts"),
    ]);
    return new DriverNativeHost(driver, traits);
  });
}

type Check = NonNullable<Transport["check"]>;

/** The options that all transports over TCP honour when they connect. */
export const socksOptions: readonly string[] = [
  "socksPassword",
  "socksProxy",
  "socksUsername",
];

/** The options that the `ws` and `wss` transports honour. */
export const webSocketOptions: readonly string[] = [
  "webSocketOrigins",
  "wssCertPem",
  "wssHostname",
  "wssKeyPem",
  "wssTrustPem",
  "wssTrustSystem",
];

/**
 * The `tcp`, `ipc`, `ws` and `wss` transports.
 *
 * @param load loads the runtime's sockets.
 * @param clock the runtime's.
 */
export function lazyTransports(
  platform: Platform,
  load: () => Promise<Driver>,
  clock: Clock,
): Transport[] {
  const both = loadedOnce(() => loadBoth(platform, load));
  const checked = (check: Check): Check => (endpoint, role, options = {}) => {
    check(endpoint, role, options);
    checkNative(platform, endpoint, role, options);
  };
  return [
    lazyTransport({
      scheme: "tcp",
      check: checked(checkTcp),
      load: async () => (await both()).tcp,
    }),
    lazyTransport({
      scheme: "ipc",
      check: (endpoint, role) => void usableIpc(platform, endpoint, role),
      load: async () => (await both()).ipc,
    }),
    lazyTransport({
      scheme: "ws",
      makesWebSockets: true,
      check: checked(checkWs),
      async load() {
        const [{ tcp }, { WebSocketTransport }] = await Promise.all([
          both(),
          import("./websocket/transport.ts"),
        ]);
        return new WebSocketTransport("ws", tcp, clock);
      },
    }),
    lazyTransport({
      scheme: "wss",
      makesWebSockets: true,
      check: checked(checkWss),
      async load() {
        const [driver, { makeWss }] = await Promise.all([
          load(),
          import("./tls/wss.ts"),
        ]);
        return makeWss(driver, clock);
      },
    }),
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

/**
 * Native code makes the sockets of TCP, and neither those of TLS nor those to
 * proxies.
 */
function checkNative(
  { native, runtime }: Platform,
  { scheme, text }: Endpoint,
  role: "bind" | "connect",
  options: StreamOptions,
): void {
  const isProxied = role === "connect" && Boolean(options.socksProxy);
  if (native === undefined || (scheme !== "wss" && !isProxied)) return;
  const missing = Object.keys(options).find((name) => native.has(name));
  if (missing === undefined) return;
  throw new ZmqError(
    "ENOTSUP",
    `Cannot use ${quote(text)} with ${quote(missing)}: ${runtime} does not ` +
      `support the option ${isProxied ? "through a proxy" : "for wss"}`,
    { address: text },
  );
}

function checkWs(
  endpoint: Endpoint,
  role: "bind" | "connect",
  { socksProxy }: StreamOptions = {},
): void {
  if (role === "bind") parseWsBind(endpoint);
  else parseSocksProxy(socksProxy, parseWsConnect(endpoint), endpoint.text);
}

function checkWss(
  endpoint: Endpoint,
  role: "bind" | "connect",
  options: StreamOptions,
): void {
  checkWs(endpoint, role, options);
  const { wssTrustPem, wssTrustSystem, wssCertPem, wssKeyPem } = options;
  const missing = role === "connect"
    ? !wssTrustPem && !wssTrustSystem && `"wssTrustPem" or "wssTrustSystem"`
    : !(wssCertPem && wssKeyPem) && `"wssCertPem" and "wssKeyPem"`;
  if (!missing) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot ${role} ${quote(endpoint.text)}: expected ${missing} to be set`,
    { address: endpoint.text },
  );
}
