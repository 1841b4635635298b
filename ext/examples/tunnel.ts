// A transport of your own for one endpoint: here a tunnel through an HTTP
// proxy, by the method CONNECT (RFC 9110, section 9.3.6). Whatever makes byte
// streams will do; the socket connects again by itself when one is lost.
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { type ByteStream, Pull, Push, type Transport } from "../../mod.ts";

type Streams = Pick<ByteStream, "readable" | "writable">;

/** Connections through the HTTP proxy at a port of this host. */
function httpTunnel(port: number): Transport {
  return {
    scheme: "tcp",
    async connect({ address, text }, { signal }): Promise<ByteStream> {
      const socket = connect({ port, host: "127.0.0.1", signal });
      socket.write(`CONNECT ${address} HTTP/1.1\r\nHost: ${address}\r\n\r\n`);
      const [status] = (await head(socket)).split("\r\n");
      if (!/^HTTP\/1.1 2/.test(status!)) {
        socket.destroy();
        throw new Error(`The proxy refused: ${status}`);
      }
      // Node's types of Web Streams are not those of the Web.
      const streams = Duplex.toWeb(socket) as unknown as Streams;
      return {
        ...streams,
        localAddress: `tcp://127.0.0.1:${socket.localPort}`,
        remoteAddress: text,
        close: () => socket.destroy(),
      };
    },
    listen: () => Promise.reject(new Error("Cannot listen behind a proxy")),
  };
}

/** The head of the answer; what follows it stays to be read. */
async function head(socket: Socket): Promise<string> {
  let read = "";
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    read += chunk.toString("latin1");
    const end = read.indexOf("\r\n\r\n");
    if (end < 0) continue;
    socket.unshift(Buffer.from(read.slice(end + 4), "latin1"));
    return read.slice(0, end);
  }
  throw new Error("The proxy left without an answer");
}

// Somebody's HTTP proxy.
const proxy = createServer().on("connect", (request, client, first) => {
  console.log("the proxy was asked to", request.method);
  const [host, port] = request.url!.split(":");
  const server = connect(Number(port), host, () => {
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    server.write(first);
    server.pipe(client).pipe(server);
  });
  client.on("error", () => server.destroy());
  server.on("error", () => client.destroy());
});
await once(proxy.listen(0, "127.0.0.1"), "listening");

const pull = new Pull();
const endpoint = await pull.bind("tcp://127.0.0.1:*");
const push = new Push();
const { port } = proxy.address() as AddressInfo;
push.connect(endpoint, { transport: httpTunnel(port) });
await push.send("through the tunnel");
console.log(new TextDecoder().decode((await pull.receive())[0]));

await Promise.all([push.close(), pull.close()]);
proxy.close();

// Prints:
// the proxy was asked to CONNECT
// through the tunnel
