// A `readable` that was cancelled while it was read from took one more message
// for nobody, and stayed; one quiet spell of `receiveTimeout` ended it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, Pull, Push, Reply, Request } from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts } from "../kit/stage.ts";
import { pause, until, within } from "../kit/wait.ts";

/** A connected PUSH and PULL. */
async function pipeline(bag: Bag): Promise<{ push: Push; pull: Pull }> {
  const pull = bag.keep(new Pull());
  const push = bag.keep(new Push());
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await until(() => push.peers.length === 1, "the peer is there");
  return { push, pull };
}

test("readable that is cancelled takes no message", async () => {
  await using bag = new Bag();
  const { push, pull } = await pipeline(bag);
  const reader = pull.readable.getReader();
  const last = reader.read();
  // It waits by then: a stream has to start before it asks for anything.
  await pause(5);
  await reader.cancel();
  assert.equal((await within(last, "the end")).done, true);
  for (const each of ["1", "2"]) await push.send(each);
  assert.deepEqual(await nextTexts(pull), ["1"]);
  assert.deepEqual(await nextTexts(pull), ["2"]);
});

test("readable is made anew after it was cancelled", async () => {
  await using bag = new Bag();
  const { push, pull } = await pipeline(bag);
  const first = pull.readable;
  assert.equal(pull.readable, first);
  await first.cancel();
  assert.notEqual(pull.readable, first);
  await push.send("again");
  const reader = pull.readable.getReader();
  const { value } = await within(reader.read(), "a message");
  assert.deepEqual(texts(value!), ["again"]);
  // What was there before has no say in what is there now.
  await first.cancel();
  await push.send("and again");
  const next = await within(reader.read(), "a message");
  assert.deepEqual(texts(next.value!), ["and again"]);
});

test("pipeTo() that is aborted leaves the rest to receive()", async () => {
  await using bag = new Bag();
  const { push, pull } = await pipeline(bag);
  const stop = new AbortController();
  const piped: string[] = [];
  const writable = new WritableStream<Message>({
    write: ([frame]) => void piped.push(text(frame!)),
  });
  const piping = pull.readable.pipeTo(writable, { signal: stop.signal });
  piping.catch(() => {});
  await push.send("0");
  await until(() => piped.length === 1, "the message is piped");
  stop.abort();
  await assert.rejects(within(piping, "the end"), { name: "AbortError" });
  for (const each of ["1", "2"]) await push.send(each);
  assert.deepEqual(await nextTexts(pull), ["1"]);
  assert.deepEqual(await nextTexts(pull), ["2"]);
  assert.deepEqual(piped, ["0"]);
});

test("readable waits however long, whatever receiveTimeout says", async () => {
  await using bag = new Bag();
  const { push, pull } = await pipeline(bag);
  pull.receiveTimeout = 5;
  const reader = pull.readable.getReader();
  const reading = reader.read();
  await pause(30);
  await push.send("late");
  assert.deepEqual(texts((await within(reading, "a message")).value!), [
    "late",
  ]);
});

test("readable is made anew after it has failed", async () => {
  await using bag = new Bag();
  const reply = bag.keep(new Reply());
  const request = bag.keep(new Request());
  await reply.bind("inproc://041");
  request.connect("inproc://041");
  const reader = request.readable.getReader();
  await assert.rejects(within(reader.read(), "a failure"), { code: "EFSM" });
  await request.send("question");
  await reply.receive();
  await reply.send("answer");
  const { value } = await within(
    request.readable.getReader().read(),
    "the answer",
  );
  assert.deepEqual(texts(value!), ["answer"]);
});
