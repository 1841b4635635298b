// The events of a socket, without a socket.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type SocketEvent, SocketEvents } from "../../../src/socket/events.ts";

/** What an iterator keeps for a slow reader. */
const KEPT = 10_000;

test("SocketEvents calls listeners in order, when the step at hand is complete", async () => {
  const events = new SocketEvents();
  const heard: string[] = [];
  const next = events.once("bind");
  for (const type of ["bind", "close", "end"] as const) {
    events.on(type, ({ address }) => heard.push(`${type} ${address}`));
  }
  const step = async (): Promise<void> => {
    for (const address of ["1", "2"]) events.emit("bind", { address });
    events.emit("close", { address: "1" });
    events.emit("end", { address: "" });
    await Promise.resolve(heard.push("complete"));
  };
  await step();
  assert.deepEqual(heard, ["complete", "bind 1", "bind 2", "close 1", "end "]);
  assert.equal((await next).address, "1");
});

test("SocketEvents calls nobody who has left meanwhile", async () => {
  const events = new SocketEvents();
  const heard: string[] = [];
  const listener = ({ type }: SocketEvent): void => void heard.push(type);
  events.on("bind", listener).on("close", listener);
  events.emit("bind", { address: "" });
  events.off("bind", listener);
  events.emit("close", { address: "" });
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(heard, ["close"]);
});

test("SocketEvents keeps the newest 10 000 events for a slow reader", async () => {
  const events = new SocketEvents();
  const slow = events[Symbol.asyncIterator]();
  for (let i = 0; i < KEPT + 5; i++) {
    events.emit("accept", { address: `${i}` });
  }
  events.emit("end", { address: "" });
  const first = await slow.next();
  assert.equal(first.value?.address, "6");
  let count = 1;
  while (!(await slow.next()).done) count++;
  assert.equal(count, KEPT);
});
