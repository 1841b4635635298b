// Calls on other threads, with threads that do not do what they should.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Threads } from "../../../ext/ffi/threads.ts";
import type { NativeHost } from "../../../mod.ts";

const CALL = { file: "libc", name: "poll", result: "int", parameters: [] };
const HOLDS = { holds: undefined };

it("a call whose thread fails is rejected, and those that wait go on", async () => {
  const started: {
    answer(message: unknown): void;
    fail(cause: unknown): void;
  }[] = [];
  const host = {
    startThread: (
      _source: string,
      _addon: string,
      answer: (message: unknown) => void,
      fail: (cause: unknown) => void,
    ) => {
      started.push({ answer, fail });
      return { post: () => {}, stop: () => {} };
    },
  } as unknown as NativeHost;
  const threads = new Threads(host, () => assert.fail("the process goes on"));
  const calls = Array.from({ length: 9 }, () => threads.call(CALL, [], HOLDS));
  // The ninth has to wait for one of eight.
  assert.equal(started.length, 8);
  const refused = assert.rejects(calls[3]!, /no memory/);
  started[3]!.fail(new Error("no memory"));
  // Its end follows, which is nobody's any more.
  started[3]!.fail(new Error("a thread ended"));
  await refused;
  assert.equal(started.length, 9);
  for (const index of [0, 1, 2, 4, 5, 6, 7, 8]) {
    started[index]!.answer({ value: index, errno: 0 });
  }
  const outcomes = await Promise.all(calls.filter((_, index) => index !== 3));
  // What was to follow on a thread that is gone, is for any other.
  const follows = threads.call(CALL, [], { ...HOLDS, outcome: outcomes[7]! });
  started[8]!.fail(new Error("gone"));
  await assert.rejects(follows, /gone/);
  const later = threads.call(CALL, [], { ...HOLDS, outcome: outcomes[7]! });
  started[0]!.answer({ value: "other", errno: 0 });
  assert.equal((await later).value, "other");
  assert.deepEqual(
    outcomes.map(({ value }) => value),
    [0, 1, 2, 4, 5, 6, 7, 8],
  );
});
