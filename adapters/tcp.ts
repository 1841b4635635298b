/**
 * The `tcp` transport of every runtime, over its {@linkcode Driver}.
 *
 * @module
 */

import { quote, ZmqError } from "../src/base/errors.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import {
  formatTcp,
  isIPv6,
  parseSocksProxy,
  parseTcpBind,
  parseTcpConnect,
  type TcpAddress,
  type TcpRoute,
} from "../src/endpoint/tcp.ts";
import { CallbackByteStream } from "../src/transport/streams.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  StreamOptions,
  Transport,
} from "../src/transport/transport.ts";
import { dialFirst } from "./dial.ts";
import type { Driver, NetPlace } from "./driver.ts";
import { toZmqError } from "./errors.ts";
import { interfaceAddress, resolveHost, resolveLocal } from "./names.ts";
import { checkTcp } from "./platform.ts";

/** TCP connections and listeners. */
export class TcpTransport implements Transport {
  /** `"tcp"`. */
  readonly scheme = "tcp";
  readonly #driver: Driver;

  /** Takes the sockets of the runtime. */
  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Checks an address without resolving it. */
  check(
    endpoint: Endpoint,
    role: "bind" | "connect",
    options?: StreamOptions,
  ): void {
    checkTcp(endpoint, role, options);
  }

  /**
   * Resolves the names anew and opens one connection; with `socksProxy`
   * through the proxy, which resolves the peer's name.
   */
  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const route = parseTcpConnect(endpoint);
    const { scheme, text } = endpoint;
    const { signal } = options;
    const proxy = parseSocksProxy(options.socksProxy, route, text);
    try {
      signal.throwIfAborted();
      if (proxy !== undefined) {
        return await this.#connectThrough(proxy, route, endpoint, options);
      }
      const { destination, source } = route;
      const hosts = await aborted(
        this.#hosts(destination, options.ipv6 === true),
        signal,
      );
      const connection = await dialFirst(
        hosts,
        signal,
        (host, signal) =>
          this.#driver.dial({ host, port: destination.port, scheme }, {
            signal,
            stream: options,
            ...(source && { source: sourcePlace(source, host, text) }),
          }),
      );
      return new CallbackByteStream(connection);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      // Without descriptors, names are unknown, and Bun calls peers unwilling.
      throw toZmqError(this.#driver.lack() ?? cause, "connect", text);
    }
  }

  /** Listens on one address. */
  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const address = parseTcpBind(endpoint);
    const { scheme, text } = endpoint;
    const ipv6 = options.ipv6 === true;
    const host = await resolveLocal(address, ipv6, this.#driver, text);
    const { port } = address;
    try {
      const server = await this.#driver.serve({ host, port, scheme }, {
        backlog: options.backlog,
        stream: options,
        ...(options.admits && { admits: options.admits }),
        accept: (connection) => accept(new CallbackByteStream(connection)),
        failed: (cause) =>
          options.onAcceptError?.(toZmqError(cause, "accept", text)),
      });
      return {
        endpoint: formatTcp(withZone(server.host, host), server.port, scheme),
        close: () => server.close(),
        hold: (keepsProcess) => server.hold(keepsProcess),
      };
    } catch (cause) {
      throw toZmqError(cause, "bind", text);
    }
  }

  async #connectThrough(
    proxy: TcpAddress,
    { destination, source }: TcpRoute,
    { scheme, text: endpoint }: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const { signal, socksUsername, socksPassword, handshakeInterval } = options;
    const { dialThrough } = await import("./socks5.ts");
    const connection = await dialThrough(this.#driver, {
      endpoint,
      scheme,
      address: options.socksProxy!,
      port: proxy.port,
      hosts: () => aborted(this.#hosts(proxy, options.ipv6 === true), signal),
      source: (host) => source && sourcePlace(source, host, endpoint),
      patience: handshakeInterval ?? 0,
    }, {
      destination,
      username: socksUsername,
      password: socksPassword,
    }, { signal, stream: options });
    return new CallbackByteStream(connection);
  }

  async #hosts(
    { kind, host, port }: TcpAddress,
    ipv6: boolean,
  ): Promise<string[]> {
    if (kind !== "name") return [host];
    const hosts = await resolveHost(host, ipv6);
    return this.#driver.allowedHosts?.(host, port, hosts) ?? hosts;
  }
}

/** The local place for a peer's address: both are of one family. */
function sourcePlace(
  { kind, host, port }: TcpAddress,
  peer: string,
  endpoint: string,
): Partial<NetPlace> {
  const ipv6 = isIPv6(peer);
  if (kind === "any") return { host: ipv6 ? "::" : "0.0.0.0", port };
  if (kind === "name") {
    return { host: interfaceAddress(host, ipv6, endpoint), port };
  }
  if ((kind === "ipv6") === ipv6) return { host, port };
  throw new ZmqError(
    "EADDRNOTAVAIL",
    `Cannot connect to ${quote(endpoint)} from ${quote(host)}: the peer's ` +
      `address ${quote(peer)} is of the other IP version`,
    { address: endpoint },
  );
}

/** Node and Deno leave the zone out of the address they tell. */
function withZone(told: string, asked: string): string {
  const zone = asked.indexOf("%");
  return zone < 0 || told.includes("%") ? told : told + asked.slice(zone);
}

/** What a promise gives, unless the signal is aborted before. */
function aborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", abort)
    );
  });
}
