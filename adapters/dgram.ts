/**
 * Sockets for datagrams over `node:dgram`, which Deno and Bun have too and
 * which can do more than their own.
 *
 * @module
 */

import type { RemoteInfo, Socket } from "node:dgram";
import { Ring } from "../src/base/ring.ts";
import { quote, ZmqError } from "../src/base/errors.ts";
import type { DatagramAddress } from "../src/endpoint/udp.ts";
import type {
  DatagramSink,
  DatagramSocket,
} from "../src/transport/datagram.ts";
import { builtin } from "./builtin.ts";

/** How to open a socket; all addresses are resolved. */
export interface DgramPlace {
  /** The address to bind. */
  readonly host: string;
  /** The port to bind; 0 lets the system choose. */
  readonly port: number;
  /** True lets others bind to the address too. */
  readonly reuseAddress: boolean;
  /** The group to join. */
  readonly group?: string;
  /** The interface of multicast, as `node:dgram` names it. */
  readonly through?: string;
  /** Where datagrams go to when they do not say it. */
  readonly target?: DatagramAddress;
  /** `IP_MULTICAST_TTL`. */
  readonly hops?: number;
  /** `IP_MULTICAST_LOOP`. */
  readonly loop?: boolean;
  /** `SO_SNDBUF`. */
  readonly sendBufferSize?: number;
  /** `SO_RCVBUF`. */
  readonly receiveBufferSize?: number;
  /**
   * True on Deno, where datagrams that are sent at once would overtake each
   * other, and where a socket that reads cannot be told to let the process go.
   */
  readonly isDeno: boolean;
}

/** Opens a socket and binds it. Errors are the runtime's own. */
export async function openDgram(
  place: DgramPlace,
  sink: DatagramSink,
): Promise<DgramSocket> {
  const isIPv6 = place.host.includes(":");
  const { sendBufferSize, receiveBufferSize } = place;
  const socket = builtin("node:dgram").createSocket({
    type: isIPv6 ? "udp6" : "udp4",
    reuseAddr: place.reuseAddress,
    ...(sendBufferSize !== undefined && { sendBufferSize }),
    ...(receiveBufferSize !== undefined &&
      { recvBufferSize: receiveBufferSize }),
    // Addresses are not names: looking each of them up takes longer than all
    // else.
    lookup: (host, _options, callback) => callback(null, host, isIPv6 ? 6 : 4),
  });
  if (place.isDeno) socket.unref();
  try {
    await bound(socket, place);
    if (!isIPv6) socket.setBroadcast(true);
    if (place.hops !== undefined) socket.setMulticastTTL(place.hops);
    if (place.loop !== undefined) socket.setMulticastLoopback(place.loop);
    useGroups(socket, place);
    return new DgramSocket(socket, place, isIPv6, sink);
  } catch (cause) {
    await closed(socket);
    throw cause;
  }
}

function bound(socket: Socket, { host, port }: DgramPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    // Workers of a cluster would share the address otherwise.
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeListener("error", reject);
      resolve();
    });
  });
}

function useGroups(socket: Socket, { group, through }: DgramPlace): void {
  try {
    if (through !== undefined) socket.setMulticastInterface(through);
    if (group !== undefined) socket.addMembership(group, through);
  } catch (cause) {
    throw new ZmqError(
      "ENODEV",
      through === undefined
        ? `Cannot join the group ${quote(group)}: no network interface has a ` +
          `route to it, expected one to be named, as in "eth0;${group}"`
        : `Cannot use ${quote(through)} for multicast: no network interface ` +
          "has the address",
      { cause },
    );
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(resolve);
    } catch {
      // It was never open, or is closed already.
      resolve();
    }
  });
}

/** The longest that a timer takes. */
const longestDelay = 2 ** 31 - 1;

/** One datagram on its way. */
interface Parcel {
  readonly octets: Uint8Array;
  readonly to: DatagramAddress;
}

