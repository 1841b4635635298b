// Connections through a SOCKS 5 proxy: the options say which, and everything
// else is as ever. The proxy resolves the name of the peer, so that with Tor
// (127.0.0.1:9050) "tcp://….onion:5555" works; a user name asks for the
// password of RFC 1929.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Pull, Push } from "../../mod.ts";

const text = new TextDecoder();

// Somebody's proxy, which takes "Ada" with "hunter2" and asks no more.
const proxy = createServer((client) => serve(client));
await once(proxy.listen(0, "127.0.0.1"), "listening");
const { port } = proxy.address() as AddressInfo;

const pull = new Pull();
const endpoint = await pull.bind("tcp://127.0.0.1:*");

const push = new Push({
  socksProxy: `127.0.0.1:${port}`,
  socksUsername: "Ada",
  socksPassword: "hunter3",
  reconnectInterval: -1, // once is enough for what comes now
});
const refused = push.events.once("close");
push.connect(endpoint);
const { error } = await refused;
console.log(error!.code, error!.reason);

push.socksPassword = "hunter2";
push.connect(endpoint.replace("127.0.0.1", "localhost"));
await push.send("through the proxy");
console.log(text.decode((await pull.receive())[0]));

await Promise.all([push.close(), pull.close()]);
proxy.close();

/** A proxy in brief: RFC 1928 and RFC 1929, for a client that we know. */
async function serve(client: Socket): Promise<void> {
  client.on("error", () => {});
  const read = async (): Promise<Uint8Array> => (await once(client, "data"))[0];
  await read(); // 5, one method: 2
  client.write(Uint8Array.of(5, 2));
  const right = text.decode(await read()) === "\x01\x03Ada\x07hunter2";
  client.write(Uint8Array.of(1, right ? 0 : 1));
  if (!right) return void client.end();
  const request = await read(); // 5, connect, 0, a name, the port
  const host = text.decode(request.subarray(5, -2));
  const server = connect(request.at(-2)! * 256 + request.at(-1)!, host);
  await once(server, "connect");
  console.log("the proxy connects to", host);
  client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
  server.pipe(client).pipe(server);
}

// Prints:
// EACCES ERR_SOCKS_LOGIN
// the proxy connects to localhost
// through the proxy
