// What a STREAM sent behind the empty frame that ends a connection resolved,
// and was lost; and it was told of the end that it had asked for.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Stream } from "../../mod.ts";
import { nothing } from "../kit/bounce.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { TcpListener, TcpPeer } from "../kit/tcp_peer.ts";
import { until, within } from "../kit/wait.ts";

describe("an empty frame of a STREAM", () => {
  it("is the last that can be sent, and leaves after all others", async () => {
    await using bag = new Bag();
    const stream = bag.keep(new Stream());
    await using peer = await TcpPeer.connect(
      await stream.bind("tcp://127.0.0.1:*"),
    );
    const [id] = await stream.receive(TIMEOUT);
    await stream.send([id!, "bye"]);
    await stream.send([id!, ""]);
    for (const late of ["late", ""]) {
      await assert.rejects(stream.send([id!, late]), { code: "EHOSTUNREACH" });
      assert.throws(() => stream.trySend([id!, late]), {
        code: "EHOSTUNREACH",
      });
    }
    assert.equal(text(await peer.read(3)), "bye");
    await within(peer.ended, "the end");
    peer.close();
    await until(() => stream.peers.length === 0, "the peer is gone");
    await nothing(stream);
  });

  it("fails what waits behind it", async () => {
    await using bag = new Bag();
    const stream = bag.keep(new Stream({ sendHighWaterMark: 1 }));
    await using peer = await TcpPeer.connect(
      await stream.bind("tcp://127.0.0.1:*"),
    );
    peer.pause();
    const [id] = await stream.receive(TIMEOUT);
    while (stream.trySend([id!, new Uint8Array(100_000)]));
    const end = stream.send([id!, ""], TIMEOUT);
    const late = stream.send([id!, "late"], TIMEOUT);
    const refused = assert.rejects(late, { code: "EHOSTUNREACH" });
    peer.resume();
    await end;
    await refused;
    await within(peer.ended, "the end");
  });

  it("ends one connection of a connecting STREAM: the next has an id", async () => {
    await using bag = new Bag();
    await using listener = await TcpListener.listen();
    const stream = bag.keep(new Stream({ reconnectInterval: 1 }));
    for (const routingId of [undefined, "mine"]) {
      const options = routingId === undefined ? {} : { routingId };
      stream.connect(listener.endpoint, options);
      const first = await listener.accept();
      const [before] = await stream.receive(TIMEOUT);
      await stream.send([before!, "1"]);
      await stream.send([before!, ""]);
      assert.equal(text(await first.read(1)), "1");
      await within(first.ended, "the end");
      first.close();
      await using second = await listener.accept();
      const [id, notice] = await stream.receive(TIMEOUT);
      assert.equal(notice!.length, 0);
      if (routingId !== undefined) assert.equal(text(id), routingId);
      await stream.send([id!, "2"]);
      assert.equal(text(await second.read(1)), "2");
      await stream.disconnect(listener.endpoint);
      while (stream.tryReceive() !== undefined);
    }
  });

  it("may be queued before there is a connection", async () => {
    await using bag = new Bag();
    await using listener = await TcpListener.listen();
    const stream = bag.keep(new Stream({ reconnectInterval: 1 }));
    stream.connect(listener.endpoint, { routingId: "mine" });
    await stream.send(["mine", "1"]);
    await stream.send(["mine", ""]);
    await assert.rejects(stream.send(["mine", "2"]), { code: "EHOSTUNREACH" });
    const first = await listener.accept();
    assert.equal(text(await first.read(1)), "1");
    await within(first.ended, "the end");
    assert.equal(stream.tryReceive(), undefined);
    first.close();
    await using second = await listener.accept();
    assert.deepEqual(text((await stream.receive(TIMEOUT))[0]), "mine");
    await stream.send(["mine", "2"]);
    assert.equal(text(await second.read(1)), "2");
  });
});
