// The history checker finds what it is there for, and nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { History, type Stamp, stamped } from "../../kit/history.ts";
import { octets } from "../../kit/messages.ts";

const stamp = (seq: number, epoch = 0, sender = 1): Stamp => ({
  sender,
  epoch,
  seq,
});

/** A history in which so many messages were sent. */
function sentOnly(count: number, each = false): History {
  const history = new History({ each });
  for (let seq = 0; seq < count; seq++) history.sent(stamp(seq), seq);
  return history;
}

const body = [octets("a"), octets(""), octets("bc")];

function arrive(
  history: History,
  seq: number,
  receiver = 0,
  connection?: string,
): void {
  const message = stamped(stamp(seq), body);
  history.received(receiver, message, connection);
}

describe("History.verdict()", () => {
  it("finds nothing where all arrived once and in order", () => {
    const history = sentOnly(100);
    for (let seq = 0; seq < 100; seq++) arrive(history, seq);
    const verdict = history.verdict();
    assert.ok(verdict.clean);
    assert.equal(
      verdict.line,
      "sent 100, received 100, lost 0, duplicates 0, reordered 0, " +
        "phantom 0, torn 0",
    );
  });

  it("counts what is lost by the sender's epoch", () => {
    const history = new History();
    for (let seq = 0; seq < 6; seq++) {
      history.sent(stamp(seq, seq < 3 ? 0 : 1), seq * 10);
    }
    for (const seq of [0, 2]) history.received(0, stamped(stamp(seq), body));
    history.received(0, stamped(stamp(4, 1)));
    const verdict = history.verdict();
    assert.equal(verdict.lost, 3);
    assert.deepEqual([...verdict.lostByEpoch], [["1/0", 1], ["1/1", 2]]);
    assert.ok(verdict.clean, "loss alone is for the caller to judge");
    assert.match(verdict.line, /lost 3, .*lost: 1 of sender 1, epoch 0/);
    assert.deepEqual([...history.missing()].map(({ time }) => time), [
      10,
      30,
      50,
    ]);
  });

  it("finds a message that came twice, at any receiver", () => {
    const history = sentOnly(2);
    arrive(history, 0, 0);
    arrive(history, 1, 0);
    arrive(history, 0, 7);
    const verdict = history.verdict();
    assert.equal(verdict.duplicates, 1);
    assert.ok(!verdict.clean);
  });

  it("lets each receiver have its copy, and no second one", () => {
    const history = sentOnly(2, true);
    for (const receiver of [3, 4]) {
      for (const seq of [0, 1]) arrive(history, seq, receiver);
    }
    assert.ok(history.verdict().clean);
    assert.equal(history.verdict().lost, 0);
    arrive(history, 1, 4);
    assert.equal(history.verdict().duplicates, 1);
  });

  it("counts the copies of a receiver that got nothing as lost", () => {
    const history = sentOnly(2, true);
    history.joined(3);
    assert.equal(history.verdict().lost, 2);
  });

  it("finds a message that overtook another in its epoch", () => {
    const history = sentOnly(3);
    for (const seq of [0, 2, 1]) arrive(history, seq);
    const verdict = history.verdict();
    assert.equal(verdict.reordered, 1);
    assert.match(verdict.line, /reordered: 1 of sender 1, epoch 0 after 2/);
  });

  it("keeps connections and receivers apart", () => {
    const history = sentOnly(4);
    arrive(history, 1, 0, "new");
    arrive(history, 0, 0, "old");
    arrive(history, 3, 0, "new");
    arrive(history, 2, 5, "new");
    assert.ok(history.verdict().clean);
  });

  it("finds what was never sent, and what failed to be sent", () => {
    const history = sentOnly(2);
    history.failed(stamp(1));
    arrive(history, 0);
    arrive(history, 1);
    arrive(history, 2);
    history.received(0, stamped(stamp(0, 0, 9)));
    const verdict = history.verdict();
    assert.equal(verdict.phantom, 3);
    assert.equal(verdict.sent, 1);
  });

  it("finds a message in pieces", () => {
    const history = sentOnly(1);
    const whole = stamped(stamp(0), body);
    const wrong = [
      whole.slice(0, 3),
      [...whole, octets("d")],
      whole.slice(1),
      [whole[0]!, octets("a"), octets("b"), octets("c")],
      [whole[0]!.subarray(0, 19), ...body],
      [],
    ];
    for (const message of wrong) history.received(0, message);
    assert.equal(history.verdict().torn, wrong.length);
    assert.equal(history.verdict().lost, 1);
  });

  it("judges a million messages at once", () => {
    const COUNT = 1_000_000;
    const history = sentOnly(COUNT);
    for (let seq = 0; seq < COUNT; seq++) {
      history.received(seq & 3, stamped(stamp(seq)));
    }
    const verdict = history.verdict();
    assert.equal(verdict.received, COUNT);
    assert.equal(verdict.lost, 0);
    assert.ok(verdict.clean);
  });
});
