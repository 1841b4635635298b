// The pipes of inproc and of connections.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromKey, toKey } from "../../../src/base/bytes.ts";
import type { ConnectionPipe } from "../../../src/routing/connection_pipe.ts";
import { InprocPipe } from "../../../src/routing/inproc_pipe.ts";
import { plainPeer } from "../../../src/routing/peer.ts";
import { DealerPattern } from "../../../src/socket/patterns/dealer.ts";
import { PairPattern } from "../../../src/socket/patterns/pair.ts";
import { connection, Link } from "../../kit/connection_pipes.ts";
import { Bench, frames, joined } from "../../kit/fake_pipe.ts";

describe("InprocPipe", () => {
  it("queues before the other end exists, then delivers in order", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    const early = a.inproc(true, { sendHighWaterMark: 2 });
    assert.ok(a.send("1"));
    assert.ok(a.send("2"));
    assert.equal(a.send("3"), false);
    assert.equal(early.pending, 2);
    assert.equal(early.pendingOctets, 2);
    const before = a.writables;
    InprocPipe.join(early, b.inproc(false, { receiveHighWaterMark: 2 }));
    assert.ok(a.writables > before, "who waits goes on when joined");
    assert.ok(a.send("3"));
    assert.deepEqual(b.receiveAll(), [["1"], ["2"], ["3"]]);
  });

  it("holds the sum of both high water marks", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    const [end] = joined(a, b, { sendHighWaterMark: 2 }, {
      receiveHighWaterMark: 3,
    });
    let sent = 0;
    while (a.send("x")) sent++;
    assert.equal(sent, 5);
    assert.ok(end.full);
    const before = a.writables;
    b.receive();
    b.receive();
    assert.equal(a.writables, before);
    b.receive();
    assert.equal(a.writables, before + 1, "at the low water mark");
  });

  it("holds the sum of both limits of octets", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    const [end] = joined(a, b, { maxQueuedBytes: 4 }, { maxQueuedBytes: 6 });
    let sent = 0;
    while (a.send("12")) sent++;
    assert.equal(sent, 5);
    assert.equal(end.pendingOctets, 10);
    const before = a.writables;
    b.receive();
    b.receive();
    assert.equal(a.writables, before);
    b.receive();
    assert.equal(a.writables, before + 1, "when half is read");
  });

  it("holds its own octets before the other end exists", () => {
    const a = new Bench(DealerPattern);
    const early = a.inproc(true, { maxQueuedBytes: 4 });
    assert.ok(a.send("123"));
    assert.ok(a.send("45"));
    assert.equal(a.send("6"), false);
    assert.equal(early.pendingOctets, 5);
    const b = new Bench(DealerPattern);
    InprocPipe.join(early, b.inproc(false, { maxQueuedBytes: 6 }));
    assert.ok(a.send("67890"));
    assert.equal(a.send("1"), false);
    assert.deepEqual(b.receiveAll(), [["123"], ["45"], ["67890"]]);
    assert.equal(early.pendingOctets, 0);
  });

  it("has no limit of octets when either has none", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    joined(a, b, { maxQueuedBytes: -1 }, { maxQueuedBytes: 1 });
    for (let i = 0; i < 100; i++) assert.ok(a.send("x"));
  });

  it("has no limit when either mark is 0", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    joined(a, b, { sendHighWaterMark: 1 }, { receiveHighWaterMark: 0 });
    for (let i = 0; i < 5000; i++) assert.ok(a.send("x"));
    assert.equal(b.receiveAll().length, 5000);
  });

  it("tells who only asked whether it is full when there is room", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    joined(a, b, { sendHighWaterMark: 1 }, { receiveHighWaterMark: 1 });
    a.send("1");
    a.send("2");
    assert.equal(a.pattern.canSend, false);
    const before = a.writables;
    b.receiveAll();
    assert.equal(a.writables, before + 1);
  });

  it("conflates when either end does", () => {
    const [a, b] = [new Bench(DealerPattern), new Bench(DealerPattern)];
    joined(a, b, { conflate: true, sendHighWaterMark: 1 });
    for (const text of ["1", "2", "3"]) assert.ok(a.send(text));
    assert.deepEqual(b.receiveAll(), [["3"]]);
  });

  it("gives each receiver an array of its own", () => {
    const [a, b] = [new Bench(PairPattern), new Bench(PairPattern)];
    joined(a, b);
    const message = frames("x", "y");
    a.pattern.send(message);
    b.pattern.receive()!.pop();
    assert.equal(message.length, 2);
  });

  it("closes with its other end, and stays readable", () => {
    const [a, b] = [new Bench(PairPattern), new Bench(PairPattern)];
    const [end, other] = joined(a, b);
    a.send("last");
    end.close();
    assert.ok(other.closed);
    assert.equal(b.send("x"), false);
    assert.deepEqual(b.receiveAll(), [["last"]]);
  });

  it("closes the connecting end when its peer refuses it", () => {
    const [a, b, c] = [1, 2, 3].map(() => new Bench(PairPattern)) as [
      Bench<PairPattern>,
      Bench<PairPattern>,
      Bench<PairPattern>,
    ];
    joined(a, b);
    const [end] = joined(c, b);
    assert.ok(end.closed);
    assert.equal(c.send("x"), false);
    assert.ok(a.send("x"));
    assert.deepEqual(b.receiveAll(), [["x"]]);
  });
});

