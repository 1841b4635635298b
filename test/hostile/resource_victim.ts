// A process with one socket of ours that hostile peers are set on: it says
// where it listens, then each event that tells of something wrong. Who asks
// gets an answer; who subscribed gets what is published, and nobody reads that
// they did. Its arguments are the
// type of the socket and its options as JSON.
import process from "node:process";
import { Context, type DuplexSocket } from "../../mod.ts";
import { makeDuplex } from "../kit/sockets.ts";
import type { OwnType } from "./traffic_scene.ts";

// Deno waits with its own descriptors for signals until it is idle for a
// second, and panics when there are none left by then.
process.on("SIGHUP", () => {});

const [type, options] = process.argv.slice(2) as [OwnType, string];
const context = new Context({ authenticate: () => true });
const socket = makeDuplex(type, {
  linger: 0,
  ...JSON.parse(options),
  context,
});

void tell();
console.log(await socket.bind("tcp://127.0.0.1:*"));
if (type === "PUB" || type === "XPUB") await publish(socket);
else await echo(socket);

async function tell(): Promise<void> {
  for await (const { type, error } of socket.events) {
    if (error === undefined) continue;
    console.log(JSON.stringify({ type, code: error.code }));
  }
}

async function echo(socket: DuplexSocket): Promise<void> {
  for (;;) await socket.send(await socket.receive());
}

async function publish(socket: DuplexSocket): Promise<void> {
  for (;;) {
    await socket.send("good");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
