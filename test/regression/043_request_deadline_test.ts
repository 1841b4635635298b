// The timeout of `request()` was counted twice: for sending the question, and
// again for its reply.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Reply, Request } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { pause } from "../kit/wait.ts";

test("request() has one deadline for sending and for the reply", async () => {
  await using bag = new Bag();
  const request = bag.keep(new Request({ linger: 0 }));
  const started = performance.now();
  const answer = request.request("anyone?", { timeout: 1000 });
  answer.catch(() => {});
  // It can be sent only when most of the time is over.
  await pause(700);
  const reply = bag.keep(new Reply());
  await reply.bind("inproc://043");
  request.connect("inproc://043");
  await reply.receive();
  await assert.rejects(answer, { code: "EAGAIN" });
  const took = performance.now() - started;
  assert.ok(took >= 990 && took < 1500, `${took} ms`);
});
