// Sessions over a WebSocket, by subprotocol: identities, subscriptions, groups
// and heartbeats. RFC 45, RFC 39.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import type { WebSocketLink } from "../../../src/transport/transport.ts";
import { readyOf, WebSocketScene } from "../../kit/websocket_scene.ts";

describe("WebSocketSession without a mechanism", () => {
  for (const subprotocol of ["ZWS2.0", "ZWS1.0"] as const) {
    const open = (type: SocketType, more: Partial<WebSocketLink> = {}) =>
      WebSocketScene.open({
        type,
        link: { subprotocol, ...more },
        options: { routingId: fromKey("me") },
      });

    it(`${subprotocol} begins with identities, both ways`, async () => {
      const scene = await open("ROUTER");
      assert.deepEqual(scene.heard(), ["2 \0me"]);
      await scene.say(scene.frame(0, "you"), scene.frame(0, "data"));
      assert.deepEqual(scene.host.messages, [["data"]]);
      const { peer } = scene.host.events[0]!;
      assert.deepEqual(peer?.routingId, fromKey("you"));
      assert.equal(peer?.mechanism, "NULL");
    });

    it(`${subprotocol} refuses an identity that is none`, async () => {
      for (
        const [flag, body] of [[1, "you"], [0, "x".repeat(256)], [0, "\0a"]]
          .concat(subprotocol === "ZWS1.0" ? [[2, "you"]] : []) as [
            number,
            string,
          ][]
      ) {
        const scene = await open("ROUTER");
        scene.take();
        await scene.say(scene.frame(flag, body));
        assert.equal(scene.closeCode(), 1002);
        assert.equal(scene.host.pipes.length, 0);
      }
    });
  }

  it("ZWS2.0 takes commands, ZWS1.0 does not", async () => {
    for (
      const [subprotocol, isTaken] of [["ZWS2.0", true], ["ZWS1.0", false]]
        .map((pair) => pair as [WebSocketLink["subprotocol"], boolean])
    ) {
      const scene = await WebSocketScene.open({
        type: "XPUB",
        link: { subprotocol },
      });
      await scene.say(scene.frame(0), scene.frame(2, "\x09SUBSCRIBEtopic"));
      assert.deepEqual(
        scene.host.commands,
        isTaken ? ["SUBSCRIBE topic"] : [],
      );
      assert.equal(scene.session.over, !isTaken);
    }
  });

  it("ZWS1.0 checks the type of the query, where there is one", async () => {
    for (const [peerType, isIn] of [["PUSH", true], ["PULL", false]] as const) {
      const scene = await WebSocketScene.open({
        type: "PULL",
        link: { subprotocol: "ZWS1.0", peerType },
      });
      await scene.say(scene.frame(0));
      assert.equal(scene.session.ready, isIn);
    }
  });

  it("is refused where the socket asks for more", async () => {
    for (
      const options of [
        { zapDomain: "global" },
        { securityMechanism: "plain", plainServer: true },
      ] as const
    ) {
      const scene = await WebSocketScene.open({
        type: "PULL",
        link: { subprotocol: "ZWS2.0" },
        options,
      });
      assert.equal(scene.closeCode(), 1002);
      const { name, error } = scene.host.events[0]!;
      assert.equal(name, "handshake:error:protocol");
      assert.equal(error?.reason, "ERR_ZMTP_MECHANISM_MISMATCH");
    }
  });
});

describe("WebSocketSession, subscriptions and groups", () => {
  it("sends subscriptions as messages, and takes both forms", async () => {
    const sub = await WebSocketScene.ready({ type: "SUB" }, "PUB");
    sub.host.pipes[0]!.command("SUBSCRIBE", fromKey("A"));
    sub.host.pipes[0]!.command("CANCEL", fromKey("A"));
    await sub.clock.settle();
    assert.deepEqual(sub.heard(), ["2 \0\x01A", "2 \0\0A"]);
    const pub = await WebSocketScene.ready({ type: "PUB" }, "SUB");
    await pub.say(
      pub.frame(0, "\x01A"),
      pub.frame(2, "\x09SUBSCRIBEB"),
      pub.frame(2, "\x06CANCELB"),
    );
    assert.deepEqual(pub.host.commands, [
      "SUBSCRIBE A",
      "SUBSCRIBE B",
      "CANCEL B",
    ]);
  });

  it("sends JOIN and LEAVE as commands", async () => {
    const dish = await WebSocketScene.ready({ type: "DISH" }, "RADIO");
    dish.host.pipes[0]!.command("JOIN", fromKey("group"));
    dish.host.pipes[0]!.command("LEAVE", fromKey("group"));
    await dish.clock.settle();
    assert.deepEqual(dish.heard(), [
      "2 \x02\x04JOINgroup",
      "2 \x02\x05LEAVEgroup",
    ]);
  });
});

