/**
 * What a socket asks for when it connects to a WebSocket.
 *
 * @module
 */

import { createServer, type Socket } from "node:net";
import { Dealer } from "../../mod.ts";
import { within } from "./wait.ts";

/** A request, taken apart. */
export interface Asked {
  readonly line: string;
  /** The fields, with names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  /** The host and port that the socket connected to. */
  readonly host: string;
}

/** The request of a socket that connects to a path. */
export async function requestOf(path: string): Promise<Asked> {
  const server = createServer();
  const sockets: Socket[] = [];
  const dealer = new Dealer({ linger: 0, reconnectInterval: -1 });
  try {
    const head = new Promise<string>((resolve) => {
      server.on("connection", (socket) => {
        sockets.push(socket);
        let text = "";
        socket.on("data", (chunk: Uint8Array) => {
          text += new TextDecoder().decode(chunk);
          if (text.endsWith("\r\n\r\n")) resolve(text);
        });
        socket.on("error", () => {});
      });
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve())
    );
    const { port } = server.address() as { port: number };
    const host = `127.0.0.1:${port}`;
    dealer.connect(`ws://${host}${path}`);
    const [line = "", ...rest] = (await within(head, "the request"))
      .trimEnd().split("\r\n");
    const fields = rest.map((field) => {
      const colon = field.indexOf(": ");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 2)];
    });
    return { line, fields: Object.fromEntries(fields), host };
  } finally {
    await dealer.close({ linger: 0 });
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
