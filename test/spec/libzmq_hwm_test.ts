// What libzmq asserts of high water marks over inproc: their sum, no limit,
// what is queued before the other side exists, and changes on live sockets.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

const MAX_SENDS = 10_000;

/** Sends numbers until the socket would have to wait; says how many. */
function fill(push: Push): number {
  let count = 0;
  while (count < MAX_SENDS && push.trySend(`${count}`)) count++;
  return count;
}

/** Takes what is there; fails unless it is numbered from 0. */
function drain(pull: Pull): number {
  let count = 0;
  for (let message = pull.tryReceive(); message; message = pull.tryReceive()) {
    assert.deepEqual(texts(message), [`${count++}`]);
  }
  return count;
}

/** How many messages two sockets hold, and that they go on afterwards. */
async function held(
  send: number | undefined,
  receive: number | undefined,
  first: "bind" | "connect",
): Promise<number> {
  await using stage = new Stage("inproc");
  const push = stage.make(
    Push,
    send === undefined ? {} : { sendHighWaterMark: send },
  );
  const pull = stage.make(
    Pull,
    receive === undefined ? {} : { receiveHighWaterMark: receive },
  );
  const endpoint = stage.place();
  if (first === "connect") push.connect(endpoint);
  await pull.bind(endpoint);
  if (first === "bind") push.connect(endpoint);
  const sent = fill(push);
  assert.equal(drain(pull), sent);
  await push.send("on", TIMEOUT);
  assert.deepEqual(await nextTexts(pull), ["on"]);
  return sent;
}

describe("high water marks over inproc", () => {
  it("are 1000 for each side by default, 2000 together", async () => {
    assert.equal(await held(undefined, undefined, "bind"), 2000);
  });

  for (const first of ["bind", "connect"] as const) {
    it(`add up when ${first} comes first`, async () => {
      assert.equal(await held(1, 1, first), 2);
    });

    it(`of 0 on either side are no limit when ${first} comes first`, async () => {
      assert.equal(await held(0, 0, first), MAX_SENDS);
      assert.equal(await held(1, 0, first), MAX_SENDS);
      assert.equal(await held(0, 1, first), MAX_SENDS);
    });
  }

  it("before the other side exists are the sender's, and what is queued outlives its close", async () => {
    await using stage = new Stage("inproc");
    const endpoint = stage.place();
    const push = stage.make(Push, { sendHighWaterMark: 1 });
    push.connect(endpoint);
    assert.equal(fill(push), 1);
    const closed = push.close();
    const pull = stage.make(Pull, { receiveHighWaterMark: 0 });
    await pull.bind(endpoint);
    assert.equal(drain(pull), 1);
    await within(closed, "the close");
  });

  it("changed before the connection count for it", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push);
    const pull = stage.make(Pull);
    pull.receiveHighWaterMark = 2;
    push.sendHighWaterMark = 2;
    await stage.join(push, pull);
    assert.equal(push.sendHighWaterMark, 2);
    assert.equal(fill(push), 4);
  });

  it("changed after the connection count at once", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push, { sendHighWaterMark: 1 });
    const pull = stage.make(Pull, { receiveHighWaterMark: 1 });
    await stage.join(push, pull);
    push.sendHighWaterMark = 5;
    assert.equal(push.sendHighWaterMark, 5);
    assert.equal(fill(push), 6);
  });

  it("lowered while it is full keep what is queued", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push, { sendHighWaterMark: 100 });
    const pull = stage.make(Pull, { receiveHighWaterMark: 1 });
    await stage.join(push, pull);
    assert.equal(fill(push), 101);
    push.sendHighWaterMark = 70;
    assert.equal(push.trySend("one more"), false);
    assert.equal(drain(pull), 101);
    assert.equal(fill(push), 71);
  });
});
