// Calls that wait, and what happens while one of them is served.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import { Waiters } from "../../../src/socket/waiters.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

/** One call that waits, and how to give it up. */
function waiting(): {
  waiters: Waiters<string, string>;
  stop: AbortController;
  call: Promise<string>;
} {
  const waiters = new Waiters<string, string>(new FakeClock(), "wait");
  const stop = new AbortController();
  const call = waiters.wait("first", -1, stop.signal);
  call.catch(() => {});
  return { waiters, stop, call };
}

describe("Waiters", () => {
  it("keeps what a call got that is aborted while it is served", async () => {
    const { waiters, stop, call } = waiting();
    waiters.serve((_, resolve) => {
      stop.abort();
      resolve("taken");
      return true;
    });
    assert.equal(await call, "taken");
    assert.equal(waiters.length, 0);
  });

  it("gives up a call that is aborted while it is served in vain", async () => {
    const { waiters, stop, call } = waiting();
    const second = waiters.wait("second", -1);
    waiters.serve((task, resolve) => {
      if (task === "first") {
        stop.abort();
        return false;
      }
      resolve(task);
      return true;
    });
    await assert.rejects(call, { name: "AbortError" });
    assert.equal(waiters.length, 0);
    assert.equal(await second, "second");
  });

  it("keeps what a call got while all others fail", async () => {
    const { waiters, call } = waiting();
    const second = waiters.wait("second", -1);
    second.catch(() => {});
    waiters.serve((_, resolve) => {
      waiters.fail(new ZmqError("EBADF", "Closed"));
      resolve("taken");
      return true;
    });
    assert.equal(await call, "taken");
    await assert.rejects(second, { code: "EBADF" });
    assert.equal(waiters.length, 0);
  });

  it("fails a call that is served in vain while all others fail", async () => {
    const { waiters, call } = waiting();
    waiters.serve(() => {
      waiters.fail(new ZmqError("EBADF", "Closed"));
      return false;
    });
    await assert.rejects(call, { code: "EBADF" });
    assert.equal(waiters.length, 0);
  });

  it("tells a call what went wrong although it is aborted too", async () => {
    const { waiters, stop, call } = waiting();
    waiters.serve(() => {
      stop.abort();
      throw new ZmqError("EFSM", "Not now");
    });
    await assert.rejects(call, { code: "EFSM" });
    assert.equal(waiters.length, 0);
  });

  it("tries the calls of one target only, or the first of each", async () => {
    const waiters = new Waiters<string, void>(new FakeClock(), "wait");
    const calls = Array.from(
      { length: 300 },
      (_, i) => waiters.wait(`${i}`, -1, undefined, `target ${i % 100}`),
    );
    const other = waiters.wait("other", -1);
    const tried: string[] = [];
    const refuse = (task: string): boolean => {
      tried.push(task);
      return false;
    };
    waiters.serve(refuse, "target 7");
    waiters.serve(refuse, "nobody");
    waiters.serve(refuse);
    assert.deepEqual(tried.splice(0), ["7", "other"]);
    waiters.serveAll(refuse);
    assert.equal(tried.splice(0).length, 101);
    const order: string[] = [];
    waiters.serveAll((task, resolve) => {
      order.push(task);
      resolve();
      return true;
    });
    await Promise.all([...calls, other]);
    assert.deepEqual(
      order.filter((task) => Number(task) % 100 === 42),
      ["42", "142", "242"],
    );
    assert.equal(waiters.length, 0);
    assert.equal(waiters.has("target 42"), false);
  });

  it("serves another target after its own when serving leads to it", async () => {
    const waiters = new Waiters<string, void>(new FakeClock(), "wait");
    const calls = ["a1", "b1", "a2", "b2"].map((task) =>
      waiters.wait(task, -1, undefined, task[0])
    );
    const order: string[] = [];
    const serve = (target: string): void =>
      waiters.serve((task, resolve) => {
        order.push(`${task} begins`);
        serve("a");
        serve("b");
        order.push(`${task} ends`);
        resolve();
        return true;
      }, target);
    serve("a");
    await Promise.all(calls);
    assert.deepEqual(
      order,
      ["a1", "a2", "b1", "b2"].flatMap((task) => [
        `${task} begins`,
        `${task} ends`,
      ]),
    );
  });
});
