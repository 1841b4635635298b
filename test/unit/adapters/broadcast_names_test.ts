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
import { pause } from "../../kit/wait.ts";

/** Names that are tried: who is first in order is a matter of chance. */
const ROUNDS = 8;

it("bind() of a broadcast name by two, one in the middle of the other's, is one's", async () => {
  const { clock } = detectRuntime();
  const bind = (name: string) =>
    bindName(
      new BroadcastChannels({}),
      clock,
      parseEndpoint(`broadcast://${name}`),
      () => {},
    );
  const wins = await Promise.all(
    Array.from({ length: ROUNDS }, async (_, round) => {
      const name = `names test ${round}`;
      const first = bind(name);
      await pause(50);
      const both = await Promise.allSettled([first, bind(name)]);
      let count = 0;
      for (const one of both) {
        if (one.status === "fulfilled") {
          count++;
          await one.value.close();
        } else {
          assert.ok(one.reason instanceof ZmqError);
          assert.equal(one.reason.code, "EADDRINUSE");
        }
      }
      return count;
    }),
  );
  assert.deepEqual(wins, wins.map(() => 1));
});
