// Calls on other threads, with threads that do not do what they should.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Threads } from "../../../ext/ffi/threads.ts";
import type { NativeHost } from "../../../mod.ts";

const CALL = { file: "libc", name: "poll", result: "int", parameters: [] };
/** How many run at once. */
const MOST = 16;

/** Threads that a test answers for. */
function threadsOf(): {
  threads: Threads;
  started: {
    posted: unknown[];
    holds: boolean[];
    answer(message: unknown): void;
    fail(cause: unknown): void;
  }[];
} {
  const started: ReturnType<typeof threadsOf>["started"] = [];
  const host = {
    startThread: (
      _source: string,
      _addon: string,
      answer: (message: unknown) => void,
      fail: (cause: unknown) => void,
    ) => {
      const posted: unknown[] = [];
      const holds: boolean[] = [];
      started.push({ posted, holds, answer, fail });
      return {
        post: ({ values }: { values: readonly unknown[] }) =>
          posted.push(...values),
        hold: (keepsProcess: boolean) => holds.push(keepsProcess),
        stop: () => {},
      };
    },
  } as unknown as NativeHost;
  const threads = new Threads(host, () => assert.fail("the process goes on"));
  return { threads, started };
}

it("a call whose thread fails is rejected, and those that wait go on", async () => {
  const { threads, started } = threadsOf();
  const calls = Array.from(
    { length: MOST + 1 },
    () => threads.call(CALL, []),
  );
  // The last one has to wait for one of the others.
  assert.equal(started.length, MOST);
  const refused = assert.rejects(calls[3]!, /no memory/);
  started[3]!.fail(new Error("no memory"));
  // Its end follows, which is nobody's any more.
  started[3]!.fail(new Error("a thread ended"));
  await refused;
  assert.equal(started.length, MOST + 1);
  const alive = [...started.keys()].filter((index) => index !== 3);
  for (const index of alive) {
    started[index]!.answer({ value: index, errno: 0 });
  }
  const outcomes = await Promise.all(calls.filter((_, index) => index !== 3));
  // What was to follow on a thread that is gone, is for any other.
  const last = outcomes.at(-1)!;
  const follows = threads.call(CALL, [], { outcome: last });
  started[MOST]!.fail(new Error("gone"));
  await assert.rejects(follows, /gone/);
  const later = threads.call(CALL, [], { outcome: last });
  started[0]!.answer({ value: "other", errno: 0 });
  assert.equal((await later).value, "other");
  assert.deepEqual(outcomes.map(({ value }) => value), alive);
});

it("a call that nobody wants any more takes no thread", async () => {
  const { threads, started } = threadsOf();
  for (let i = 0; i < MOST; i++) void threads.call(CALL, [i]);
  const unwanted = new AbortController();
  const { signal } = unwanted;
  const withdrawn = Array.from(
    { length: 1000 },
    () => threads.call(CALL, ["unwanted"], { signal }),
  );
  const wanted = threads.call(CALL, ["wanted"]);
  const rejected = Promise.all(
    withdrawn.map((each) => assert.rejects(each, /over/)),
  );
  unwanted.abort(new Error("over"));
  await rejected;
  await assert.rejects(
    threads.call(CALL, ["late"], { signal }),
    /over/,
  );
  started[0]!.answer({ value: 0, errno: 0 });
  assert.deepEqual(started[0]!.posted, [0, "wanted"]);
  // One that has begun goes on.
  const begun = new AbortController();
  started[0]!.answer({ value: "done", errno: 0 });
  assert.equal((await wanted).value, "done");
  const going = threads.call(CALL, ["begun"], {
    signal: begun.signal,
  });
  begun.abort(new Error("too late"));
  started[0]!.answer({ value: "done too", errno: 0 });
  assert.equal((await going).value, "done too");
});

it("a call keeps the process only where that is asked for, and while it runs", async () => {
  const { threads, started } = threadsOf();
  const call = threads.call(CALL, [], { keepsProcess: true });
  const [thread] = started;
  assert.deepEqual(thread!.holds, [true]);
  thread!.answer({ value: 0, errno: 0 });
  await call;
  assert.deepEqual(thread!.holds, [true, false]);
  const other = threads.call(CALL, []);
  thread!.answer({ value: 0, errno: 0 });
  await other;
  assert.deepEqual(thread!.holds, [true, false]);
});

it("a thread that is kept runs only what follows, until it is released", async () => {
  const { threads, started } = threadsOf();
  for (let i = 1; i < MOST; i++) void threads.call(CALL, ["rest"]);
  const keeping = threads.call(CALL, ["kept"], { keepsThread: true });
  const other = threads.call(CALL, ["other"]);
  const own = started[MOST - 1]!;
  own.answer({ value: 1, errno: 0 });
  const outcome = await keeping;
  assert.deepEqual(own.posted, ["kept"]);
  for (const text of ["first", "second"]) {
    const following = threads.call(CALL, [text], { outcome });
    own.answer({ value: text, errno: 0 });
    assert.equal((await following).value, text);
  }
  assert.deepEqual(own.posted, ["kept", "first", "second"]);
  outcome.release();
  outcome.release();
  assert.deepEqual(own.posted, ["kept", "first", "second", "other"]);
  own.answer({ value: "fine", errno: 0 });
  assert.equal((await other).value, "fine");
});

it("a call whose thread cannot start is rejected, and not made later", async () => {
  const posted: unknown[] = [];
  let mayStart = false;
  const host = {
    startThread: (
      _source: string,
      _addon: string,
      answer: (message: unknown) => void,
    ) => {
      if (!mayStart) throw new Error("no descriptor");
      return {
        post: (message: { readonly values: unknown }) => {
          posted.push(message.values);
          queueMicrotask(() => answer({ value: 0, errno: 0 }));
        },
        hold: () => {},
        stop: () => {},
      };
    },
  } as unknown as NativeHost;
  const threads = new Threads(host, () => assert.fail("the process goes on"));
  await assert.rejects(threads.call(CALL, [1]), /no descriptor/);
  mayStart = true;
  await threads.call(CALL, [2]);
  await threads.call(CALL, [3]);
  assert.deepEqual(posted, [[2], [3]]);
});
