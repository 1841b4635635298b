/**
 * WebSockets that `Deno.serve` and `Bun.serve` open: the platform's own, which
 * are wrapped again into streams of frames.
 *
 * @module
 */

import { formatTcp } from "../../src/endpoint/tcp.ts";
import {
  type PlatformWebSocket,
  PlatformWebSocketStream,
} from "../../src/transport/platform_web_socket.ts";
import type { Subprotocol } from "../../src/transport/transport.ts";
import { HttpFields } from "../../src/wire/http_head.ts";
import {
  type OpeningRequest,
  pathOf,
  type Refusal,
  refusalFields,
} from "../../src/wire/websocket_opening.ts";
import {
  type AttachedPlace,
  type AttachedPlaces,
  judgeAttached,
} from "./attached_place.ts";
import { BunPlatformSocket, type BunServerSocket } from "./bun_socket.ts";

/** What a granted request leads to. */
interface Opening {
  readonly place: AttachedPlace;
  readonly subprotocol: Subprotocol;
  readonly peerAddress: string;
  readonly peerType: string | undefined;
}

/** An IP address and a port, by Deno's names or by Bun's. */
interface Address {
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

/** What the servers pass beside a request. */
interface ServerLike {
  /** Deno's: who asks. */
  readonly remoteAddr?: Address;
  /** Bun's: who asks. */
  requestIP?(request: Request): Address | null;
  /** Bun's: opens a WebSocket. */
  upgrade?(
    request: Request,
    options: {
      readonly headers: Record<string, string>;
      readonly data: unknown;
    },
  ): boolean;
}

/** The part of `Deno` that is used. */
interface DenoLike {
  upgradeWebSocket(
    request: Request,
  ): { readonly socket: PlatformWebSocket; readonly response: Response };
}

/**
 * Opens a WebSocket for a request, or refuses it; leaves those alone that want
 * something else.
 */
export function attachFetch(
  request: Request,
  server: unknown,
  places: AttachedPlaces,
): Response | undefined {
  const asked = requestOf(request);
  const path = pathOf(asked.target);
  const place = places.get(path);
  if (place === undefined || !asked.fields.has("Upgrade", "websocket")) {
    return undefined;
  }
  const host = (server ?? {}) as ServerLike;
  const known = peerOf(request, host, place);
  const verdict = judgeAttached(asked, path, places, known);
  if ("status" in verdict) return responseTo(verdict);
  const subprotocol = verdict.subprotocol as Subprotocol;
  const peerAddress = known ?? place.endpoint;
  const peerType = verdict.query.get("type") ?? undefined;
  const opening = { place, subprotocol, peerAddress, peerType };
  if (host.upgrade !== undefined) return upgradeOnBun(request, host, opening);
  const { Deno: deno } = globalThis as unknown as { Deno?: DenoLike };
  if (deno?.upgradeWebSocket === undefined) {
    return responseTo({ status: 503, why: "This server opens no WebSockets" });
  }
  // Told the subprotocol, Deno would look for it behind a space, which libzmq
  // does not write.
  const { socket, response } = deno.upgradeWebSocket(request);
  response.headers.set("Sec-WebSocket-Protocol", subprotocol);
  // What is written before is dropped.
  socket.addEventListener(
    "open",
    () => place.accept(streamOf(socket, opening)),
  );
  return response;
}

function upgradeOnBun(
  request: Request,
  host: ServerLike,
  opening: Opening,
): Response | undefined {
  const headers = { "Sec-WebSocket-Protocol": opening.subprotocol };
  if (host.upgrade!(request, { headers, data: opening })) return undefined;
  return responseTo({ status: 400, why: "Expected a WebSocket" });
}

/** What `Bun.serve` calls for the WebSockets that it opened. */
export interface BunSocketHandlers {
  /** A WebSocket was opened. */
  open(socket: BunServerSocket): void;
  /** A message came. */
  message(socket: BunServerSocket, data: string | Uint8Array): void;
  /** A WebSocket is gone. */
  close(socket: BunServerSocket, code: number, reason: string): void;
}

/** Bun has one set of handlers for all WebSockets: each finds its own. */
export const bunSocketHandlers: BunSocketHandlers = {
  open(socket) {
    const opening = socket.data as Opening;
    const platform = new BunPlatformSocket(socket, opening.subprotocol);
    socket.data = platform;
    opening.place.accept(streamOf(platform, opening));
  },
  message(socket, data) {
    (socket.data as BunPlatformSocket).tell("message", { data });
  },
  close(socket, code, reason) {
    const platform = socket.data;
    if (platform instanceof BunPlatformSocket) {
      platform.tell("close", { code, reason });
    }
  },
};

function streamOf(
  socket: PlatformWebSocket,
  { place, subprotocol, peerAddress, peerType }: Opening,
): PlatformWebSocketStream {
  const { maxQueuedBytes: most } = place.options;
  return new PlatformWebSocketStream(socket, {
    role: "server",
    subprotocol,
    ...(peerType !== undefined && { peerType }),
    localAddress: place.endpoint,
    remoteAddress: peerAddress,
    clock: place.clock,
    maxHeldBytes: most === undefined || most < 0 ? Infinity : most,
  });
}

function peerOf(
  request: Request,
  host: ServerLike,
  place: AttachedPlace,
): string | undefined {
  const { hostname, address, port } = host.remoteAddr ??
    host.requestIP?.(request) ?? {};
  const ip = hostname ?? address;
  if (ip === undefined || port === undefined) return undefined;
  return formatTcp(ip, port, place.endpoint.startsWith("wss") ? "wss" : "ws");
}

function requestOf(request: Request): OpeningRequest {
  return {
    method: request.method,
    target: request.url,
    version: "1.1",
    fields: new HttpFields(request.headers),
  };
}

function responseTo({ status, why }: Refusal): Response {
  return new Response(`${why}\n`, {
    status,
    headers: refusalFields(status).map(([name, value]) => [name, value]),
  });
}
