// Servers that let nobody stay: we come again, at longer and longer intervals,
// whatever they did.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Context, Dealer } from "../../mod.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import { login } from "./login.ts";
import { RawListener, type RawPeer } from "./raw_peer.ts";
import { greeting, octetsOf } from "./words.ts";

const PLACE = { role: "server", mechanism: "NULL", scheme: "tcp" } as const;

/** Milliseconds of the first wait; the default. */
const FIRST = 100;

/** For how long attempts are counted, in milliseconds. */
const TIME = 1000;

/** Attempts within that time whose waits double, at most. */
const MOST = 4;

const servers: readonly (readonly [
  what: string,
  act: (peer: RawPeer) => void | Promise<void>,
])[] = [
  ["close at once", (peer) => peer.close()],
  ["reset at once", (peer) => peer.reset()],
  ["say octets that mean nothing", (peer) => peer.say(octetsOf("HTTP/1.1 "))],
  [
    "say another mechanism",
    (peer) => peer.say(greeting(PLACE, { mechanism: octetsOf("NOTHING") })),
  ],
  ["let in, and break the protocol", async (peer) => {
    await login(peer, PLACE);
    peer.say(octetsOf("\xff"));
  }],
];

/** When our socket came to a server of that kind. */
async function visits(
  context: Context,
  act: (peer: RawPeer) => void | Promise<void>,
): Promise<number[]> {
  const listener = await RawListener.listen("tcp://127.0.0.1:*");
  const dealer = new Dealer({ context, linger: 0, reconnectMaxInterval: 5000 });
  const start = performance.now();
  const times: number[] = [];
  dealer.connect(listener.endpoint);
  // A busy machine may let nothing happen for all of that time.
  const isOver = (time: number) => time > (times.length > 1 ? TIME : PATIENCE);
  while (!isOver(performance.now() - start)) {
    if (listener.accepted === times.length) {
      await pause(2);
      continue;
    }
    times.push(performance.now());
    await act(await listener.next());
  }
  await dealer.close();
  await listener.close();
  return times;
}

describe("a socket comes again, but not in a storm, to servers that", () => {
  const context = new Context();
  // At the same time: most of it is waiting.
  const all = servers.map(([, act]) => visits(context, act));

  after(() => context.shutdown());

  for (const [i, [what]] of servers.entries()) {
    it(what, async () => {
      const times = await all[i]!;
      assert.ok(times.length > 1, "it comes again");
      assert.ok(times.length <= MOST, `${times.length} attempts`);
      assert.ok(times[1]! - times[0]! >= FIRST / 2, "not at once");
    });
  }
});
