// ROUTER, STREAM, SERVER, PEER and CLIENT.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey, toKey } from "../../../../src/base/bytes.ts";
import { InprocPipe } from "../../../../src/routing/inproc_pipe.ts";
import { ClientPattern } from "../../../../src/socket/patterns/client.ts";
import { PeerPattern } from "../../../../src/socket/patterns/peer.ts";
import { RouterPattern } from "../../../../src/socket/patterns/router.ts";
import { ServerPattern } from "../../../../src/socket/patterns/server.ts";
import { StreamPattern } from "../../../../src/socket/patterns/stream.ts";
import {
  Bench,
  type FakePipe,
  frames,
  joined,
} from "../../../kit/fake_pipe.ts";

function idOf(pipe: FakePipe): string {
  const id = pipe.peer.routingId;
  assert.ok(id instanceof Uint8Array);
  return toKey(id);
}

describe("ROUTER", () => {
  it("names anonymous peers by 00 and a number that grows by one", () => {
    const router = new Bench(RouterPattern);
    const ids = [1, 2, 3].map(() => fromKey(idOf(router.pipe())));
    const numbers = ids.map((id) => {
      assert.equal(id.length, 5);
      assert.equal(id[0], 0);
      return new DataView(id.buffer).getUint32(1);
    });
    assert.equal(numbers[1], (numbers[0]! + 1) >>> 0);
    assert.equal(numbers[2], (numbers[0]! + 2) >>> 0);
  });

  it("starts its numbers elsewhere in each socket", () => {
    const ids = [1, 2, 3, 4].map(() => idOf(new Bench(RouterPattern).pipe()));
    assert.equal(new Set(ids).size, 4);
  });

  it("prepends ids, fair-queues, and sends by id", () => {
    const router = new Bench(RouterPattern);
    const [a, b] = [router.pipe({ name: "A" }), router.pipe({ name: "B" })];
    a.arrive("a1");
    a.arrive("a2");
    b.arrive("b1", "more");
    assert.deepEqual(router.receiveAll(), [
      ["A", "a1"],
      ["B", "b1", "more"],
      ["A", "a2"],
    ]);
    assert.ok(router.send("B", "to", "b"));
    assert.deepEqual(b.drain(), [["to", "b"]]);
    assert.deepEqual(a.drain(), []);
  });

  it("leaves the message of the sender as it was", () => {
    const router = new Bench(RouterPattern);
    router.pipe({ name: "A" });
    const message = frames("A", "x");
    router.pattern.send(message);
    assert.equal(message.length, 2);
  });

  it("drops what is for nobody, for a full peer, or only an id", () => {
    const router = new Bench(RouterPattern);
    const pipe = router.pipe({ name: "A", room: 1 });
    assert.ok(router.send("nobody", "x"));
    assert.ok(router.send("A"));
    assert.ok(router.send("A", "1"));
    assert.ok(router.send("A", "2"));
    assert.ok(router.pattern.canSend);
    assert.deepEqual(pipe.drain(), [["1"]]);
    assert.equal(pipe.dropped, 1);
  });

  it("fails or waits when mandatory", () => {
    const router = new Bench(RouterPattern, { mandatory: true });
    assert.equal(router.pattern.canSend, false);
    assert.throws(() => router.send("A", "x"), { code: "EHOSTUNREACH" });
    const pipe = router.pipe({ name: "A", room: 1 });
    assert.ok(router.send("A"));
    assert.ok(router.send("A", "1"));
    assert.equal(router.send("A", "2"), false);
    assert.equal(router.pattern.canSend, false);
    let before = router.writables;
    pipe.drain();
    assert.equal(router.writables, before + 1);
    assert.ok(router.send("A", "2"));
    before = router.writables;
    pipe.close();
    assert.ok(router.writables > before, "the sender learns that it is gone");
    assert.throws(() => router.send("A", "x"), { code: "EHOSTUNREACH" });
  });

  it("refuses and closes the second peer of a name", () => {
    const router = new Bench(RouterPattern);
    const first = router.pipe({ name: "X" });
    const second = router.pipe({ name: "X" });
    assert.ok(second.closed);
    assert.equal(router.rejected.length, 1);
    second.arrive("ignored");
    router.send("X", "y");
    assert.deepEqual(first.drain(), [["y"]]);
    assert.equal(router.pattern.canReceive, false);
    first.close();
    assert.equal(router.pipe({ name: "X" }).closed, false);
  });

  it("hands a name over, and keeps what the old peer sent", () => {
    const router = new Bench(RouterPattern, { handover: true });
    const first = router.pipe({ name: "X" });
    first.arrive("old");
    const second = router.pipe({ name: "X" });
    assert.ok(first.closed);
    assert.equal(second.closed, false);
    second.arrive("new");
    assert.deepEqual(router.receiveAll(), [["X", "old"], ["X", "new"]]);
    router.send("X", "y");
    assert.deepEqual(second.drain(), [["y"]]);
  });

  it("reaches a peer by its assigned id before it is connected", () => {
    const router = new Bench(RouterPattern, { mandatory: true });
    const init = { connecting: true, online: false, assigned: "mine" };
    const pipe = router.pipe(init);
    assert.ok(router.send("mine", "early"));
    pipe.goOnline("theirs");
    assert.equal(idOf(pipe), "mine");
    assert.throws(() => router.send("theirs", "x"), { code: "EHOSTUNREACH" });
    assert.deepEqual(pipe.drain(), [["early"]]);
    assert.ok(router.pipe(init).closed, "a duplicate is refused");
    pipe.goOffline();
    assert.ok(router.send("mine", "meanwhile"));
  });

  it("knows a peer that it connects to once that is online", () => {
    const router = new Bench(RouterPattern, { mandatory: true });
    const pipe = router.pipe({ connecting: true, online: false });
    assert.throws(() => router.send("A", "x"), { code: "EHOSTUNREACH" });
    pipe.goOnline("A");
    assert.ok(router.send("A", "x"));
    pipe.goOffline();
    assert.ok(router.send("A", "y"), "a name is kept while offline");
    pipe.goOnline("A");
    assert.equal(idOf(pipe), "A");
  });

  it("gives a nameless peer another id with each connection", () => {
    const router = new Bench(RouterPattern, { mandatory: true });
    const pipe = router.pipe({ connecting: true });
    const first = idOf(pipe);
    pipe.goOffline();
    assert.throws(() => router.send(first, "x"), { code: "EHOSTUNREACH" });
    pipe.goOnline();
    assert.notEqual(idOf(pipe), first);
  });

  it("announces peers as asked", () => {
    const whole = [["A", ""], ["A", "x"], ["A", ""]];
    for (
      const [notify, expected] of [
        [3, whole],
        [1, whole.slice(0, 2)],
        [2, whole.slice(1)],
        [0, whole.slice(1, 2)],
      ] as const
    ) {
      const router = new Bench(RouterPattern, { notify });
      const pipe = router.pipe({ name: "A" });
      pipe.arrive("x");
      pipe.close();
      assert.deepEqual(router.receiveAll(), expected, String(notify));
    }
  });

  it("does not announce peers that it refused", () => {
    const router = new Bench(RouterPattern, {
      notify: 3,
      disconnectMessage: fromKey("D"),
    });
    router.pipe({ name: "A" });
    router.pipe({ name: "A" });
    assert.deepEqual(router.receiveAll(), [["A", ""]]);
  });

  it("greets peers, and receives the disconnect message", () => {
    const router = new Bench(RouterPattern, {
      probeRouter: true,
      helloMessage: fromKey("hello"),
      disconnectMessage: fromKey("D"),
    });
    const pipe = router.pipe({ name: "A" });
    assert.deepEqual(pipe.drain(), [["hello"], [""]]);
    pipe.close();
    router.pipe({ name: "B", connecting: true }).close();
    assert.deepEqual(router.receiveAll(), [["A", "D"]]);
  });

  it("meets a ROUTER over inproc, both probing", () => {
    const a = new Bench(RouterPattern, { probeRouter: true });
    const b = new Bench(RouterPattern, { probeRouter: true });
    joined(a, b);
    for (const bench of [a, b]) {
      const [id, empty] = bench.receive()!;
      assert.equal(id!.length, 5);
      assert.equal(empty, "");
    }
  });
});

