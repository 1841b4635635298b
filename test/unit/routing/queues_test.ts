// The fair queue, the load balancer, the distributor and the routing table.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import type { Message } from "../../../src/message/message.ts";
import {
  Distributor,
  SharedEncoder,
} from "../../../src/routing/distributor.ts";
import { FairQueue } from "../../../src/routing/fair_queue.ts";
import { LoadBalancer } from "../../../src/routing/load_balancer.ts";
import { IdCounter, RoutingTable } from "../../../src/routing/routing_table.ts";
import { PullPattern } from "../../../src/socket/patterns/pull.ts";
import { Bench, type FakePipe, frames, texts } from "../../kit/fake_pipe.ts";

function pipes(count: number, room = 0): FakePipe[] {
  const bench = new Bench(PullPattern);
  return Array.from({ length: count }, () => bench.pipe({ room }));
}

function readAll(queue: FairQueue): string[] {
  const all: string[] = [];
  for (let next = queue.read(); next; next = queue.read()) {
    all.push(texts(next)![0]!);
  }
  return all;
}

describe("FairQueue", () => {
  it("takes turns, each pipe in its own order", () => {
    const queue = new FairQueue();
    const [a, b, c] = pipes(3) as [FakePipe, FakePipe, FakePipe];
    for (const text of ["a1", "a2", "a3"]) queue.push(a, frames(text));
    queue.push(b, frames("b1"));
    queue.push(c, frames("c1"));
    queue.push(c, frames("c2"));
    assert.equal(toKey(queue.read()![0]!), "a1");
    assert.equal(queue.source, a);
    queue.push(b, frames("b2"));
    assert.deepEqual(readAll(queue), ["b1", "c1", "a2", "b2", "c2", "a3"]);
    assert.ok(queue.empty);
  });

  it("takes what arrives while it reads", () => {
    const queue = new FairQueue();
    const [a, b] = pipes(2) as [FakePipe, FakePipe];
    let more = 3;
    const read = a.read.bind(a);
    a.read = () => {
      const message = read();
      if (more > 0) queue.push(a, frames(`more ${more--}`));
      return message;
    };
    queue.push(a, frames("a"));
    queue.push(b, frames("b"));
    assert.deepEqual(readAll(queue), ["a", "b", "more 3", "more 2", "more 1"]);
  });

  it("forgets another pipe while it reads", () => {
    const queue = new FairQueue();
    const [a, b, c] = pipes(3) as [FakePipe, FakePipe, FakePipe];
    const read = a.read.bind(a);
    a.read = () => {
      queue.remove(b);
      queue.remove(a);
      return read();
    };
    for (const pipe of [a, b, c]) queue.push(pipe, frames("1"));
    queue.push(a, frames("2"));
    queue.read();
    queue.push(b, frames("again"));
    assert.deepEqual(readAll(queue), ["1", "again"]);
  });

  it("reads again while it reads, and loses nothing", () => {
    const queue = new FairQueue();
    const [a, b] = pipes(2) as [FakePipe, FakePipe];
    const seen: string[] = [];
    const read = a.read.bind(a);
    a.read = () => {
      const message = read();
      a.read = read;
      seen.push(...readAll(queue));
      return message;
    };
    for (const text of ["a1", "a2"]) queue.push(a, frames(text));
    queue.push(b, frames("b1"));
    seen.push(...readAll(queue));
    assert.deepEqual(seen.sort(), ["a1", "a2", "b1"]);
  });

  it("drops what is not wanted any more", () => {
    const queue = new FairQueue();
    const [a, b] = pipes(2) as [FakePipe, FakePipe];
    for (const text of ["x1", "y1", "x2"]) queue.push(a, frames(text));
    queue.push(b, frames("x3"));
    queue.filter((message: Message) => toKey(message[0]!)[0] === "y");
    assert.deepEqual(readAll(queue), ["y1"]);
    queue.push(b, frames("y2"));
    assert.deepEqual(readAll(queue), ["y2"]);
  });

  it("keeps the newest message only when the pipe conflates", () => {
    const queue = new FairQueue();
    const [a] = pipes(1) as [FakePipe];
    a.limits.conflate = true;
    for (const text of ["1", "2", "3"]) queue.push(a, frames(text));
    assert.deepEqual(readAll(queue), ["3"]);
  });
});

