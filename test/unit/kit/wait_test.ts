// The limits of waiting in tests: they count what this process could have
// done, not how long the machine let it stand.
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { pause, until, within } from "../../kit/wait.ts";

/** Stands still, and computes nothing. */
function stand(milliseconds: number): void {
  const word = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(word, 0, 0, milliseconds);
}

function compute(milliseconds: number): void {
  const began = process.cpuUsage();
  let microseconds = 0;
  while (microseconds < 1000 * milliseconds) {
    const { user, system } = process.cpuUsage(began);
    microseconds = user + system;
  }
}

/** Does something three times, 150 ms each, in turns of its own. */
async function thrice(act: (milliseconds: number) => void): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await pause();
    act(150);
  }
}

const never = new Promise<never>(() => {});

describe("waiting in tests", () => {
  it("ends at the limit when nothing comes", async () => {
    const began = performance.now();
    await assert.rejects(within(never, "it", 60), /Waited 60 ms for it/);
    await assert.rejects(until(() => false, "it is", 60), /60 ms until it is/);
    assert.ok(performance.now() - began >= 100);
  });

  it("gives what came, and why it did not", async () => {
    assert.equal(await within(Promise.resolve(1), "it"), 1);
    const error = new Error("no");
    await assert.rejects(within(Promise.reject(error), "it"), error);
  });

  it("goes on where the process was kept from its work", async () => {
    await within(thrice(stand), "it", 300);
    let isOver = false;
    const over = thrice(stand).then(() => isOver = true);
    await until(() => isOver, "it is over", 300);
    await over;
  });

  it("ends where the process computes for longer", async () => {
    const first = thrice(compute);
    await assert.rejects(within(first, "it", 200), /Waited/);
    await first;
    let isOver = false;
    const second = thrice(compute).then(() => isOver = true);
    await assert.rejects(until(() => isOver, "it is over", 200), /Waited/);
    await second;
  });
});
