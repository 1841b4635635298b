/**
 * The two kinds of datagram endpoints: one that is bound and receives, and
 * one that is connected to, which means that it sends there. There are no
 * connections, so nothing that a peer sends can end the endpoint.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { DatagramAddress } from "../endpoint/udp.ts";
import { type Options, platformOptions } from "../options/options.ts";
import type { DatagramLink, DatagramPipe } from "../routing/datagram_pipe.ts";
import { plainPeer } from "../routing/peer.ts";
import type {
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../transport/datagram.ts";
import type { Datagram } from "../wire/datagrams.ts";
import type { EventDetail, SessionHost } from "./host.ts";
import { type EndSetup, SocketEnd } from "./socket_end.ts";

/** The socket as its datagram endpoints see it. */
export interface DatagramHost
  extends Pick<SessionHost, "clock" | "observed" | "emit"> {
  /** Makes a pipe and attaches it to the socket's pattern. */
  openDatagrams(
    endpoint: string,
    connecting: boolean,
    options: Options,
  ): DatagramPipe;
}

/** What an endpoint is made of. */
export interface DatagramSetup extends EndSetup<DatagramPipe> {
  readonly host: DatagramHost;
  readonly transport: DatagramTransport;
}

abstract class DatagramEnd extends SocketEnd<DatagramSocket, DatagramPipe>
  implements DatagramSink, DatagramLink {
  readonly #transport: DatagramTransport;

  constructor(setup: DatagramSetup) {
    super(setup);
    this.#transport = setup.transport;
  }

  // The socket's side.

  received(octets: Uint8Array, from: DatagramAddress): void {
    this.pipe?.deliver(octets, from);
  }

  sent(error?: unknown): void {
    this.pipe?.left(error === undefined);
    if (this.pipe?.pending === 0) this.emptied();
  }

  // The pipe's side.

  send({ octets, to }: Datagram): void {
    this.socket!.send(octets, to);
  }

  protected override openSocket(
    role: "bind" | "connect",
    signal: AbortSignal,
  ): Promise<DatagramSocket> {
    return this.#transport.open(this.endpoint, {
      ...platformOptions(this.options),
      ipv6: this.options.ipv6,
      role,
      signal,
    }, this);
  }

  protected override attach({ endpoint }: DatagramSocket): void {
    this.pipe!.attach(this, plainPeer(endpoint));
  }
}

/** One `bind()`. */
export class DatagramBinding extends DatagramEnd {
  readonly #host: DatagramHost;

  constructor(setup: DatagramSetup) {
    super(setup);
    this.#host = setup.host;
  }

  /**
   * Binds; resolves with the endpoint, wildcards filled in.
   *
   * @throws {ZmqError} when the address cannot be had.
   */
  async bind(): Promise<string> {
    await this.bound();
    const pipe = this.#host.openDatagrams(this.address, false, this.options);
    if (pipe.closed) {
      await this.close({ linger: 0 });
      const what = `Cannot bind "${this.address}": the socket is bound already`;
      throw new ZmqError("EFSM", what, { address: this.address });
    }
    this.pipe = pipe;
    pipe.attach(this);
    this.emit("bind", {});
    return this.address;
  }

  protected override vanished(detail: Partial<EventDetail>): void {
    this.emit("close", detail);
  }
}

/** One `connect()`; messages wait in its pipe until there is a socket. */
export class DatagramConnector extends DatagramEnd {}
