// PUSH, PULL, SCATTER, GATHER, PAIR and CHANNEL.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ChannelPattern } from "../../../../src/socket/patterns/channel.ts";
import { GatherPattern } from "../../../../src/socket/patterns/gather.ts";
import { PairPattern } from "../../../../src/socket/patterns/pair.ts";
import { PullPattern } from "../../../../src/socket/patterns/pull.ts";
import { PushPattern } from "../../../../src/socket/patterns/push.ts";
import { ScatterPattern } from "../../../../src/socket/patterns/scatter.ts";
import { Bench, joined } from "../../../kit/fake_pipe.ts";

describe("PUSH", () => {
  it("deals messages out in turn", () => {
    const push = new Bench(PushPattern);
    const pipes = [push.pipe(), push.pipe(), push.pipe()];
    for (let i = 0; i < 6; i++) assert.ok(push.send(`${i}`));
    assert.deepEqual(pipes.map((pipe) => pipe.drain()), [
      [["0"], ["3"]],
      [["1"], ["4"]],
      [["2"], ["5"]],
    ]);
  });

  it("waits without a peer, and goes on with one", () => {
    const push = new Bench(PushPattern);
    assert.equal(push.pattern.canSend, false);
    assert.equal(push.send("a"), false);
    const before = push.writables;
    push.pipe({ connecting: true, online: false });
    assert.ok(push.writables > before);
    assert.ok(push.pattern.canSend);
    assert.ok(push.send("a"));
  });

  it("skips full peers and waits when all are full", () => {
    const push = new Bench(PushPattern);
    const small = push.pipe({ room: 1 });
    const large = push.pipe({ room: 2 });
    for (const text of ["a", "b", "c"]) assert.ok(push.send(text));
    assert.equal(push.send("d"), false);
    assert.equal(push.pattern.canSend, false);
    const before = push.writables;
    assert.deepEqual(small.drain(), [["a"]]);
    assert.equal(push.writables, before + 1);
    assert.ok(push.send("d"));
    assert.deepEqual(small.drain(), [["d"]]);
    assert.deepEqual(large.drain(), [["b"], ["c"]]);
  });

  it("ignores what its peers send, and cannot receive", () => {
    const push = new Bench(PushPattern);
    push.pipe().arrive("x");
    assert.equal(push.readables, 0);
    assert.equal(push.pattern.canReceive, false);
    assert.throws(() => push.receive(), { code: "ENOTSUP" });
  });
});

describe("PULL", () => {
  it("takes one message of each peer in turn", () => {
    const pull = new Bench(PullPattern);
    const [a, b] = [pull.pipe(), pull.pipe()];
    for (const text of ["a1", "a2", "a3"]) a.arrive(text);
    b.arrive("b1", "more");
    assert.deepEqual(pull.receiveAll(), [["a1"], ["b1", "more"], ["a2"], [
      "a3",
    ]]);
    assert.equal(pull.readables, 4);
    assert.throws(() => pull.send("x"), { code: "ENOTSUP" });
  });

  it("still reads what a peer sent before it left", () => {
    const pull = new Bench(PullPattern);
    const pipe = pull.pipe();
    pipe.arrive("last");
    pipe.close();
    assert.deepEqual(pull.receiveAll(), [["last"]]);
    assert.equal(pull.pattern.source, pipe);
  });
});

describe("SCATTER and GATHER", () => {
  it("refuse to send two frames and drop them on arrival", () => {
    const scatter = new Bench(ScatterPattern);
    scatter.pipe();
    assert.throws(() => scatter.send("a", "b"), { code: "EINVAL" });
    assert.ok(scatter.send("a"));
    const gather = new Bench(GatherPattern);
    const pipe = gather.pipe();
    pipe.arrive("a", "b");
    pipe.arrive("c");
    assert.deepEqual(gather.receiveAll(), [["c"]]);
  });
});

for (const type of [PairPattern, ChannelPattern]) {
  const name = type === PairPattern ? "PAIR" : "CHANNEL";
  describe(name, () => {
    it("bounces a message over inproc", () => {
      const [a, b] = [new Bench(type), new Bench(type)];
      joined(a, b);
      assert.ok(a.send("ping"));
      assert.deepEqual(b.receiveAll(), [["ping"]]);
      assert.ok(b.send("pong"));
      assert.deepEqual(a.receiveAll(), [["pong"]]);
    });

    it("refuses a second peer, and takes one when the first leaves", () => {
      const pair = new Bench(type);
      const first = pair.pipe();
      const second = pair.pipe();
      assert.ok(second.closed);
      assert.equal(pair.rejected.length, 1);
      second.arrive("stray");
      first.arrive("last");
      first.close();
      assert.equal(pair.send("x"), false);
      const third = pair.pipe();
      assert.equal(third.closed, false);
      assert.ok(pair.send("x"));
      assert.deepEqual(third.drain(), [["x"]]);
      assert.deepEqual(pair.receiveAll(), [["last"]]);
    });

    it("waits while its peer is full", () => {
      const pair = new Bench(type);
      const pipe = pair.pipe({ room: 1 });
      assert.ok(pair.send("a"));
      assert.equal(pair.send("b"), false);
      assert.equal(pair.pattern.canSend, false);
      const before = pair.writables;
      pipe.drain();
      assert.equal(pair.writables, before + 1);
      assert.ok(pair.pattern.canSend);
    });
  });
}

it("CHANNEL refuses to send two frames and drops them on arrival", () => {
  const channel = new Bench(ChannelPattern);
  const pipe = channel.pipe();
  assert.throws(() => channel.send("a", "b"), { code: "EINVAL" });
  pipe.arrive("a", "b");
  assert.equal(channel.pattern.canReceive, false);
});
