// Runs in a process of its own: very many connections of strangers, held for
// as long as the process lives. Prints a line when all are there, and what it
// has sent and heard when it is told to end.
import process from "node:process";
import { concat } from "../../src/base/bytes.ts";
import { z85Decode } from "../../src/base/z85.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import { CurvePeer, frameOf } from "./curve_peer.ts";
import { GREETING, greeting } from "./words.ts";
import { RawPeer } from "./raw_peer.ts";

const [kind, endpoint, ...rest] = process.argv.slice(2);
const place = { role: "client", mechanism: "CURVE", scheme: "tcp" } as const;
const peers: RawPeer[] = [];
let octets = 0;

/** So many connections that say nothing. */
async function silent(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    peers.push(await RawPeer.connectTo(endpoint!));
  }
}

/**
 * So many HELLOs a second, for some seconds. They are all the same, and cost
 * the server as much as if they were not.
 */
async function hellos(
  rate: number,
  seconds: number,
  serverKey: string,
): Promise<void> {
  const one = await RawPeer.connectTo(endpoint!);
  const curve = await CurvePeer.greet({ ...place, peer: one });
  const hello = curve.hello(z85Decode(serverKey));
  const words = concat([greeting(place), frameOf(hello)]);
  const began = performance.now();
  for (let i = 0; i < rate * seconds; i++) {
    const wait = began + i * 1000 / rate - performance.now();
    if (wait > 0) await pause(wait);
    const peer = await RawPeer.connectTo(endpoint!);
    peers.push(peer);
    peer.say(words);
    octets += words.length;
  }
  one.close();
}

/** How many got an answer. */
function welcomed(): number {
  return peers.filter(({ received }) => received > GREETING).length;
}

if (kind === "silent") {
  await silent(Number(rest[0]));
  await pause(200);
} else {
  await hellos(Number(rest[0]), Number(rest[1]), rest[2]!);
  const end = performance.now() + PATIENCE;
  while (welcomed() < peers.length && performance.now() < end) await pause(10);
}
console.log(
  JSON.stringify({
    connections: peers.length,
    octets,
    welcomed: welcomed(),
  }),
);
// Until it is killed.
setInterval(() => {}, 60_000);
