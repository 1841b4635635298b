// A ROUTER took messages for a peer that had closed its WebSocket, until the
// connection under it was gone too, and lost them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Router, type Transport } from "../../mod.ts";
import { concat } from "../../src/base/bytes.ts";
import { MemoryStream } from "../kit/memory_stream.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";
import { LINK, readyOf } from "../kit/websocket_scene.ts";
import { KEY, wireFrame, zwsFrame } from "../kit/websocket_wire.ts";

test("mandatory is EHOSTUNREACH as soon as a peer has said goodbye", async () => {
  await using bag = new Bag();
  const [near, far] = MemoryStream.pair();
  near.webSocket = LINK;
  const transport: Transport = {
    scheme: "ws",
    makesWebSockets: true,
    connect: () => Promise.reject(new Error("not here")),
    listen({ text }, _options, accept) {
      queueMicrotask(() => accept(near));
      return Promise.resolve({ endpoint: text, close: async () => {} });
    },
  };
  const router = bag.keep(new Router({ mandatory: true }));
  const lost = router.events.once("disconnect");
  await router.bind("ws://somewhere", { transport });
  far.start({ data() {}, drain() {}, end() {}, closed() {} });
  const masks = { key: KEY };
  const ready = `${readyOf("DEALER")}\x08Identity\0\0\0\x01X`;
  far.write([concat([zwsFrame(2, ready, masks), zwsFrame(0, "hi", masks)])]);
  await router.receive({ timeout: 5000 });
  await router.send(["X", "welcome"]);
  far.write([wireFrame(8, "", masks)]);
  await within(lost, "a goodbye");
  await assert.rejects(router.send(["X", "too late"]), {
    code: "EHOSTUNREACH",
  });
  far.close();
});
