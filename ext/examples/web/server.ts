// Serves a page whose script is a ZeroMQ peer, and the sockets that it talks
// to, on one port: a ticker and an echo, both with CURVE too.
//
//   npm run demo          # or, after npm run build:
//   node ext/examples/web/server.ts 8080
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import process from "node:process";
import {
  curveKeyPair,
  Publisher,
  Reply,
  WebSocketUpgrades,
} from "../../../mod.ts";

const [port = "8080", scripts = "dist/web"] = process.argv.slice(2);
const keys = curveKeyPair();
const secret = { curveServer: true, curveSecretKey: keys.secretKey };

// ZeroMQ: two sockets for everybody, and two for who encrypts.
const upgrades = new WebSocketUpgrades();
const tickers: Publisher[] = [];
for (const [path, options] of [["", {}], ["/curve", secret]] as const) {
  const ticker = new Publisher(options);
  await ticker.bind(`ws://upgrade${path}/ticker`, { transport: upgrades });
  tickers.push(ticker);
  const echo = new Reply(options);
  await echo.bind(`ws://upgrade${path}/echo`, { transport: upgrades });
  void answer(echo);
}

async function answer(echo: Reply): Promise<void> {
  for await (const message of echo) await echo.send(message);
}

const prices = new Map([
  ["assam", 3.1],
  ["ceylon", 2.4],
  ["darjeeling", 8.7],
  ["keemun", 5.2],
  ["nilgiri", 2.9],
]);
setInterval(() => {
  for (const [tea, price] of prices) {
    const next = Math.max(0.1, price + (Math.random() - 0.5) * 0.1);
    prices.set(tea, next);
    for (const ticker of tickers) ticker.trySend([tea, next.toFixed(2)]);
  }
}, 250);

// HTTP: the page, the package as one module, and the public key.
const files: Readonly<Record<string, readonly [type: string, path: string]>> = {
  "/": ["text/html; charset=utf-8", "ext/examples/web/index.html"],
  "/isomq.js": ["text/javascript", `${scripts}/isomq.js`],
  "/isomq_curve.js": ["text/javascript", `${scripts}/isomq_curve.js`],
};
const server = createServer(async ({ url }, response) => {
  if (url === "/key") return response.end(keys.publicKey);
  const [type, path] = files[url!] ?? [];
  if (path === undefined) return response.writeHead(404).end("Not found");
  response.setHeader("content-type", type!);
  return response.end(await readFile(path));
});
server.on("upgrade", upgrades.handleUpgrade);
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address() as { port: number };
  console.log(`http://127.0.0.1:${address.port}`);
});
