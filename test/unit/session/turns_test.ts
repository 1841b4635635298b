// Steps that cost much take turns: one in each turn of the event loop.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../src/base/clock.ts";
import { Turns } from "../../../src/session/turns.ts";

/** A clock whose turns are taken by hand. */
function manual(): { readonly clock: Clock; turn(): void } {
  let deferred: (() => void)[] = [];
  const clock = {
    defer: (callback: () => void) => void deferred.push(callback),
  } as Clock;
  const turn = () => {
    const now = deferred;
    deferred = [];
    for (const callback of now) callback();
  };
  return { clock, turn };
}

test("Turns.take() takes one step a turn, in order", () => {
  const { clock, turn } = manual();
  const turns = new Turns(clock);
  const taken: number[] = [];
  for (let i = 0; i < 3; i++) turns.take(() => taken.push(i));
  assert.equal(taken.length, 0);
  assert.equal(turns.length, 3);
  turn();
  assert.deepEqual(taken, [0]);
  turns.take(() => taken.push(3));
  for (let i = 0; i < 3; i++) turn();
  assert.deepEqual(taken, [0, 1, 2, 3]);
  assert.equal(turns.length, 0);
});

test("Turns.take() goes on after all steps were taken", () => {
  const { clock, turn } = manual();
  const turns = new Turns(clock);
  let taken = 0;
  for (let i = 0; i < 3; i++) {
    turns.take(() => taken++);
    turn();
    turn();
    assert.equal(taken, i + 1);
  }
});