function taken(pipe: ConnectionPipe): string {
  const parts: Uint8Array[] = [];
  for (let batch = pipe.take(); batch; batch = pipe.take()) {
    parts.push(...batch.parts);
  }
  return toKey(concat(parts));
}

describe("ConnectionPipe", () => {
  it("queues while offline, and writes what is said first first", () => {
    const bench = new Bench(DealerPattern, { helloMessage: fromKey("H") });
    const pipe = connection(bench);
    bench.send("a", "b");
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    assert.ok(link.schedules > 0);
    assert.equal(pipe.pending, 2);
    assert.equal(pipe.pendingOctets, 9);
    assert.equal(taken(pipe), "\0\x01H\x01\x01a\0\x01b");
    assert.equal(pipe.pending, 0);
    assert.equal(pipe.pendingOctets, 0);
    assert.deepEqual(pipe.sent, { messages: 2, octets: 9 });
  });

  it("keeps its queue over connections", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench);
    pipe.attach(new Link(), plainPeer("tcp://peer"));
    pipe.detach();
    assert.equal(pipe.online, false);
    bench.send("a");
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    assert.equal(link.schedules, 1);
    assert.equal(taken(pipe), "\0\x01a");
  });

  it("refuses at the mark, and says when there is room", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, { sendHighWaterMark: 2 });
    pipe.attach(new Link(), plainPeer("tcp://peer"));
    assert.ok(bench.send("1"));
    assert.ok(bench.send("2"));
    assert.equal(bench.pattern.canSend, false);
    const before = bench.writables;
    taken(pipe);
    pipe.flushed();
    assert.equal(bench.writables, before + 1, "asking was enough to be told");
    assert.ok(bench.send("3"));
    pipe.flushed();
    assert.equal(bench.writables, before + 1);
  });

  it("refuses at the limit of octets", () => {
    const bench = new Bench(DealerPattern);
    connection(bench, { maxQueuedBytes: 10 });
    assert.ok(bench.send("12345678"));
    assert.equal(bench.send("x"), false);
  });

  it("keeps the newest message only when it conflates", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench, { conflate: true, sendHighWaterMark: 1 });
    for (const text of ["1", "2", "3"]) assert.ok(bench.send(text));
    assert.equal(taken(pipe), "\0\x013");
  });

  it("takes nothing any more once it is retired, whatever its limits become", () => {
    for (const conflate of [false, true]) {
      const bench = new Bench(DealerPattern);
      const pipe = connection(bench, { sendHighWaterMark: 2, conflate });
      pipe.attach(new Link(), plainPeer("tcp://peer"));
      while (bench.send("1") && pipe.sent.messages < 2);
      assert.equal(bench.pattern.canSend, conflate);
      const before = bench.writables;
      pipe.retire();
      pipe.limits.sendHighWaterMark = 0;
      pipe.limits.maxQueuedBytes = -1;
      pipe.refresh();
      assert.ok(pipe.full);
      assert.equal(pipe.write(frames("2")), false);
      assert.equal(taken(pipe), conflate ? "\0\x011" : "\0\x011\0\x011");
      pipe.flushed();
      pipe.refresh();
      assert.equal(pipe.write(frames("3")), false);
      assert.equal(pipe.pending, 0);
      assert.equal(bench.writables, before, "nobody is told of room");
    }
  });

  it("sends commands only while it is online", () => {
    const pipe = connection(new Bench(DealerPattern));
    pipe.command("SUBSCRIBE", fromKey("lost"));
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    pipe.command("SUBSCRIBE", fromKey("t"));
    assert.deepEqual(link.commands, ["SUBSCRIBE t"]);
  });

  it("drops what waits when it is closed, once", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench);
    const link = new Link();
    pipe.attach(link, plainPeer("tcp://peer"));
    pipe.deliver(frames("read me"));
    bench.send("1");
    pipe.close();
    pipe.close();
    assert.equal(link.drops, 1);
    assert.equal(pipe.dropped, 1);
    assert.equal(pipe.write(frames("x")), false);
    pipe.writeFirst(frames("x"));
    assert.equal(pipe.pending, 0);
    assert.equal(bench.send("x"), false);
    assert.deepEqual(bench.receiveAll(), [["read me"]]);
  });

  it("keeps order and count over many batches and large frames", () => {
    const bench = new Bench(DealerPattern);
    const pipe = connection(bench);
    let expected = "";
    const long = "L".repeat(300);
    const large = "X".repeat(20000);
    for (let i = 0; i < 500; i++) {
      bench.send(`${i % 10}`);
      bench.send(long);
      expected += `\0\x01${i % 10}\x02\0\0\0\0\0\0\x01\x2c${long}`;
      if (i % 50 === 0) {
        bench.send(large);
        expected += `\x02\0\0\0\0\0\0\x4e\x20${large}`;
      }
    }
    assert.equal(pipe.pending, 1010);
    assert.equal(pipe.pendingOctets, expected.length);
    assert.equal(taken(pipe), expected);
    assert.equal(pipe.pendingOctets, 0);
  });
});
