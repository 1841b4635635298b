/**
 * ZeroMQ on the HTTP server that a program runs already: `Server` of
 * `node:http`, `Deno.serve`, `Bun.serve`. Requests for a WebSocket at the path
 * of a socket are the socket's; everything else stays the program's.
 *
 * @module
 */

import { quote, ZmqError } from "../src/base/errors.ts";
import type { Endpoint } from "../src/endpoint/endpoint.ts";
import { parseWsUpgrade } from "../src/endpoint/ws.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../src/transport/transport.ts";
import { detectRuntime } from "./auto.ts";
import type * as Attach from "./websocket/attach.ts";
import type {
  BunWebSocketHandlers,
  UpgradeRequest,
  UpgradeSocket,
} from "./websocket/http_server.ts";

export type {
  BunWebSocketHandlers,
  UpgradeRequest,
  UpgradeSocket,
} from "./websocket/http_server.ts";

/** What may be different about a {@linkcode WebSocketUpgrades}. */
export interface WebSocketUpgradesInit {
  /** True when the server has TLS: the endpoints are `wss` then. */
  readonly secure?: boolean | undefined;
  /**
   * Octets of the longest message that `Bun.serve` puts together before a
   * socket sees it. Default: 64 MiB.
   */
  readonly maxPayloadLength?: number | undefined;
}

/**
 * A transport that gets its WebSockets from an HTTP server of the program.
 * Sockets bind to paths; what stands for a host in their endpoints does not
 * matter. Ports and TLS are the server's.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { Publisher, WebSocketUpgrades } from "isomq";
 *
 * const upgrades = new WebSocketUpgrades();
 * const ticker = new Publisher();
 * await ticker.bind("ws://upgrade/ticker", { transport: upgrades });
 *
 * const server = createServer((_request, response) => response.end("hello"));
 * server.on("upgrade", upgrades.handleUpgrade);
 * // Deno.serve((request) => upgrades.fetch(request) ?? new Response("hello"));
 * // Bun.serve({
 * //   fetch: (request, server) =>
 * //     upgrades.fetch(request, server) ?? new Response("hello"),
 * //   websocket: upgrades.websocket,
 * // });
 * await ticker.close();
 * ```
 */
export class WebSocketUpgrades implements Transport {
  /** `"ws"`, or `"wss"` where the server has TLS. */
  readonly scheme: "ws" | "wss";
  /** Its streams are WebSockets. */
  readonly makesWebSockets = true;
  readonly #maxPayloadLength: number;
  // Loaded for the first socket: without one there is nothing to upgrade.
  #parts: typeof Attach | undefined;
  readonly #places = new Map<string, Attach.AttachedPlace>();

  /** Makes a transport to which nobody is bound. */
  constructor(init: WebSocketUpgradesInit = {}) {
    this.scheme = init.secure === true ? "wss" : "ws";
    this.#maxPayloadLength = init.maxPayloadLength ?? 64 * 1024 * 1024;
  }

  /** Checks an endpoint: `ws://anything/path`. */
  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    if (role === "connect") throw noClient(endpoint);
    parseWsUpgrade(endpoint);
  }

  /** Always rejects: HTTP servers do not connect. */
  connect(endpoint: Endpoint, _options: ConnectOptions): Promise<ByteStream> {
    return Promise.reject(noClient(endpoint));
  }

  /** Takes the requests for one path. */
  async listen(
    endpoint: Endpoint,
    options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const { host, path } = parseWsUpgrade(endpoint);
    const parts = this.#parts ??= await import("./websocket/attach.ts");
    if (this.#places.has(path)) {
      throw new ZmqError(
        "EADDRINUSE",
        `Cannot bind to ${quote(endpoint.text)}: another socket has the path`,
        { address: endpoint.text },
      );
    }
    const bound = `${this.scheme}://${host}${path}`;
    const { clock } = detectRuntime();
    const place = parts.attachedPlace(bound, options, clock, accept);
    this.#places.set(path, place);
    return {
      endpoint: bound,
      close: () => {
        this.#places.delete(path);
        return Promise.resolve();
      },
    };
  }

  /** True when a socket is bound to the path of a URL, or of its end. */
  serves(url: string): boolean {
    return this.#parts !== undefined &&
      this.#places.has(this.#parts.pathOf(url));
  }

  /**
   * Takes a request of `node:http`, as a listener of the server's `"upgrade"`
   * event. What is no request for a socket is refused: a program that has
   * other WebSockets asks `serves(request.url)` before.
   */
  readonly handleUpgrade = (
    request: UpgradeRequest,
    socket: UpgradeSocket,
    head: Uint8Array,
  ): void => {
    if (this.#parts === undefined) socket.destroy();
    else this.#parts.attachNode(request, socket, head, this.#places);
  };

  /**
   * Takes a request of `Deno.serve` or `Bun.serve`.
   *
   * @param request the request.
   * @param server what the server passes beside it: without, peers have no
   * address, and Bun cannot upgrade.
   * @returns the response; `undefined` when the request is not for a
   * WebSocket of a socket, and on Bun after an upgrade, which needs none.
   */
  fetch(request: Request, server?: unknown): Response | undefined {
    if (this.#parts === undefined) return undefined;
    return this.#parts.attachFetch(request, server, this.#places);
  }

  /** What `Bun.serve` needs as `websocket`. */
  get websocket(): BunWebSocketHandlers {
    const bun = (): Attach.BunSocketHandlers => this.#parts!.bunSocketHandlers;
    return {
      maxPayloadLength: this.#maxPayloadLength,
      // The engine waits long before.
      backpressureLimit: 2 ** 30,
      perMessageDeflate: false,
      open: (socket) => bun().open(socket),
      message: (socket, data) => bun().message(socket, data),
      close: (socket, code, reason) => bun().close(socket, code, reason),
    };
  }
}

function noClient({ text }: Endpoint): ZmqError {
  return new ZmqError(
    "ENOTSUP",
    `Cannot connect to ${
      quote(text)
    }: an HTTP server takes requests, expected ` +
      "bind()",
    { address: text },
  );
}
