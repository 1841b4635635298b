/**
 * TLS over TCP, by `node:tls`, which Deno and Bun have too: with it, all three
 * check certificates in the same way, and against nothing but what they are
 * told to trust.
 *
 * @module
 */

import type * as Net from "node:net";
import type * as Tls from "node:tls";
import type { Clock, Timer } from "../../src/base/clock.ts";
import { ZmqError } from "../../src/base/errors.ts";
import { formatTcp } from "../../src/endpoint/tcp.ts";
import { builtin } from "../builtin.ts";
import type { SocketConnection } from "../connection.ts";
import type {
  DialOptions,
  Driver,
  NetPlace,
  ServeOptions,
  Server,
} from "../driver.ts";
import { TlsFailure } from "../errors.ts";
import type { NodeConnection } from "../node/connection.ts";
import { deadOnArrival, listenPlace, served, tune } from "../node/driver.ts";
import { clientTls, serverTls } from "./options.ts";
import { tlsConnection } from "./patient_connection.ts";
import { TlsWaiting } from "./waiting.ts";

/** Stream sockets with TLS; places are those of TCP. */
export class TlsDriver implements Driver {
  /** The runtime as error messages name it. */
  readonly runtime: string;
  /** The operating system. */
  readonly platform: string;
  /** Nothing that TLS has. */
  readonly abstractNames = false;
  readonly #plain: Driver;
  readonly #clock: Clock;

  /** Takes the runtime's sockets without TLS. */
  constructor(plain: Driver, clock: Clock) {
    this.runtime = plain.runtime;
    this.platform = plain.platform;
    this.#plain = plain;
    this.#clock = clock;
  }

  /** Opens one connection; the server has shown a certificate that will do. */
  dial(place: NetPlace, options: DialOptions): Promise<SocketConnection> {
    const { host, port } = place;
    const { source } = options;
    return this.#secure(place, options, {
      host,
      port,
      ...(source?.host && { localAddress: source.host }),
      ...(source?.port && { localPort: source.port }),
    });
  }

  /** Likewise, over a socket that is connected to a proxy. */
  dialOver(
    socket: Net.Socket,
    place: NetPlace,
    options: DialOptions,
  ): Promise<SocketConnection> {
    const { host, port, scheme } = place;
    // A server of TLS waits for the client to speak first.
    if (socket.readableLength > 0) return Promise.reject(spokenTooSoon());
    const address = formatTcp(host, port, scheme);
    return this.#secure(place, options, { socket }, address);
  }

  #secure(
    place: NetPlace,
    { signal, stream }: DialOptions,
    way: Tls.ConnectionOptions,
    remoteAddress?: string,
  ): Promise<SocketConnection> {
    // An aborted signal tells of it no more.
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const socket = builtin("node:tls").connect({
        ...clientTls(stream, place.host),
        ...way,
        allowHalfOpen: true,
      } as Tls.ConnectionOptions);
      let since = this.#clock.now();
      let begun = false;
      let timer: Timer | undefined;
      const settle = (): void => {
        timer?.cancel();
        signal.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        settle();
        socket.destroy();
        reject(signal.reason);
      };
      const fail = (error: Error): void => {
        settle();
        socket.destroy();
        reject(begun ? new TlsFailure(error) : error);
      };
      const begin = (): void => {
        const { handshakeInterval: time } = stream;
        begun = true;
        since = this.#clock.now();
        if (typeof time !== "number" || time <= 0) return;
        timer = this.#clock.setTimer(() => fail(lateError(time)), time);
      };
      signal.addEventListener("abort", abort, { once: true });
      socket.once("error", fail);
      socket.once("close", () => fail(deadOnArrival()));
      if (way.socket === undefined) socket.once("connect", begin);
      else begin();
      socket.once("secureConnect", () => {
        // A session is never given: one that goes on was not checked.
        if (!socket.authorized || socket.isSessionReused?.() === true) {
          return fail(uncheckedError());
        }
        settle();
        const connection = wrap(socket, place, stream, since, remoteAddress);
        if (connection === undefined) reject(deadOnArrival());
        else resolve(connection);
        socket.removeListener("error", fail);
      });
    });
  }

  /** Why no descriptor can be opened, where that can be asked. */
  lack(): unknown {
    return this.#plain.lack();
  }

  /** Listens, with the certificate of the options. */
  serve(place: NetPlace, options: ServeOptions): Promise<Server> {
    const { stream } = options;
    const waiting = new TlsWaiting(stream, options.failed, this.#clock);
    const server = builtin("node:tls").createServer({
      ...serverTls(stream),
      allowHalfOpen: true,
    });
    server.on("connection", (socket) => {
      const { remoteAddress: from = "", remotePort: port = 0 } = socket;
      if (options.admits?.(formatTcp(from, port, place.scheme)) === false) {
        socket.destroy();
        return;
      }
      const lack = this.lack();
      waiting.add(socket);
      if (lack !== undefined) waiting.drop(socket, lack);
    });
    server.on("tlsClientError", (error, socket) => waiting.fail(socket, error));
    server.on("secureConnection", (socket) => {
      const since = waiting.delete(socket);
      if (since === undefined) {
        // It was given up before.
        socket.on("error", () => {});
        socket.destroy();
        return;
      }
      const connection = wrap(socket, place, stream, since);
      if (connection !== undefined) options.accept(connection);
      else options.failed(deadOnArrival());
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({
        ...listenPlace(place, stream),
        backlog: options.backlog,
        exclusive: true,
      }, () => {
        server.removeListener("error", reject);
        server.on("error", (error) => options.failed(error));
        const { close, ...rest } = served(server);
        resolve({
          ...rest,
          close: () => {
            waiting.close();
            return close();
          },
        });
      });
    });
  }

  /** What the runtime's sockets say. */
  canListInterfaces(): boolean {
    return this.#plain.canListInterfaces();
  }

  /** What the runtime's sockets say. */
  allowedHosts(name: string, port: number, hosts: string[]): string[] {
    return this.#plain.allowedHosts?.(name, port, hosts) ?? hosts;
  }

  /** There are no files with TLS. */
  makeDirectory(): Promise<string> {
    return Promise.reject(new ZmqError("ENOTSUP", "TLS needs no directory"));
  }
}

function wrap(
  socket: Tls.TLSSocket,
  place: NetPlace,
  options: DialOptions["stream"],
  since: number,
  peerAddress?: string,
): NodeConnection | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) {
    socket.on("error", () => {});
    socket.destroy();
    return undefined;
  }
  tune(socket, options);
  return tlsConnection(
    socket,
    formatTcp(localAddress, localPort!, place.scheme),
    peerAddress ?? formatTcp(remoteAddress, remotePort!, place.scheme),
    since,
  );
}

function lateError(time: number): Error {
  const what = `The server did not finish its TLS handshake within ${time} ms`;
  return Object.assign(new Error(what), { code: "ETIMEDOUT" });
}

function uncheckedError(): ZmqError {
  return new ZmqError("EACCES", "The server's certificate was not checked", {
    reason: "ERR_TLS_CERTIFICATE",
  });
}

function spokenTooSoon(): ZmqError {
  return new ZmqError("EPROTO", "The server spoke before TLS could begin", {
    reason: "ERR_TLS_HANDSHAKE",
  });
}
