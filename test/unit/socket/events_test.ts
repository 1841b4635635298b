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

/** Events as a program has them that looks at `socket.events`. */
function looked(): SocketEvents {
  return new SocketEvents().look();
}

test("SocketEvents.receive() gives each event once, from the first look on", async () => {
  const events = new SocketEvents();
  events.emit("bind", { address: "unseen" });
  assert.equal(events.look(), events);
  for (const address of ["1", "2"]) events.emit("accept", { address });
  const heard = [(await events.receive()).address];
  const waiting = [1, 2, 3].map(() => events.receive());
  events.emit("accept", { address: "3" });
  events.emit("accept", { address: "4" });
  for (const event of await Promise.all(waiting)) heard.push(event.address);
  assert.deepEqual(heard, ["1", "2", "3", "4"]);
});

test("SocketEvents.receive() gives end, and then fails", async () => {
  const events = looked();
  events.emit("close", { address: "1" });
  events.emit("end", { address: "" });
  const heard: string[] = [];
  while (!events.closed) heard.push((await events.receive()).type);
  assert.deepEqual(heard, ["close", "end"]);
  await assert.rejects(events.receive(), { code: "EBADF" });
});

test("SocketEvents.receive() that waits at the end fails but for one", async () => {
  const events = looked();
  const waiting = [events.receive(), events.receive()] as const;
  events.emit("end", { address: "" });
  assert.equal((await waiting[0]).type, "end");
  await assert.rejects(waiting[1], { code: "EBADF" });
});

test("SocketEvents gives what is kept to the first iterator", async () => {
  const events = looked();
  events.emit("bind", { address: "1" });
  const [first, second] = [1, 2].map(() => events[Symbol.asyncIterator]());
  events.emit("end", { address: "" });
  const typesOf = async (iterator?: AsyncIterator<SocketEvent>) => {
    const types: string[] = [];
    for (let step; !(step = await iterator!.next()).done;) {
      types.push(step.value.type);
    }
    return types;
  };
  assert.deepEqual(await typesOf(first), ["bind", "end"]);
  assert.deepEqual(await typesOf(second), ["end"]);
});

test("SocketEvents keeps nothing for who listens, until it is received", async () => {
  const events = looked().on("accept", () => {});
  events.emit("accept", { address: "1" });
  const waiting = events.receive();
  events.emit("accept", { address: "2" });
  assert.equal((await waiting).address, "2");
  // A listener takes nothing away from who receives.
  events.on("accept", () => {}).emit("accept", { address: "3" });
  assert.equal((await events.receive()).address, "3");
});

test("SocketEvents keeps the newest 10 000 events for receive()", async () => {
  const events = looked();
  for (let i = 0; i < KEPT + 5; i++) events.emit("accept", { address: `${i}` });
  assert.equal((await events.receive()).address, "5");
});
