// The floor: sockets of `node:net` that send back what comes, with what a ZMTP
// peer must get before it talks, and nothing else of any protocol.
import { createServer } from "node:net";
import { handshakeOf } from "./raw_peer.ts";
import { report } from "./subject.ts";

const hello = handshakeOf("ROUTER");
const theirs = handshakeOf("DEALER").length;

const server = createServer({ noDelay: true }, (socket) => {
  let octets = 0;
  socket.write(hello);
  socket.on("error", () => {});
  socket.on("data", (chunk: Uint8Array) => {
    const start = Math.max(0, theirs - octets);
    octets += chunk.length;
    if (start < chunk.length) socket.write(chunk.subarray(start));
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address() as { port: number };
  report({ endpoint: `tcp://127.0.0.1:${address.port}` });
});