describe("STREAM", () => {
  it("receives octets with ids, and both announcements", () => {
    const stream = new Bench(StreamPattern, { notify: 3 });
    const pipe = stream.pipe();
    const id = idOf(pipe);
    assert.equal(id.length, 5);
    pipe.arrive("GET /");
    pipe.close();
    assert.deepEqual(stream.receiveAll(), [[id, ""], [id, "GET /"], [id, ""]]);
  });

  it("sends by id, an empty frame included", () => {
    const stream = new Bench(StreamPattern);
    const pipe = stream.pipe({ connecting: true, assigned: "web", room: 2 });
    assert.equal(idOf(pipe), "web");
    assert.ok(stream.pipe({ assigned: "web" }).closed);
    assert.ok(stream.send("web", "octets"));
    assert.ok(stream.send("web", "more"));
    assert.equal(stream.send("web", "full"), false);
    assert.equal(stream.send("web", ""), false);
    assert.deepEqual(pipe.drain(), [["octets"], ["more"]]);
    assert.throws(() => stream.send("else", "x"), { code: "EHOSTUNREACH" });
    assert.throws(() => stream.send("web"), { code: "EINVAL" });
    assert.throws(() => stream.send("web", "a", "b"), { code: "EINVAL" });
    assert.ok(stream.send("web", ""));
    assert.deepEqual(pipe.drain(), [[""]]);
    assert.throws(() => stream.send("web", ""), { code: "EHOSTUNREACH" });
    assert.equal(stream.pattern.canReceive, false);
  });
});

