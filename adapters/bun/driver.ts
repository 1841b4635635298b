/**
 * Stream sockets over `Bun.connect` and `Bun.listen`; for what they cannot
 * do, over Bun's `node:net`.
 *
 * @module
 */

import { formatTcp } from "../../src/endpoint/tcp.ts";
import type { Adoption } from "../../src/transport/native.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";
import type { SocketConnection } from "../connection.ts";
import type { DialOptions, Place, ServeOptions, Server } from "../driver.ts";
import { deadOnArrival, NodeDriver, tune } from "../node/driver.ts";
import { type BunApi, bunApi, type BunHandlers } from "./api.ts";
import { BunConnection, type OwnSocket } from "./connection.ts";

type Owner = BunConnection | undefined;

/** The stream sockets of Bun. */
export class BunDriver extends NodeDriver {
  readonly #bun: BunApi = bunApi();

  /** Opens one connection. */
  override async dial(
    place: Place,
    options: DialOptions,
  ): Promise<SocketConnection> {
    // Bun.connect cannot be given up while it waits for the peer.
    if (!("path" in place)) return await super.dial(place, options);
    const socket = await this.#bun.connect<Owner>({
      unix: place.path,
      allowHalfOpen: true,
      socket: {
        ...handlers((socket) => wrap(socket, place, options.stream)),
        // With this handler, Bun does not report the rejection as unhandled.
        connectError: () => {},
      },
    });
    if (!options.signal.aborted) return socket.data!;
    socket.data!.close();
    throw options.signal.reason;
  }

  /** Listens. */
  override async serve(place: Place, options: ServeOptions): Promise<Server> {
    const { useFd = -1 } = options.stream;
    if ((useFd as number) >= 0) return await super.serve(place, options);
    const listener = this.#bun.listen<Owner>({
      ...("path" in place
        ? { unix: place.path }
        : { hostname: place.host, port: place.port }),
      allowHalfOpen: true,
      socket: handlers((socket) => {
        const lack = this.lack();
        if (lack !== undefined) {
          socket.end();
          options.failed(lack);
          return;
        }
        if ("path" in place || socket.remoteAddress) {
          return options.accept(wrap(socket, place, options.stream));
        }
        // The peer has gone in the meantime: there is nobody to name.
        socket.end();
        options.failed(deadOnArrival());
      }),
    });
    return {
      host: listener.hostname ?? "",
      port: listener.port ?? 0,
      close: () => {
        listener.stop(false);
        return Promise.resolve();
      },
      hold: (keepsProcess) => {
        if (keepsProcess) listener.ref();
        else listener.unref();
      },
    };
  }

  /** Takes over a connected socket that native code made. */
  override async adopt(adoption: Adoption): Promise<SocketConnection> {
    const { descriptor, localAddress, remoteAddress } = adoption;
    const socket = await this.#bun.connect<Owner>({
      fd: descriptor.fd,
      allowHalfOpen: true,
      socket: {
        ...handlers((socket) =>
          void new BunConnection(socket, localAddress, remoteAddress)
        ),
        connectError: () => {},
      },
    });
    return socket.data!;
  }
}

function handlers(open: (socket: OwnSocket) => void): BunHandlers<Owner> {
  return {
    binaryType: "uint8array",
    open,
    // Who was not accepted has nobody who handles it.
    data: (socket, chunk) => socket.data?.onData(chunk),
    drain: (socket) => socket.data?.onDrain(),
    end: (socket) => socket.data?.onEnd(),
    close: (socket, error) => socket.data?.onClose(error),
    error: (_socket, error) => {
      // What a callback throws is a defect, and as loud as elsewhere.
      queueMicrotask(() => {
        throw error;
      });
    },
  };
}

function wrap(
  socket: OwnSocket,
  place: Place,
  options: StreamOptions,
): BunConnection {
  if ("path" in place) {
    return new BunConnection(socket, place.endpoint, place.endpoint);
  }
  tune(socket, options);
  return new BunConnection(
    socket,
    formatTcp(socket.localAddress, socket.localPort, place.scheme),
    formatTcp(socket.remoteAddress, socket.remotePort, place.scheme),
  );
}
