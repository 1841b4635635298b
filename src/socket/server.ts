/**
 * The SERVER and PEER sockets: single frames, addressed by number.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import { type FrameLike, type Message, toFrame } from "../message/message.ts";
import type { PeerOptions, ServerOptions, Settings } from "../options/types.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { Pipe } from "../routing/pipe.ts";
import { liveOptions } from "./live_options.ts";
import { PeerPattern } from "./patterns/peer.ts";
import { ServerPattern } from "./patterns/server.ts";
import { ReadableSocket } from "./readable_socket.ts";
import type { SendOptions } from "./sender.ts";
import { coreOf, type SocketInit } from "./socket.ts";

/** Where a message goes to, or came from. */
export interface RoutedBy {
  /** The peer's routing id: a number that is valid while it is connected. */
  readonly routingId: number;
}

/** What a SERVER or PEER socket receives: the frame and its sender. */
export type RoutedMessage = [data: Uint8Array, from: RoutedBy];

/** A socket that addresses its peers by number. */
export abstract class NumberedSocket extends ReadableSocket<RoutedMessage> {
  /** @internal */
  constructor(
    type: Extract<SocketType, "SERVER" | "PEER">,
    init?: object & SocketInit,
  ) {
    super(
      type,
      (host) =>
        type === "SERVER" ? new ServerPattern(host) : new PeerPattern(host),
      init,
    );
    this.shape = routed;
  }

  /**
   * Sends one frame to a peer.
   *
   * @throws {ZmqError} `EHOSTUNREACH` when no peer has the id, `EINVAL`
   * without an id, for several frames or a wrong timeout, `EAGAIN` after the
   * timeout, `EBADF` when the socket is closed, `ETERM` when its context was
   * shut down.
   */
  send(data: FrameLike, options: RoutedBy & SendOptions): Promise<void> {
    try {
      return coreOf(this).sender.send([toFrame(data)], options, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends now; `false` when it would have to wait, and nothing was sent.
   *
   * @throws {ZmqError} as `send`, but never `EAGAIN`.
   */
  trySend(data: FrameLike, options: RoutedBy): boolean {
    return coreOf(this).sender.trySend([toFrame(data)], options);
  }

  /**
   * Ends the connection to a peer, and drops what is queued for it. A peer
   * that is connected to is connected to again, and has another number then.
   *
   * @throws {ZmqError} `EHOSTUNREACH` when no peer has the id.
   */
  disconnectPeer(routingId: number): void {
    for (const pipe of coreOf(this).pipes) {
      if (pipe.peer.routingId === routingId) return pipe.close();
    }
    throw new ZmqError(
      "EHOSTUNREACH",
      `Cannot disconnect: no peer has routing id ${quote(routingId)}`,
    );
  }
}

function routed(message: Message, source: Pipe): RoutedMessage {
  return [message[0]!, { routingId: source.peer.routingId as number }];
}

/**
 * Serves {@linkcode Client}s: receives a frame with its sender's number and
 * answers by it, in any order. RFC 41.
 *
 * @example
 * ```ts
 * import { Client, Server } from "isomq";
 *
 * const server = new Server();
 * await server.bind("inproc://server");
 * const client = new Client();
 * client.connect("inproc://server");
 * await client.send("hello");
 * const [data, { routingId }] = await server.receive();
 * await server.send(data, { routingId });
 * console.log((await client.receive()).length);
 * await Promise.all([server.close(), client.close()]);
 * ```
 */
export class Server extends NumberedSocket {
  /** Makes a SERVER socket. */
  constructor(init?: Settings<ServerOptions> & SocketInit) {
    super("SERVER", init);
  }

  static {
    liveOptions(Server.prototype, "SERVER");
  }
}

/** The options of a SERVER socket, as live properties. */
export interface Server extends ServerOptions {}

/**
 * Talks to other PEER sockets, each addressed by number. RFC 51.
 *
 * @example
 * ```ts
 * import { Peer } from "isomq";
 *
 * const a = new Peer();
 * await a.bind("inproc://peer");
 * const b = new Peer();
 * const routingId = b.connectPeer("inproc://peer");
 * await b.send("hello", { routingId });
 * console.log((await a.receive())[0].length);
 * await Promise.all([a.close(), b.close()]);
 * ```
 */
export class Peer extends NumberedSocket {
  /** Makes a PEER socket. */
  constructor(init?: Settings<PeerOptions> & SocketInit) {
    super("PEER", init);
  }

  static {
    liveOptions(Peer.prototype, "PEER");
  }

  /**
   * Connects in the background and returns the number of the peer, which can
   * be sent to at once.
   */
  connectPeer(endpoint: string): number {
    const known = new Set(coreOf(this).pipes);
    this.connect(endpoint);
    for (const pipe of coreOf(this).pipes) {
      if (!known.has(pipe)) return pipe.peer.routingId as number;
    }
    return 0;
  }
}

/** The options of a PEER socket, as live properties. */
export interface Peer extends PeerOptions {}