describe("WebSocketSession's heartbeat", () => {
  const options = { heartbeatInterval: 1000, heartbeatTimeout: 500 };

  it("is a Ping, and a Pong is life enough", async () => {
    const scene = await WebSocketScene.ready({ type: "PULL", options }, "PUSH");
    await scene.clock.advance(1000);
    assert.deepEqual(scene.heard(), ["9 "]);
    await scene.say(scene.wire(10));
    await scene.clock.advance(1000);
    assert.deepEqual(scene.heard(), ["9 "]);
    await scene.clock.advance(500);
    assert.equal(scene.host.ends.length + scene.host.events.length > 1, true);
    assert.equal(scene.host.events.at(-1)!.error?.code, "ETIMEDOUT");
    assert.equal(scene.closeCode(), 1008);
  });

  it("drops a peer that reads nothing, although its frames are shorter", async () => {
    // RFC 6455 has three octets fewer before such a body than ZMTP.
    const scene = await WebSocketScene.ready({
      type: "PUSH",
      options: { ...options, sendHighWaterMark: 0 },
    }, "PULL");
    let unsent = 1000;
    const { stream } = scene;
    Object.defineProperty(stream, "unsent", { get: () => unsent });
    const write = stream.write.bind(stream);
    stream.write = (parts) => {
      for (const { length } of parts) unsent += length;
      return write(parts);
    };
    await scene.clock.advance(1100);
    scene.host.send("x".repeat(1000));
    await scene.clock.advance(400);
    assert.equal(scene.host.events.at(-1)!.error?.code, "ETIMEDOUT");
  });

  it("bears a silent peer of a platform until it has answered once", async () => {
    const scene = await WebSocketScene.ready({
      type: "PULL",
      options,
      link: { masked: false, role: "client", canPing: false },
    }, "PUSH");
    await scene.clock.advance(5000);
    assert.deepEqual(scene.heard(), Array(5).fill("2 \x02\x04PING\0\0"));
    assert.equal(scene.session.over, false);
    await scene.say(scene.frame(2, "\x04PONG"));
    await scene.clock.advance(1500);
    assert.equal(scene.host.events.at(-1)!.error?.code, "ETIMEDOUT");
  });

  it("answers Pings that came before the handshake was over", async () => {
    const scene = await WebSocketScene.open({ type: "PULL" });
    scene.take();
    await scene.say(scene.wire(9, "early"));
    assert.deepEqual(scene.heard(), [], "nobody says when it has to wait");
    await scene.say(scene.frame(2, readyOf("PUSH")));
    assert.deepEqual(scene.heard(), ["10 early"]);
  });

  it("keeps few Pongs for a peer that does not read", async () => {
    const scene = await WebSocketScene.open({ type: "PULL" });
    scene.take();
    for (let i = 0; i < 200; i++) await scene.say(scene.wire(9, `${i}`));
    await scene.say(scene.frame(2, readyOf("PUSH")));
    const pongs = scene.heard();
    assert.ok(pongs.length <= 64, `${pongs.length}`);
    assert.equal(pongs.at(-1), "10 199", "the last one counts");
  });

  it("answers the PING of a platform's peer with PONG", async () => {
    const scene = await WebSocketScene.ready({ type: "PULL" }, "PUSH");
    await scene.say(scene.frame(2, "\x04PING\0\x0aabc"));
    assert.deepEqual(scene.heard(), ["2 \x02\x04PONGabc"]);
  });
});
