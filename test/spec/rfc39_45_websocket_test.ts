/**
 * RFC 45 and RFC 39: ZWS 2.0 and 1.0. What has no MUST says "must", or says
 * what is done.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey } from "../../src/base/bytes.ts";
import { compatible } from "../../src/options/socket_type.ts";
import { requestOf } from "../kit/websocket_request.ts";
import { section } from "../kit/rfc.ts";
import { readyOf, WebSocketScene } from "../kit/websocket_scene.ts";

const handshake = section(45, "Handshake");

handshake("MUST include at least one protocol as part of", async () => {
  const { fields } = await requestOf("/zeromq");
  assert.equal(fields["sec-websocket-protocol"], "ZWS2.0/NULL,ZWS2.0");
});
handshake(
  "Host and path parts of the request MUST be as set in the user in the",
  async () => {
    const { line, fields, host } = await requestOf("/zeromq");
    assert.equal(line, "GET /zeromq HTTP/1.1");
    assert.equal(fields.host, host);
  },
);

const none = section(45, "No Mechanism");

none(
  "must implement the no mechanism protocol",
  async () => {
    const scene = await WebSocketScene.open({
      type: "PULL",
      link: { subprotocol: "ZWS2.0" },
    });
    await scene.say(scene.frame(0), scene.frame(0, "data"));
    assert.deepEqual(scene.host.messages, [["data"]]);
  },
);
none(
  "the first message of each side of the connection must be the Routing Id",
  async () => {
    const scene = await WebSocketScene.open({
      type: "DEALER",
      link: { subprotocol: "ZWS2.0" },
      options: { routingId: fromKey("me") },
    });
    await scene.say(scene.frame(0, "you"));
    scene.host.send("data");
    await scene.clock.settle();
    assert.deepEqual(scene.heard(), ["2 \0me", "2 \0data"]);
    const { peer } = scene.host.events[0]!;
    assert.deepEqual(peer?.routingId, fromKey("you"));
  },
);

const framing = section(45, "Framing");

framing("Each ZeroMQ frame maps to one WebSockets message", async () => {
  const scene = await WebSocketScene.ready({ type: "PAIR" }, "PAIR");
  scene.host.send("a", "", "c");
  await scene.clock.settle();
  assert.deepEqual(scene.heard(), ["2 \x01a", "2 \x01", "2 \0c"]);
  await scene.say(...["d", ""].map((body) => scene.frame(1, body)));
  await scene.say(scene.frame(0, "f"));
  assert.deepEqual(scene.host.messages, [["d", "", "f"]]);
});

const sockets = section(45, "Socket Compatibility");

sockets("SHOULD enforce that an incoming connection has a valid", async () => {
  for (const [ours, theirs] of [["PULL", "PULL"], ["PUB", "PUB"]] as const) {
    assert.equal(compatible(ours, theirs), false);
    const scene = await WebSocketScene.open({ type: ours });
    await scene.say(scene.frame(2, readyOf(theirs)));
    assert.equal(scene.session.ready, false);
    assert.ok(scene.session.over);
  }
});

const subscribing = section(45, "Publish-Subscribe");

subscribing(
  "A SUB socket sends a subscription message as 0x01 byte followed by",
  async () => {
    for (const type of ["SUB", "XSUB"] as const) {
      const scene = await WebSocketScene.ready({ type }, "PUB");
      scene.host.pipes[0]!.command("SUBSCRIBE", fromKey("topic"));
      scene.host.pipes[0]!.command("CANCEL", fromKey("topic"));
      await scene.clock.settle();
      assert.deepEqual(scene.heard(), ["2 \0\x01topic", "2 \0\0topic"]);
    }
  },
);

const old = section(39, "Handshake");

old("client handshake request MUST include", async () => {
  const { fields } = await requestOf("/");
  assert.ok(!fields["sec-websocket-protocol"]!.includes("ZWS1.0"));
}, "a client does not ask for ZWS 1.0, which a server speaks");

const oldFraming = section(39, "Framing");

oldFraming(
  "On messages consisting of a single frame the MORE character MUST be 0",
  async () => {
    const scene = await WebSocketScene.open({
      type: "PAIR",
      link: { subprotocol: "ZWS1.0" },
    });
    await scene.say(scene.frame(0));
    scene.take();
    scene.host.send("one");
    await scene.clock.settle();
    assert.deepEqual(scene.heard(), ["2 \0one"]);
  },
);
