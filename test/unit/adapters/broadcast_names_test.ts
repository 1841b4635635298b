// One name of an origin is one socket's, where there are no locks: programs
// that bind it at nearly the same time find out from each other.
import assert from "node:assert/strict";
import { it } from "node:test";
import { detectRuntime } from "../../../adapters/auto.ts";
import {
  bindName,
  BroadcastChannels,
} from "../../../adapters/web/port_transport.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import type { Listener } from "../../../src/transport/transport.ts";
import { pause } from "../../kit/wait.ts";

/** Names that are tried: who is first in order is a matter of chance. */
const ROUNDS = 8;

function bind(name: string): Promise<Listener> {
  return bindName(
    new BroadcastChannels({}),
    detectRuntime().clock,
    parseEndpoint(`broadcast://${name}`),
    () => {},
  );
}

/** How many have got the name; all others were told that it is taken. */
async function winners(binding: Promise<Listener>[]): Promise<number> {
  let count = 0;
  for (const one of await Promise.allSettled(binding)) {
    if (one.status === "fulfilled") {
      count++;
      await one.value.close();
    } else {
      assert.ok(one.reason instanceof ZmqError);
      assert.equal(one.reason.code, "EADDRINUSE");
    }
  }
  return count;
}

it("bind() of a broadcast name by two, one in the middle of the other's, is one's", async () => {
  const wins = await Promise.all(
    Array.from({ length: ROUNDS }, async (_, round) => {
      const name = `names test ${round}`;
      const first = bind(name);
      await pause(50);
      return await winners([first, bind(name)]);
    }),
  );
  assert.deepEqual(wins, wins.map(() => 1));
});

it("bind() of a broadcast name by two is one's, although they stood still meanwhile", async () => {
  const names = Array.from({ length: ROUNDS }, (_, round) => `still ${round}`);
  const first = names.map(bind);
  await pause(50);
  const second = names.map(bind);
  // What they ask each other is on its way, and their time is over.
  for (let i = 0; i < 10; i++) await undefined;
  for (const end = performance.now() + 200; performance.now() < end;);
  const wins = await Promise.all(
    names.map((_, i) => winners([first[i]!, second[i]!])),
  );
  assert.deepEqual(wins, wins.map(() => 1));
});
