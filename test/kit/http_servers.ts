// HTTP servers that sockets can be on: `node:http` on every runtime, and the
// runtime's own.
import { createServer } from "node:http";
import type { AddressInfo, Socket as NetSocket } from "node:net";
import type { WebSocketUpgrades } from "../../mod.ts";
import { type NativeServer, serveNatively } from "./native_server.ts";
import { runtimeName } from "./runtime.ts";

/** A server of HTTP with sockets on it. */
export interface ServerWithSockets {
  readonly port: number;
  close(): Promise<void>;
}

async function serveByNode(
  upgrades: WebSocketUpgrades,
): Promise<ServerWithSockets> {
  const open = new Set<NetSocket>();
  const server = createServer((_, response) => response.end("hello"));
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("upgrade", upgrades.handleUpgrade);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** `node:http`, and the runtime's own. */
export const httpServers: readonly (readonly [
  name: string,
  serve: (upgrades: WebSocketUpgrades) => Promise<ServerWithSockets>,
  isNative: boolean,
])[] = [
  ["node:http", serveByNode, false],
  ...(runtimeName === "node" ? [] : [[
    `${runtimeName}'s own server`,
    (upgrades: WebSocketUpgrades): Promise<NativeServer> =>
      serveNatively(upgrades),
    true,
  ]] as const),
];
