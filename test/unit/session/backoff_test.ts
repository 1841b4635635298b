// How long to wait between two attempts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../src/session/backoff.ts";

function waits(
  reconnectInterval: number,
  reconnectMaxInterval: number,
  random: number,
  count = 5,
): number[] {
  const backoff = new Backoff(
    { reconnectInterval, reconnectMaxInterval },
    () => random,
  );
  return Array.from({ length: count }, () => backoff.next());
}

test("Backoff adds up to one interval where it does not grow", () => {
  assert.deepEqual(waits(100, 0, 0), [100, 100, 100, 100, 100]);
  assert.deepEqual(waits(100, 0, 0.999), [199, 199, 199, 199, 199]);
});

test("Backoff doubles up to the longest interval", () => {
  assert.deepEqual(waits(100, 1000, 0, 6), [100, 200, 400, 800, 500, 500]);
  assert.deepEqual(waits(100, 1000, 0.999, 6), [
    199,
    399,
    799,
    999,
    999,
    999,
  ]);
});

test("Backoff begins anew after a handshake", () => {
  const options = { reconnectInterval: 100, reconnectMaxInterval: 1000 };
  const backoff = new Backoff(options, () => 0);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 100);
});

test("Backoff waits long after a refusal", () => {
  const options = { reconnectInterval: 100, reconnectMaxInterval: 0 };
  assert.equal(new Backoff(options, () => 0).nextAfterRefusal(), 5000);
  const patient = { reconnectInterval: 100, reconnectMaxInterval: 8000 };
  assert.equal(new Backoff(patient, () => 0).nextAfterRefusal(), 8000);
});

test("Backoff says when there is no other attempt", () => {
  for (const interval of [0, -1]) {
    const options = { reconnectInterval: interval, reconnectMaxInterval: 5000 };
    assert.ok(new Backoff(options).never);
  }
});

test("Backoff stays finite after any number of attempts", () => {
  const all = waits(100, 5000, 0.5, 5000);
  assert.ok(all.every((wait) => wait >= 100 && wait <= 5000));
});
