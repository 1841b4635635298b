// What `receiveMany()` had taken was lost when taking one more threw: for REP
// and REQ, which give one message a turn, always.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pull, Push, Reply, Request } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";

test("receiveMany() of REP and REQ gives the one message there is", async () => {
  await using bag = new Bag();
  const reply = bag.keep(new Reply());
  const request = bag.keep(new Request());
  await reply.bind("inproc://040");
  request.connect("inproc://040");
  await request.send("question");
  assert.deepEqual((await reply.receiveMany()).map(texts), [["question"]]);
  await reply.send("answer");
  assert.deepEqual((await request.receiveMany()).map(texts), [["answer"]]);
  await assert.rejects(request.receiveMany(), { code: "EFSM" });
});

test("receiveMany() gives what it took before the socket was closed", async () => {
  await using bag = new Bag();
  const pull = bag.keep(new Pull());
  const push = bag.keep(new Push());
  await pull.bind("inproc://040-closed");
  push.connect("inproc://040-closed");
  const received = within(pull.receiveMany(), "a message");
  await push.send("1");
  void push.send("2");
  const closed = pull.close();
  assert.deepEqual((await received).map(texts), [["1"]]);
  await closed;
});