for (const type of [ServerPattern, PeerPattern]) {
  describe(type === ServerPattern ? "SERVER" : "PEER", () => {
    it("gives each peer a number, from attach on", () => {
      const server = new Bench(type);
      const pipe = server.pipe({ connecting: true, online: false });
      const other = server.pipe();
      const id = pipe.peer.routingId as number;
      assert.ok(Number.isInteger(id) && id > 0 && id <= 0xffffffff);
      assert.notEqual(other.peer.routingId, id);
      pipe.goOnline("name");
      assert.equal(pipe.peer.routingId, id);
      assert.ok(server.pattern.send(frames("x"), { routingId: id }));
      assert.deepEqual(pipe.drain(), [["x"]]);
      pipe.arrive("y");
      assert.deepEqual(server.receive(), ["y"]);
      assert.equal(server.pattern.source, pipe);
    });

    it("fails without an id, for nobody, and for two frames", () => {
      const server = new Bench(type);
      const routingId = server.pipe().peer.routingId as number;
      assert.throws(() => server.send("x"), { code: "EINVAL" });
      assert.throws(() => server.pattern.send(frames("x"), { routingId: 0 }), {
        code: "EHOSTUNREACH",
      });
      assert.throws(
        () => server.pattern.send(frames("x", "y"), { routingId }),
        {
          code: "EINVAL",
        },
      );
    });

    it("waits while the peer is full, and learns that it is gone", () => {
      const server = new Bench(type);
      assert.ok(server.pattern.canSend);
      const pipe = server.pipe({ room: 1 });
      const routingId = pipe.peer.routingId as number;
      assert.ok(server.pattern.send(frames("1"), { routingId }));
      assert.equal(server.pattern.send(frames("2"), { routingId }), false);
      assert.equal(server.pattern.canSend, false);
      const before = server.writables;
      pipe.close();
      assert.ok(server.writables > before);
      assert.throws(() => server.pattern.send(frames("2"), { routingId }), {
        code: "EHOSTUNREACH",
      });
    });

    it("drops multi-part messages and receives the disconnect message", () => {
      const server = new Bench(type, { disconnectMessage: fromKey("D") });
      const pipe = server.pipe();
      pipe.arrive("a", "b");
      pipe.close();
      assert.deepEqual(server.receiveAll(), [["D"]]);
    });
  });
}

it("SERVER hears hello and D of a CLIENT over inproc", () => {
  const server = new Bench(ServerPattern, { disconnectMessage: fromKey("D") });
  const client = new Bench(ClientPattern, { helloMessage: fromKey("H") });
  const early = client.inproc(true);
  client.send("queued");
  InprocPipe.join(early, server.inproc(false));
  early.close();
  assert.deepEqual(server.receiveAll(), [["H"], ["queued"], ["D"]]);
});

it("CLIENT refuses to send two frames and drops them on arrival", () => {
  const client = new Bench(ClientPattern);
  const pipe = client.pipe();
  assert.throws(() => client.send("a", "b"), { code: "EINVAL" });
  pipe.arrive("a", "b");
  pipe.arrive("c");
  assert.deepEqual(client.receiveAll(), [["c"]]);
});
