/**
 * TCP connections through a SOCKS 5 proxy, for all runtimes over `node:net`.
 * Loaded with the first of them.
 *
 * @module
 */

import type * as Net from "node:net";
import { quote, ZmqError } from "../src/base/errors.ts";
import { Socks5Exchange, type Socks5Request } from "../src/transport/socks5.ts";
import { builtin } from "./builtin.ts";
import type { SocketConnection } from "./connection.ts";
import { dialFirst } from "./dial.ts";
import type { DialOptions, Driver, NetPlace } from "./driver.ts";
import { toZmqError } from "./errors.ts";

/**
 * How long a proxy may take to reach the destination, in ms: as long as Linux
 * tries, by default. `connectTimeout` can make it shorter.
 */
const LONGEST_REACH = 130_000;

/** Where a proxy is, and how it is dialled. */
export interface ProxyRoute {
  /** The endpoint and the proxy's address, for error messages. */
  readonly endpoint: string;
  /** The scheme of the destination's address. Default: `"tcp"`. */
  readonly scheme?: string;
  /** As the option has it. */
  readonly address: string;
  /** The port of the proxy. */
  readonly port: number;
  /** Its addresses, in the order to try them. */
  hosts(): Promise<readonly string[]>;
  /** The local address to use for one of its addresses. */
  source(host: string): Partial<NetPlace> | undefined;
  /** Milliseconds for what it has to say before it is asked; 0 is no limit. */
  readonly patience: number;
  /** Milliseconds that it may take to connect. Default: 130 s. */
  readonly reach?: number;
}

/**
 * Opens one connection through a proxy.
 *
 * @throws {ZmqError} when the proxy cannot be reached, refuses, does not speak
 * SOCKS 5, or takes too long.
 */
export async function dialThrough(
  driver: Driver,
  route: ProxyRoute,
  request: Socks5Request,
  options: DialOptions,
): Promise<SocketConnection> {
  const { signal } = options;
  let proxy: ProxySocket | undefined;
  try {
    proxy = await dialFirst(
      await route.hosts(),
      signal,
      (host, signal) => ProxySocket.dial(host, route, signal),
    );
    signal.throwIfAborted();
    await proxy.ask(new Socks5Exchange(request), route, signal);
    const { host, port } = request.destination;
    const { scheme } = route;
    return await driver.dialOver(
      proxy.socket,
      { host, port, ...(scheme && { scheme }) },
      options,
    );
  } catch (cause) {
    proxy?.close();
    if (signal.aborted) throw signal.reason;
    throw throughProxy(cause, route);
  }
}

/** The error, with the way that was taken. */
function throughProxy(
  given: unknown,
  { endpoint, address }: ProxyRoute,
): ZmqError {
  const error = toZmqError(given, "connect", address);
  const { code, message, cause, reason } = error;
  const why = message.slice(0, 1).toLowerCase() + message.slice(1);
  return new ZmqError(
    code,
    `Cannot connect to ${quote(endpoint)} through the SOCKS proxy ` +
      `${quote(address)}: ${why}`,
    { cause, address: endpoint, ...(reason !== undefined && { reason }) },
  );
}

/** A connection to a proxy. */
class ProxySocket {
  readonly socket: Net.Socket;
  // Who waits for octets, and is told when none will come.
  #fail: ((cause: unknown) => void) | undefined;

  constructor(socket: Net.Socket) {
    this.socket = socket;
    socket.on("error", (error) => this.#fail?.(error));
    socket.on("end", () => this.#fail?.(goneError()));
    socket.on("close", () => this.#fail?.(goneError()));
  }

  /** Connects; nothing is read yet. */
  static dial(
    host: string,
    { port, source }: ProxyRoute,
    signal: AbortSignal,
  ): Promise<ProxySocket> {
    const socket = new (builtin("node:net").Socket)({ allowHalfOpen: true });
    const proxy = new ProxySocket(socket);
    const from = source(host);
    const dialled = proxy.#until(signal, (resolve) => {
      socket.once("connect", resolve);
      socket.connect({
        host,
        port,
        ...(from?.host && { localAddress: from.host }),
        ...(from?.port && { localPort: from.port }),
      });
    });
    return dialled.then(() => proxy);
  }

  /** Has the exchange; what came behind it stays to be read. */
  ask(
    exchange: Socks5Exchange,
    { patience, reach = LONGEST_REACH }: ProxyRoute,
    signal: AbortSignal,
  ): Promise<void> {
    const { socket } = this;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (time: number, what: string): void => {
      clearTimeout(timer);
      if (time <= 0) return;
      const fail = (): void => this.#fail?.(lateError(what, time));
      timer = setTimeout(fail, time);
    };
    const asked = this.#until(signal, (resolve) => {
      const take = (octets: Uint8Array): void => {
        try {
          const next = exchange.take(octets);
          if (next !== undefined) {
            socket.write(next);
            if (exchange.asked) wait(reach, "did not connect");
          }
        } catch (cause) {
          socket.off("data", take);
          return this.#fail?.(cause);
        }
        if (exchange.rest === undefined) return;
        socket.off("data", take).pause();
        if (exchange.rest.length > 0) socket.unshift(exchange.rest);
        resolve();
      };
      socket.on("data", take);
      socket.write(exchange.hello());
      wait(patience, "did not answer");
    });
    return asked.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.socket.destroy();
  }

  /** Settles as the action does, unless the connection is lost or given up. */
  #until(
    signal: AbortSignal,
    act: (resolve: () => void) => void,
  ): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => this.#fail?.(signal.reason);
      this.#fail = (cause) => {
        this.#fail = undefined;
        signal.removeEventListener("abort", abort);
        this.close();
        reject(cause);
      };
      signal.addEventListener("abort", abort, { once: true });
      act(() => {
        this.#fail = undefined;
        signal.removeEventListener("abort", abort);
        resolve();
      });
    });
  }
}

function goneError(): ZmqError {
  return new ZmqError("ECONNRESET", "The proxy ended the connection");
}

function lateError(what: string, time: number): ZmqError {
  return new ZmqError("ETIMEDOUT", `The proxy ${what} within ${time} ms`);
}
