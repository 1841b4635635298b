// A program that uses multicast and then has nothing more to do:
// compliance/multicast_extension.ts watches whether its process ends.
//
//   ENDPOINT closed|unref|opened
import process from "node:process";
import { Publisher, Subscriber } from "../../mod.ts";

const [endpoint = "", way] = process.argv.slice(2);
const rate = 40_000;
// Congestion control goes at its own pace: tests go at theirs.
const pace = endpoint.startsWith("norm:") ? { normMode: "fixed" } as const : {};

/** Has a message arrive; resolves with what is open. */
async function meet(): Promise<[Publisher, Subscriber]> {
  const sub = new Subscriber({ rate });
  sub.subscribe("");
  await sub.bind(endpoint);
  const pub = new Publisher({ rate, ...pace });
  await pub.bind(endpoint);
  await pub.send("x");
  await sub.receive();
  return [pub, sub];
}

if (way === "opened") {
  // Nothing else is going on meanwhile.
  const pub = new Publisher({ rate, ...pace });
  await pub.bind(endpoint).catch(() => {});
  await pub.close();
  console.log("done");
  process.exit();
}
const sockets = await meet();
for (const socket of sockets) {
  if (way === "closed") await socket.close();
  else socket.unref();
}
console.log("done");
