// Sessions over a WebSocket with NULL: messages, and ends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import type { WebSocketLink } from "../../../src/transport/transport.ts";
import { closing, readyOf, WebSocketScene } from "../../kit/websocket_scene.ts";
import { KEY, zwsFrame } from "../../kit/websocket_wire.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { MemoryStream } from "../../kit/memory_stream.ts";
import { TestHost } from "../../kit/session_host.ts";

const ROLES: readonly WebSocketLink["role"][] = ["server", "client"];
const OURS = `2 \x02${readyOf("PULL")}`;

for (const role of ROLES) {
  describe(`WebSocketSession as ${role}`, () => {
    it("begins with READY, without a greeting", async () => {
      const scene = await WebSocketScene.open({ type: "PULL", link: { role } });
      assert.deepEqual(scene.heard(), [OURS]);
      await scene.say(scene.frame(2, readyOf("PUSH")), scene.frame(0, "hi"));
      assert.deepEqual(scene.host.messages, [["hi"]]);
      assert.equal(scene.host.events[0]!.peer?.socketType, "PUSH");
    });

    it("exchanges messages of several frames, long ones too", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PAIR", link: { role } },
        "PAIR",
      );
      const sizes = [0, 1, 124, 125, 126, 255, 256, 8192, 8193, 65534, 70_000];
      const frames = sizes.map((size) =>
        `${size} `.repeat(size).slice(0, size)
      );
      const last = frames.length - 1;
      await scene.say(
        ...frames.map((body, i) => scene.frame(i < last ? 1 : 0, body)),
      );
      assert.deepEqual(scene.host.messages, [frames]);
      assert.ok(scene.host.send(...frames));
      assert.ok(scene.host.send("after"));
      await scene.clock.settle();
      const heard = scene.take();
      assert.deepEqual(
        heard.map(({ payload }) => [payload[0], payload.length - 1]),
        [...sizes.map((size, i) => [i < last ? 1 : 0, size]), [0, 5]],
      );
      for (const [i, body] of frames.entries()) {
        assert.deepEqual(heard[i]!.payload.subarray(1), fromKey(body));
      }
    });

    it("never writes to what it was given", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PAIR", link: { role } },
        "PAIR",
      );
      const body = new Uint8Array(100_000).fill(7);
      scene.host.pipes[0]!.write([body]);
      await scene.clock.settle();
      assert.ok(body.every((octet) => octet === 7));
      assert.equal(scene.take()[0]!.payload.length, 100_001);
    });

    it("stops reading behind a full inbox, and goes on", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PULL", link: { role }, options: { receiveHighWaterMark: 2 } },
        "PUSH",
      );
      scene.host.keeps = true;
      const sent = ["a", "b", "c", "d"];
      await scene.say(...sent.map((body) => scene.frame(0, body)));
      const [pipe] = scene.host.pipes;
      assert.equal(pipe!.inbox.length, 2);
      assert.ok(scene.stream.paused);
      for (const body of sent) {
        assert.deepEqual(pipe!.read(), [fromKey(body)]);
        await scene.clock.settle();
      }
      assert.equal(scene.stream.paused, false);
    });

    it("keeps the order of a batch that has to wait", async () => {
      const scene = await WebSocketScene.ready({
        type: "PUSH",
        link: { role },
        options: { sendHighWaterMark: 0, maxQueuedBytes: -1 },
        memory: { limit: 2000 },
      }, "PULL");
      const sent = Array.from(
        { length: 400 },
        (_, i) => `${i} `.repeat(i % 7 === 0 ? 100 : 1),
      );
      for (const body of sent) assert.ok(scene.host.send(body));
      await scene.clock.settle();
      assert.deepEqual(scene.heard(), sent.map((body) => `2 \0${body}`));
    });

    it("says goodbye with 1000 once what is queued has left", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PUSH", link: { role } },
        "PULL",
      );
      scene.host.send("last");
      scene.session.finish(-1);
      await scene.clock.settle();
      assert.deepEqual(scene.heard(), ["2 \0last", "8 \x03\xe8"]);
      assert.equal(scene.peer.state, "ended");
      await scene.say(scene.wire(8, closing(1000)));
      await scene.clock.settle();
      assert.deepEqual(scene.host.ends, [{ ready: true, error: undefined }]);
      assert.equal(scene.take().length, 0, "one Close is enough");
    });

    it("does not wait for the answer to its Close for long", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PUSH", link: { role } },
        "PULL",
      );
      scene.session.finish(-1);
      await scene.clock.advance(999);
      assert.equal(scene.stream.gone, false);
      await scene.clock.advance(1);
      assert.ok(scene.stream.gone);
      assert.equal(scene.clock.timers, 0);
    });

    it("answers a Close, and tells why when it was no usual one", async () => {
      for (
        const [code, error] of [
          [1000, undefined],
          [1001, undefined],
          [1011, "ECONNRESET"],
        ] as const
      ) {
        const scene = await WebSocketScene.ready(
          { type: "PULL", link: { role } },
          "PUSH",
        );
        await scene.say(
          scene.frame(0, "before"),
          scene.wire(8, closing(code, "so \x1b long")),
        );
        assert.deepEqual(scene.host.messages, [["before"]]);
        assert.equal(scene.closeCode(), code);
        assert.equal(scene.host.events.at(-1)!.name, "disconnect");
        const why = scene.host.events.at(-1)!.error;
        assert.equal(why?.code, error);
        assert.ok(!why?.message.includes("\x1b"), "harmless in a log");
        scene.peer.stream.end();
        await scene.clock.settle();
        assert.ok(scene.stream.gone);
        assert.equal(scene.host.ends.length, 1);
      }
    });

    it("keeps what is queued when the peer says goodbye", async () => {
      const scene = await WebSocketScene.ready(
        { type: "PUSH", link: { role } },
        "PULL",
      );
      await scene.say(scene.wire(8, closing(1001)));
      scene.host.send("for the next one");
      await scene.clock.settle();
      assert.equal(scene.host.pipes[0]!.pending, 1);
    });

    it("tells in its Close what was wrong", async () => {
      const wrongs: readonly [number, (scene: WebSocketScene) => Uint8Array][] =
        [
          [1002, (scene) => scene.frame(3, "flag")],
          [1002, (scene) => scene.wire(2, "")],
          [1003, (scene) => scene.wire(1, "text")],
          [1009, (scene) => scene.frame(0, "x".repeat(101))],
          [1002, (scene) => scene.frame(2, "")],
          // Masked where it must not be, and the other way round.
          [
            1002,
            () => zwsFrame(0, "a", role === "server" ? {} : { key: KEY }),
          ],
        ];
      for (const [code, say] of wrongs) {
        const scene = await WebSocketScene.ready(
          { type: "PULL", link: { role }, options: { maxMessageSize: 100 } },
          "PUSH",
        );
        await scene.say(say(scene), scene.frame(0, "behind it"));
        assert.deepEqual(scene.host.messages, []);
        assert.equal(scene.closeCode(), code);
        await scene.clock.advance(1000);
        assert.ok(scene.stream.gone);
      }
    });
  });
}

describe("two WebSocketSessions", () => {
  for (const masked of [true, false]) {
    for (const chunk of [0, 1]) {
      it(`talk and part in peace, ${masked ? "" : "not "}masked, chunks of ${chunk}`, async () => {
        const clock = new FakeClock();
        const push = new TestHost("PUSH", clock);
        const pull = new TestHost("PULL", clock);
        const [one, other] = MemoryStream.pair({ chunk });
        const link = { subprotocol: "ZWS2.0/NULL", masked, canPing: true };
        one.webSocket = { ...link, role: "client" } as WebSocketLink;
        other.webSocket = { ...link, role: "server" } as WebSocketLink;
        const client = await push.session(one);
        await pull.session(other);
        await clock.settle();
        const bodies = ["", "a", "x".repeat(300), "y".repeat(9000)];
        for (const body of bodies) assert.ok(push.send(body, body));
        client.finish(-1);
        await clock.settle();
        assert.deepEqual(pull.messages, bodies.map((body) => [body, body]));
        assert.deepEqual(push.ends, [{ ready: true, error: undefined }]);
        assert.deepEqual(pull.ends, [{ ready: true, error: undefined }]);
        assert.equal(clock.timers, 0);
      });
    }
  }
});
