// Sockets on an HTTP server that a program has anyway: one port for its pages
// and for live data. Browsers, IsoMQ and libzmq connect by ws://.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  Reply,
  Request,
  Subscriber,
  WebSocketUpgrades,
  XPublisher,
} from "../../mod.ts";

const text = new TextDecoder();

// Each socket has a path; what stands for a host does not matter.
const upgrades = new WebSocketUpgrades();
const ticker = new XPublisher();
await ticker.bind("ws://upgrade/ticker", { transport: upgrades });
const greeter = new Reply();
await greeter.bind("ws://upgrade/greeter", { transport: upgrades });

// On Deno: Deno.serve((request) => upgrades.fetch(request) ?? page());
// on Bun: Bun.serve({
//   fetch: (request, server) => upgrades.fetch(request, server) ?? page(),
//   websocket: upgrades.websocket,
// });
const server = createServer((_, response) => response.end("a page"));
server.on("upgrade", upgrades.handleUpgrade);
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;

const page = await fetch(`http://127.0.0.1:${port}/`);
console.log(await page.text());

const subscriber = new Subscriber();
subscriber.connect(`ws://127.0.0.1:${port}/ticker`);
subscriber.subscribe("tea");
await ticker.receive(); // the subscription is here
await ticker.send(["tea", "2.50"]);
const quote = await subscriber.receive();
console.log(quote.map((part) => text.decode(part)).join(" "));

const request = new Request();
request.connect(`ws://127.0.0.1:${port}/greeter`);
await request.send("Ada");
await greeter.send(`Hello, ${text.decode((await greeter.receive())[0])}`);
console.log(text.decode((await request.receive())[0]));

const sockets = [ticker, greeter, subscriber, request];
await Promise.all(sockets.map((socket) => socket.close()));
server.close();

// Prints:
// a page
// tea 2.50
// Hello, Ada