describe("LoadBalancer", () => {
  const sendAll = (balancer: LoadBalancer, count: number) => {
    for (let i = 0; i < count; i++) assert.ok(balancer.send(frames(`${i}`)));
  };

  it("keeps its turn when pipes come and go", () => {
    const balancer = new LoadBalancer();
    const [a, b, c] = pipes(3) as [FakePipe, FakePipe, FakePipe];
    for (const pipe of [a, b, c]) balancer.activate(pipe);
    balancer.activate(a);
    sendAll(balancer, 1);
    assert.equal(balancer.target, a);
    balancer.deactivate(a);
    sendAll(balancer, 2);
    balancer.deactivate(c);
    balancer.deactivate(c);
    sendAll(balancer, 1);
    balancer.activate(a);
    sendAll(balancer, 2);
    assert.deepEqual(a.drain(), [["0"], ["1"]]);
    assert.deepEqual(b.drain(), [["0"], ["0"], ["0"]]);
    assert.deepEqual(c.drain(), [["1"]]);
  });

  it("sends nothing without room, and takes no closed pipe", () => {
    const balancer = new LoadBalancer();
    assert.equal(balancer.ready, false);
    assert.equal(balancer.send(frames("x")), false);
    const [a, closed] = pipes(2, 1) as [FakePipe, FakePipe];
    closed.close();
    balancer.activate(closed);
    balancer.activate(a);
    assert.ok(balancer.ready);
    sendAll(balancer, 1);
    assert.equal(balancer.ready, false);
    assert.equal(balancer.send(frames("x")), false);
    a.drain();
    balancer.activate(a);
    sendAll(balancer, 1);
  });
});

describe("Distributor", () => {
  it("sends once to each chosen pipe, and then chooses anew", () => {
    const distributor = new Distributor();
    const [a, b, closed] = pipes(3) as [FakePipe, FakePipe, FakePipe];
    closed.close();
    for (const pipe of [a, b, a, closed]) distributor.choose(pipe);
    distributor.send(frames("1"));
    distributor.choose(b);
    distributor.cancel();
    distributor.choose(a);
    distributor.send(frames("2"));
    assert.deepEqual(a.drain(), [["1"], ["2"]]);
    assert.deepEqual(b.drain(), [["1"]]);
    assert.equal(closed.dropped, 0);
  });

  it("keeps the order when a write sends other messages", () => {
    const distributor = new Distributor();
    const [a, b] = pipes(2) as [FakePipe, FakePipe];
    const sendToBoth = (text: string): void => {
      for (const pipe of [a, b]) distributor.choose(pipe);
      distributor.send(frames(text));
    };
    const write = a.write.bind(a);
    let inside: string[] = [];
    a.write = (message) => {
      for (const text of inside.splice(0)) sendToBoth(text);
      return write(message);
    };
    // Twice: the lists that the first round used are used again.
    for (const round of ["1", "2"]) {
      inside = [`${round}b`, `${round}c`];
      sendToBoth(`${round}a`);
    }
    const all = ["1a", "1b", "1c", "2a", "2b", "2c"].map((text) => [text]);
    assert.deepEqual(a.drain(), all);
    assert.deepEqual(b.drain(), all);
  });

  it("goes on after a write that threw", () => {
    const distributor = new Distributor();
    const [a] = pipes(1) as [FakePipe];
    const write = a.write.bind(a);
    a.write = () => {
      a.write = write;
      throw new RangeError("no memory");
    };
    distributor.choose(a);
    assert.throws(() => distributor.send(frames("1")), RangeError);
    distributor.choose(a);
    distributor.send(frames("2"));
    assert.deepEqual(a.drain(), [["2"]]);
  });

  it("says when a chosen pipe is full", () => {
    const distributor = new Distributor();
    const [a, b] = pipes(2, 1) as [FakePipe, FakePipe];
    b.write(frames("x"));
    distributor.choose(a);
    assert.equal(distributor.blocked, false);
    distributor.choose(b);
    assert.equal(distributor.blocked, true);
  });

  it("encodes a message as the wire has it", () => {
    const message = [fromKey("a"), new Uint8Array(300)];
    const { buffer, from, end } = new SharedEncoder().encode(message);
    const octets = buffer.subarray(from, end);
    assert.deepEqual([...octets.subarray(0, 3)], [1, 1, 0x61]);
    assert.deepEqual(
      [...octets.subarray(3, 12)],
      [2, 0, 0, 0, 0, 0, 0, 1, 44],
    );
    assert.equal(octets.length, 312);
  });
});

describe("RoutingTable", () => {
  it("names pipes and frees the names", () => {
    const table = new RoutingTable();
    const [a] = pipes(1) as [FakePipe];
    table.add(a, fromKey("A"));
    assert.equal(table.find(fromKey("A")), a);
    assert.deepEqual(a.peer.routingId, fromKey("A"));
    assert.deepEqual([...table.pipes()], [a]);
    table.remove(a);
    table.remove(a);
    assert.equal(table.find(fromKey("A")), undefined);
    assert.equal(table.idOf(a), undefined);
  });

  it("never gives an id that is taken, nor 0", () => {
    const table = new RoutingTable();
    const [a] = pipes(1) as [FakePipe];
    const first = table.fresh();
    const second = first.slice();
    new DataView(second.buffer).setUint32(
      1,
      new DataView(first.buffer).getUint32(1) + 1,
    );
    table.add(a, second);
    assert.notDeepEqual(table.fresh(), second);
    const counter = new IdCounter();
    const start = counter.next(() => false);
    const next = counter.next((id) => id === (start + 1) >>> 0);
    assert.ok(next === (start + 2) >>> 0 || next === 1 || next === 2);
  });
});