/** A bound socket of `node:dgram`. */
export class DgramSocket implements DatagramSocket {
  /** Set by who resolved it. */
  endpoint = "";
  readonly #socket: Socket;
  readonly #target: DatagramAddress | undefined;
  readonly #isIPv6: boolean;
  readonly #sink: DatagramSink;
  readonly #queue: Ring<Parcel> | undefined;
  readonly #isDeno: boolean;
  readonly #zone: string;
  #holder: ReturnType<typeof setInterval> | undefined;
  #isBusy = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  readonly #done = (error: Error | null): void => this.#sent(error);

  /** Takes a bound socket. */
  constructor(
    socket: Socket,
    { host, target, isDeno }: DgramPlace,
    isIPv6: boolean,
    sink: DatagramSink,
  ) {
    this.#socket = socket;
    this.#target = target;
    this.#isIPv6 = isIPv6;
    this.#sink = sink;
    this.#isDeno = isDeno;
    this.#zone = /%.*$/.exec(host)?.[0] ?? "";
    this.#queue = isDeno ? new Ring() : undefined;
    this.hold(true);
    // Who only sends does not read.
    if (target === undefined) {
      socket.on("message", (octets, from) => this.#received(octets, from));
    }
    // An error that is not of one datagram: ICMP tells that nobody listens.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      clearInterval(this.#holder);
      sink.closed();
    });
  }

  /** The port that it is bound to. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** The address that it is bound to. */
  get host(): string {
    return this.#socket.address().address;
  }

  /** Sends a datagram. */
  send(octets: Uint8Array, to: DatagramAddress = this.#target!): void {
    const parcel = { octets, to: this.#reachable(to) };
    if (this.#queue === undefined || !this.#isBusy) this.#write(parcel);
    else this.#queue.push(parcel);
  }

  /** Closes the socket; its address is free when it resolves. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#holder);
    return this.#closing ??= closed(this.#socket);
  }

  /** Says whether the socket keeps the process running. */
  hold(keepsProcess: boolean): void {
    if (this.#isDeno) {
      clearInterval(this.#holder);
      if (keepsProcess) this.#holder = setInterval(() => {}, longestDelay);
    } else if (keepsProcess) this.#socket.ref();
    else this.#socket.unref();
  }

  #reachable(to: DatagramAddress): DatagramAddress {
    if (to.host.includes(":") === this.#isIPv6) return to;
    // RFC 4291 §2.5.5.2: an IPv6 socket knows IPv4 addresses as these.
    if (this.#isIPv6) return { host: `::ffff:${to.host}`, port: to.port };
    throw new ZmqError(
      "EINVAL",
      `Cannot send to ${quote(to.host)}: the socket is bound to an IPv4 ` +
        "address",
    );
  }

  #write({ octets, to }: Parcel): void {
    this.#isBusy = true;
    try {
      this.#socket.send(octets, to.port, to.host, this.#done);
    } catch (error) {
      queueMicrotask(() => this.#sent(error as Error));
    }
  }

  #sent(error: Error | null): void {
    this.#isBusy = false;
    const next = this.#queue?.shift();
    if (next !== undefined && !this.#isClosed) this.#write(next);
    this.#sink.sent(error ?? undefined);
  }

  #received(buffer: Uint8Array, { address, port }: RemoteInfo): void {
    if (this.#isClosed) return;
    const { buffer: memory, byteOffset, byteLength } = buffer;
    // Deno reads into 64 KiB each: a queue of short ones would hold them all.
    const octets = memory.byteLength > 2 * byteLength + 256
      ? new Uint8Array(buffer)
      : new Uint8Array(memory, byteOffset, byteLength);
    // Deno leaves the zone out, without which nobody can be answered.
    const isBare = /^fe[89ab]/i.test(address) && !address.includes("%");
    const host = isBare ? address + this.#zone : address;
    this.#sink.received(octets as Uint8Array, { host, port });
  }
}
