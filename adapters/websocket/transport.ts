/**
 * The `ws` and `wss` transports: WebSockets over the byte streams of another
 * transport, client and listener of their own, on every runtime that has such
 * streams. One behaviour everywhere, with backpressure.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type { TcpAddress } from "../../src/endpoint/tcp.ts";
import { parseWsBind, parseWsConnect } from "../../src/endpoint/ws.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Subprotocol,
  Transport,
  WebSocketOptions,
} from "../../src/transport/transport.ts";
import { openAsClient } from "./client.ts";
import { Openings } from "./server.ts";

/** The scheme of WebSockets: in clear, or over TLS. */
export type WebSocketScheme = "ws" | "wss";

const defaultPorts = { ws: 80, wss: 443 } as const;

/** WebSockets over the streams of a transport. */
export class WebSocketTransport implements Transport {
  /** `"ws"` or `"wss"`. */
  readonly scheme: WebSocketScheme;
  /** The streams are WebSockets. */
  readonly makesWebSockets = true;
  readonly #below: Transport;
  readonly #clock: Clock;

  /** @param below takes `host:port`; for `wss`, it is over TLS. */
  constructor(scheme: WebSocketScheme, below: Transport, clock: Clock) {
    this.scheme = scheme;
    this.#below = below;
    this.#clock = clock;
  }

  /** Checks an address without resolving it. */
  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    checkWs(endpoint, role);
  }

  /** Opens one WebSocket. */
  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    const { destination, target } = parseWsConnect(endpoint);
    const subprotocols = spoken(endpoint, options);
    const stream = await this.#below.connect(hostOf(endpoint), {
      ...options,
      serverName: destination.host,
    });
    return await openAsClient(stream, {
      endpoint: endpoint.text,
      host: this.#hostField(destination),
      target,
      subprotocols,
      time: options.handshakeInterval ?? 0,
      signal: options.signal,
    }, this.#clock);
  }

  /** Listens for WebSockets at one address and path. */
  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const { path } = parseWsBind(endpoint);
    const openings = new Openings(path, {
      subprotocols: spoken(endpoint, options),
      origins: originsOf(options),
      time: options.handshakeInterval ?? 0,
      most: options.maxPendingHandshakes ?? -1,
      admits: (address) => options.admits?.(address) ?? true,
      accept,
      failed: (error) => options.onAcceptError?.(error),
    }, this.#clock);
    const listener = await this.#below.listen(
      hostOf(endpoint),
      options,
      (stream) => openings.take(stream),
    );
    return {
      endpoint: `${listener.endpoint}${path}`,
      close: () => {
        openings.close();
        return listener.close();
      },
      hold: (keepsProcess) => {
        openings.hold(keepsProcess);
        listener.hold?.(keepsProcess);
      },
    };
  }

  /** RFC 6455 §4.1: the port is left out when it is the scheme's own. */
  #hostField({ kind, host, port }: TcpAddress): string {
    // A zone means something to this host only (RFC 6874 §1).
    const name = kind === "ipv6" ? `[${host.replace(/%.*/, "")}]` : host;
    return port === defaultPorts[this.scheme] ? name : `${name}:${port}`;
  }
}

/** Checks the address of a `ws` or `wss` endpoint. */
export function checkWs(endpoint: Endpoint, role: "bind" | "connect"): void {
  if (role === "bind") parseWsBind(endpoint);
  else parseWsConnect(endpoint);
}

/** The endpoint without its path; errors tell of the whole. */
function hostOf({ scheme, address, text }: Endpoint): Endpoint {
  return { scheme, address: address.replace(/[/?].*$/s, ""), text };
}

function spoken(
  { text }: Endpoint,
  { subprotocols = [] }: WebSocketOptions,
): readonly Subprotocol[] {
  if (subprotocols.length > 0) return subprotocols;
  throw new ZmqError(
    "ENOCOMPATPROTO",
    `Cannot use ${quote(text)}: a socket of this type speaks over no WebSocket`,
    { address: text },
  );
}

/** The origins that the options let in; `null` is those of the same host. */
export function originsOf(options: ListenOptions): readonly string[] | null {
  const { webSocketOrigins: origins } = options;
  return Array.isArray(origins) ? origins : null;
}
