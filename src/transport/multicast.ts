/**
 * The third seam between the engine and the world: one-way multicast that is
 * reliable as far as the network lets it be. A publisher sends all that it has
 * to whoever listens, and nothing ever comes back; a subscriber hears any
 * number of publishers, the sources, and is told where it missed something.
 *
 * @module
 */

import { loadedOnce } from "../base/loading.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { MulticastFraming } from "../wire/multicast.ts";

/**
 * Who is told of what happens to a {@linkcode MulticastSocket}. Calls come one
 * at a time and never from inside a call of the socket.
 */
export interface MulticastSink {
  /**
   * Octets of a source arrived, in order, whole units as that source sent
   * them where those are packets. They belong to the sink from now on. Of a
   * stream, the first ones of a source, and those after `lost` and `rejoin`,
   * begin with a frame.
   *
   * @param source its address as text; the same text is the same source.
   * @returns `false` asks to bring no more until `resume`.
   */
  received(source: string, octets: Uint8Array): boolean;
  /**
   * What comes next of a source does not follow what came before: octets of
   * it were lost for good, or its stream begins anew.
   *
   * @param why the reason, for people: "after 50 requests".
   */
  lost(source: string, why: string): void;
  /** What `send` did not take can be taken now. */
  writable(): void;
  /** The socket is gone, and `close` was not called. The last call. */
  closed(error?: unknown): void;
}

/** An open multicast socket. */
export interface MulticastSocket {
  /** The endpoint as it was given, or with names resolved. */
  readonly endpoint: string;
  /** Octets of a packet: the largest unit, where the framing makes packets. */
  readonly maxUnit?: number;
  /**
   * Sends a unit of the framing: a packet is taken whole or not at all, of
   * anything else as much as there is room for. The memory is the caller's
   * again when it returns.
   *
   * @param endsMessage true when a message ends with the unit, for streams:
   * who comes late begins with what follows.
   * @returns how many octets were taken. When that is not all of them,
   * `writable` tells when to offer the rest, which is then sent first.
   */
  send(octets: Uint8Array, endsMessage?: boolean): number;
  /** Brings what arrives again, after `received` had it stop. */
  resume(): void;
  /**
   * What a source sends is understood no more: the next octets of it are to
   * be later ones, with which a frame begins. Absent where units say that.
   */
  rejoin?(source: string): void;
  /**
   * Resolves when all that was taken has been sent, or the socket is closed.
   * Absent where that is so when it is taken.
   */
  drain?(): Promise<void>;
  /**
   * Asked when it is about to close: resolves once it is known that nobody
   * hears what is sent, so that nothing of it need be waited for. Absent where
   * nobody can know.
   */
  unheard?(): Promise<void>;
  /** Closes the socket; its resources are free when it resolves. */
  close(): Promise<void>;
  /** Says whether the socket keeps the process running. Default: yes. */
  hold?(keepsProcess: boolean): void;
}

/** How a {@linkcode MulticastTransport} is to open a socket. */
export interface MulticastSettings {
  /** A publisher sends, a subscriber receives. */
  readonly role: "send" | "receive";
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
  /** True when IPv6 addresses may be used. */
  readonly ipv6: boolean;
  /** Every option of the socket that is not at its default, by name. */
  readonly [option: string]: unknown;
}

/** A way to multicast, registered under a scheme. */
export interface MulticastTransport {
  /** The scheme without `://`: `"epgm"`. */
  readonly scheme: string;
  /** How its units are made and understood. */
  readonly framing: MulticastFraming;
  /** The platform and extension options that it honours, by option name. */
  readonly options: ReadonlySet<string>;
  /**
   * Checks the address part of an endpoint before anything is opened.
   *
   * @throws {ZmqError} `EINVAL` or `ENOTSUP`.
   */
  check?(endpoint: Endpoint): void;
  /**
   * Opens a socket. Rejects with a `ZmqError` when it cannot: with `EINVAL`
   * and `ENOTSUP` it is not asked again.
   */
  open(
    endpoint: Endpoint,
    settings: MulticastSettings,
    sink: MulticastSink,
  ): Promise<MulticastSocket>;
}

/** What is known of a transport before it is loaded. */
export interface LazyMulticast
  extends Omit<MulticastTransport, "open" | "options"> {
  /** As in the transport. */
  readonly options: readonly string[];
  /** Loads it. */
  load(): Promise<MulticastTransport>;
}

/** A transport that is loaded when its first socket is opened. */
export function lazyMulticast(
  { load, options, ...known }: LazyMulticast,
): MulticastTransport {
  const loaded = loadedOnce(load);
  return {
    ...known,
    options: new Set(options),
    async open(endpoint, settings, sink) {
      return (await loaded()).open(endpoint, settings, sink);
    },
  };
}
