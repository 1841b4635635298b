// runtimes: node
// What a connection and a subscription cost in memory: figures that a change
// must not make much worse unseen. `npm run bench -- --scale` has the others.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import process from "node:process";
import { after, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Context, Router } from "../../mod.ts";
import { fromKey } from "../../src/base/bytes.ts";
import { Subscriptions } from "../../src/routing/subscriptions.ts";
import { PullPattern } from "../../src/socket/patterns/pull.ts";
import { Bench } from "../kit/fake_pipe.ts";
import { until } from "../kit/wait.ts";

const TOPICS = 100_000;

/** Octets for a subscription, those of its topic included: 86 on Node 20. */
const MOST_PER_TOPIC = 110;

const CONNECTIONS = 400;

/** Octets for a connection, both ends' sockets included: 5500 on Node 20. */
const MOST_PER_CONNECTION = 7500;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The octets of memory in use once the garbage is gone. */
async function used(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe("memory", () => {
  const context = new Context();
  const sockets: Socket[] = [];

  after(async () => {
    for (const socket of sockets) socket.destroy();
    await context.shutdown();
  });

  it(`of ${TOPICS} subscriptions is at most ${MOST_PER_TOPIC} octets each`, async () => {
    const pipe = new Bench(PullPattern).pipe();
    const subscriptions = new Subscriptions();
    const before = await used();
    for (let i = 0; i < TOPICS; i++) {
      const topic = fromKey(`sensors/${i % 10}/floor-${i % 97}/device-${i}/`);
      subscriptions.add(topic, pipe);
    }
    const each = (await used() - before) / TOPICS;
    assert.equal(subscriptions.size, TOPICS);
    assert.ok(each < MOST_PER_TOPIC, `got ${each}`);
    const leaving = subscriptions.leave(pipe);
    while (!leaving.next().done);
    assert.equal(subscriptions.size, 0);
    const left = await used() - before;
    assert.ok(left < 1_000_000, `${left} octets are left of them`);
  });

  it(`of ${CONNECTIONS} connections is at most ${MOST_PER_CONNECTION} octets each`, async () => {
    const router = new Router({ context, maxPendingHandshakes: -1 });
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const port = Number(endpoint.split(":").at(-1));
    const open = async (count: number) => {
      const goal = router.peers.length + count;
      for (let i = 0; i < count; i++) {
        const socket = connect({ port, host: "127.0.0.1" });
        socket.write(HELLO);
        sockets.push(socket.resume());
      }
      await until(() => router.peers.length === goal, `${goal} peers`);
    };
    // Some come before: what is made once must not count.
    await open(100);
    const before = await used();
    await open(CONNECTIONS);
    const each = (await used() - before) / CONNECTIONS;
    assert.ok(each < MOST_PER_CONNECTION, `got ${each}`);
  });
});

/** A greeting, and a READY of a DEALER. */
const HELLO = fromKey(
  "\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01NULL" + "\0".repeat(48) +
    "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06DEALER",
);
