// The events of a socket, without a socket.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SocketEvents } from "../../../src/socket/events.ts";

/** What an iterator keeps for a slow reader. */
const KEPT = 10_000;

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
