// Client and server: like router and dealer, but messages have one frame, and
// the server tells its clients apart by number. libzmq calls these sockets a
// draft; here they are always there.
import { Client, Server } from "../../mod.ts";

const text = new TextDecoder();

const server = new Server();
const endpoint = await server.bind("tcp://127.0.0.1:*");

const client = new Client();
client.connect(endpoint);
await client.send("how late is it?");

const [question, { routingId }] = await server.receive();
console.log(text.decode(question));
await server.send("later than you think", { routingId });
await server.send("even later now", { routingId }); // as often as it likes

console.log(text.decode(await first(client)));
console.log(text.decode(await first(client)));
await Promise.all([client.close(), server.close()]);

/** The one frame of the next message. */
async function first(socket: Client): Promise<Uint8Array> {
  const [frame] = await socket.receive();
  return frame!;
}

// Prints:
// how late is it?
// later than you think
// even later now
