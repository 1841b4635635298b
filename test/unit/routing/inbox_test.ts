// What waits to be received on a connection, and when its peer has to stop.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromKey } from "../../../src/base/bytes.ts";
import { plainPeer } from "../../../src/routing/peer.ts";
import { DealerPattern } from "../../../src/socket/patterns/dealer.ts";
import { XPubPattern } from "../../../src/socket/patterns/xpub.ts";
import { connection, Link } from "../../kit/connection_pipes.ts";
import { Bench, frames } from "../../kit/fake_pipe.ts";

describe("the inbox of a ConnectionPipe", () => {
  it("stops its peer when the inbox is full, until half is read", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, { receiveHighWaterMark: 4 });
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    for (let i = 0; i < 3; i++) assert.ok(pipe.deliver(frames(`${i}`)));
    assert.equal(pipe.deliver(frames("3")), false);
    bench.receive();
    assert.equal(link.resumes, 0);
    bench.receive();
    assert.equal(link.resumes, 1);
    bench.receiveAll();
    assert.equal(link.resumes, 1);
  });

  it("stops its peer when the inbox has too many octets, until half is read", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, {
      receiveHighWaterMark: 0,
      maxQueuedBytes: 10,
    });
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    assert.ok(pipe.deliver(frames("1234")));
    assert.ok(pipe.deliver(frames("56789")));
    assert.equal(
      pipe.deliver(frames("what is below the limit is taken")),
      false,
    );
    bench.receive();
    bench.receive();
    assert.equal(link.resumes, 0);
    bench.receive();
    assert.equal(link.resumes, 1);
    assert.ok(pipe.deliver(frames("123")));
    pipe.detach();
    bench.receiveAll();
    assert.equal(pipe.inboxOctets, 0);
  });

  it("counts 128 octets for each frame after the first of a message", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, { maxQueuedBytes: 260 });
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    for (let i = 0; i < 10; i++) assert.ok(pipe.deliver(frames("")));
    assert.ok(pipe.deliver(frames("", "", "abc")));
    assert.equal(pipe.deliver(frames("a")), false);
    assert.equal(pipe.received.octets, 4);
    assert.equal(pipe.inboxOctets, 4);
    bench.receiveAll();
    assert.equal(link.resumes, 1);
  });

  it("knows whether too many octets wait, whatever was read and dropped", () => {
    const word = fc.string({ maxLength: 9 });
    const steps = fc.array(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.array(word, { minLength: 1, maxLength: 3 }),
        },
        { weight: 2, arbitrary: fc.constant("read" as const) },
        { weight: 2, arbitrary: fc.nat(500) },
        { weight: 1, arbitrary: fc.constant("filter" as const) },
      ),
      { maxLength: 100 },
    );
    const wanted = (message: readonly Uint8Array[]) => message.length !== 2;
    fc.assert(fc.property(steps, (todo) => {
      const bench = new Bench(DealerPattern);
      const pipe = connection(bench, { receiveHighWaterMark: 0 });
      pipe.attach(new Link(), plainPeer("tcp://peer"));
      const waiting = () =>
        [...pipe.inbox].flat().reduce((sum, { length }) => sum + length, 0);
      const weight = () =>
        [...pipe.inbox].reduce(
          (sum, { length }) => sum + 128 * (length - 1),
          0,
        );
      for (const step of todo) {
        if (typeof step === "number") {
          pipe.limits.maxQueuedBytes = step;
          const isFull = pipe.inbox.length > 0 &&
            waiting() + weight() >= step;
          assert.equal(pipe.inboxFull, isFull);
        } else if (step === "read") bench.receive();
        else if (step === "filter") pipe.filter(wanted);
        else pipe.deliver(frames(...step));
        assert.equal(pipe.inboxOctets, waiting());
      }
    }));
  });

  it("does not count all that waits for each message that is read", () => {
    const bench = new Bench(DealerPattern);
    const count = 20_000;
    const pipe = connection(bench, {
      receiveHighWaterMark: 0,
      maxQueuedBytes: count,
    });
    pipe.attach(new Link(), plainPeer("tcp://peer"));
    let looks = 0;
    const message = new Proxy(frames("1"), {
      get(target, key, receiver) {
        if (key === "0") looks++;
        return Reflect.get(target, key, receiver);
      },
    });
    while (pipe.deliver(message));
    for (let i = 0; i < count; i++) pipe.read();
    assert.ok(looks <= 4 * count, `${looks} looks`);
  });

  it("stops its peer at the limit of octets of notices", () => {
    const bench = new Bench(XPubPattern);
    const pipe = connection(bench, { maxQueuedBytes: 10 });
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    assert.ok(pipe.deliverCommand("SUBSCRIBE", fromKey("12345678")));
    assert.equal(pipe.deliverCommand("SUBSCRIBE", fromKey("1")), false);
    bench.receive();
    assert.equal(link.resumes, 1);
  });

  it("stops its peer at 1000 notices, where each needs a decision", () => {
    for (const manual of [true, false]) {
      const bench = new Bench(XPubPattern, { manual });
      const pipe = connection(bench, { receiveHighWaterMark: 0 });
      const link = new Link();
      pipe.attach(link, plainPeer("tcp://peer"));
      let count = 0;
      for (; count < 3000; count++) {
        if (!pipe.deliverCommand("SUBSCRIBE", fromKey(`${count}`))) break;
      }
      assert.equal(count, manual ? 999 : 3000);
      assert.equal(bench.pattern.waiting, manual ? 1000 : 3000);
      for (let i = 0; i < 499; i++) bench.receive();
      assert.equal(link.resumes, 0);
      bench.receive();
      bench.receive();
      assert.equal(link.resumes, manual ? 1 : 0);
      assert.equal(bench.receiveAll().length, (manual ? 1000 : 3000) - 501);
    }
  });

  it("has room for one message whatever its limit of octets", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, { maxQueuedBytes: 0 });
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    assert.equal(pipe.inboxFull, false);
    assert.equal(pipe.deliver(frames("1")), false);
    bench.receive();
    assert.equal(link.resumes, 1);
  });

  it("counts no octets when it conflates, or has no limit of them", () => {
    for (const limit of [{ conflate: true }, { maxQueuedBytes: -1 }]) {
      const bench = new Bench(DealerPattern);
      const pipe = connection(bench, { maxQueuedBytes: 1, ...limit });
      pipe.attach(new Link(), plainPeer("tcp://peer"));
      for (let i = 0; i < 3; i++) assert.ok(pipe.deliver(frames("123")));
      assert.equal(pipe.inboxOctets, 3 * pipe.inbox.length);
    }
  });
});
