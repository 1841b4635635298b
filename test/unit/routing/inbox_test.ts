// What waits to be received knows how much it is, at any time.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Message } from "../../../src/message/message.ts";
import { Inbox } from "../../../src/routing/inbox.ts";

const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 3 });
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: sizes },
    { weight: 2, arbitrary: fc.constant("shift" as const) },
    { weight: 2, arbitrary: fc.nat(40) },
    { weight: 1, arbitrary: fc.constant("clear" as const) },
  ),
  { maxLength: 100 },
);

describe("Inbox", () => {
  it("holds as many octets as wait in it, whenever it is asked", () => {
    fc.assert(
      fc.property(steps, (todo) => {
        const inbox = new Inbox();
        let waiting: Message[] = [];
        const octets = () =>
          waiting.flat().reduce((sum, f) => sum + f.length, 0);
        for (const step of todo) {
          if (typeof step === "number") {
            assert.equal(inbox.holds(step), octets() >= step);
          } else if (step === "shift") {
            assert.equal(inbox.shift(), waiting.shift());
          } else if (step === "clear") {
            inbox.clear();
            waiting = [];
          } else {
            const message = step.map((size) => new Uint8Array(size));
            inbox.push(message);
            waiting.push(message);
          }
          assert.equal(inbox.length, waiting.length);
        }
        assert.equal(inbox.octets, octets());
      }),
      { numRuns: 1000 },
    );
  });

  it("does not count all that waits for each that is taken away", () => {
    const inbox = new Inbox();
    const count = 20_000;
    let looks = 0;
    const message = new Proxy([new Uint8Array(1)], {
      get(target, key, receiver) {
        if (key === "0") looks++;
        return Reflect.get(target, key, receiver);
      },
    });
    for (let i = 0; i < count; i++) inbox.push(message);
    for (let i = 0; i < count; i++) {
      inbox.holds(count / 2);
      inbox.shift();
    }
    assert.ok(looks <= 4 * count, `${looks} looks`);
  });
});
