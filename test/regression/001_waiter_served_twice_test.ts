/**
 * A send that waited went out twice when serving it made room in the pipe.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Clock } from "../../src/base/clock.ts";
import { Waiters } from "../../src/socket/waiters.ts";

const noClock: Clock = {
  now: () => 0,
  setTimer: () => ({ cancel() {}, hold() {} }),
  defer() {},
};

describe("Waiters", () => {
  it("serves no call twice when serving leads back to itself", async () => {
    const waiters = new Waiters<string, void>(noClock, "send");
    const served: string[] = [];
    const pump = (): void =>
      waiters.serve((task, resolve) => {
        served.push(task);
        pump();
        resolve();
        return true;
      });
    const calls = ["a", "b", "c"].map((task) => waiters.wait(task, -1));
    pump();
    await Promise.all(calls);
    assert.deepEqual(served, ["a", "b", "c"]);
  });

  it("goes on with the next call when one throws", async () => {
    const waiters = new Waiters<string, string>(noClock, "send");
    const failed = waiters.wait("bad", -1);
    const fine = waiters.wait("good", -1);
    waiters.serve((task, resolve) => {
      if (task === "bad") throw new Error(task);
      resolve(task);
      return true;
    });
    await assert.rejects(failed, /bad/);
    assert.equal(await fine, "good");
  });
});
