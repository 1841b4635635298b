// HTTP servers that only one runtime has: `Deno.serve` and `Bun.serve`, typed
// as far as they are used.
import type { WebSocketUpgrades } from "../../mod.ts";

/** A server that answers "hello" to what is not for a socket. */
export interface NativeServer {
  readonly port: number;
  close(): Promise<void>;
}

interface DenoLike {
  serve(
    options: object,
    handler: (request: Request, info: unknown) => Response,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

interface BunLike {
  serve(options: object): {
    readonly port: number;
    stop(closeConnections: boolean): Promise<void>;
  };
}

/** Serves with the runtime's own server. */
export async function serveNatively(
  upgrades: WebSocketUpgrades,
): Promise<NativeServer> {
  const { Deno: deno, Bun: bun } = globalThis as unknown as {
    readonly Deno?: DenoLike;
    readonly Bun?: BunLike;
  };
  const place = { hostname: "127.0.0.1", port: 0 };
  if (bun !== undefined) {
    const server = bun.serve({
      ...place,
      fetch: (request: Request, server: unknown) =>
        upgrades.fetch(request, server) ?? new Response("hello"),
      websocket: upgrades.websocket,
    });
    return { port: server.port, close: () => server.stop(true) };
  }
  if (deno === undefined) throw new Error("This runtime has no such server");
  const server = deno.serve(
    { ...place, onListen() {} },
    (request, info) => upgrades.fetch(request, info) ?? new Response("hello"),
  );
  return { port: server.addr.port, close: () => server.shutdown() };
}
