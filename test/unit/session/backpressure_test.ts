/**
 * Full inboxes, slow transports, and peers that leave in between.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import {
  command,
  facing,
  frame,
  greeting,
  ready,
  TestHost,
} from "../../kit/session_host.ts";
import { scene } from "../../kit/session_scene.ts";

test("Session stops reading when the inbox is full, and goes on", async () => {
  const { host, peer, clock } = await scene("PULL", {
    receiveHighWaterMark: 4,
  });
  host.keeps = true;
  const [pipe] = host.pipes;
  const own = peer.stream;
  for (let i = 0; i < 100; i++) peer.say(frame(0, String(i)));
  await clock.settle();
  assert.equal(pipe!.inbox.length, 4);
  const read: string[] = [];
  for (let i = 0; i < 2; i++) read.push(String(pipe!.read()));
  await clock.settle();
  assert.equal(pipe!.inbox.length, 4);
  for (let next = pipe!.read(); next; next = pipe!.read()) {
    read.push(String(next));
    await clock.settle();
  }
  assert.equal(read.length, 100);
  assert.equal(own.gone, false);
});

test("Session stops inside a chunk when the inbox is full", async () => {
  const { host, peer, clock } = await scene("PULL", {
    receiveHighWaterMark: 2,
  });
  host.keeps = true;
  const [pipe] = host.pipes;
  let frames = "";
  for (let i = 0; i < 10; i++) frames += frame(0, String(i));
  peer.say(frames);
  await clock.settle();
  assert.equal(pipe!.inbox.length, 2);
  pipe!.read();
  await clock.settle();
  assert.equal(pipe!.inbox.length, 2);
  // The peer goes: what has arrived can still be read.
  peer.stream.close();
  await clock.settle();
  assert.equal(host.changes.at(-1), "offline");
});

test("Session delivers what it holds when the peer goes", async () => {
  const { host, peer, clock } = await scene("PULL", {
    receiveHighWaterMark: 2,
  });
  host.keeps = true;
  peer.say(frame(0, "a") + frame(0, "b") + frame(0, "c") + frame(0, "d"));
  await clock.settle();
  assert.equal(host.pipes[0]!.inbox.length, 2);
  peer.stream.reset();
  await clock.settle();
  assert.equal(host.pipes[0]!.inbox.length, 4);
});

test("Session waits for the transport, and the pipe's writers with it", async () => {
  const { host, peer, clock } = await scene(
    "PUSH",
    { sendHighWaterMark: 10 },
    1,
    { limit: 100 },
  );
  peer.stream.pause();
  let sent = 0;
  while (host.send("x".repeat(30)) && sent < 1000) sent++;
  assert.ok(sent >= 10 && sent < 30, String(sent));
  assert.equal(host.changes.at(-1), "online");
  peer.stream.resume();
  await clock.settle();
  assert.equal(host.changes.at(-1), "writable");
  assert.equal(peer.take(), frame(0, "x".repeat(30)).repeat(sent));
});

test("Session writes once a turn", async () => {
  const { host, peer, clock } = await scene("PUSH");
  let writes = 0;
  const sink = peer.data.bind(peer);
  peer.data = (chunk) => {
    writes++;
    sink(chunk);
  };
  for (let i = 0; i < 50; i++) host.send("a");
  await clock.settle();
  assert.equal(peer.take(), frame(0, "a").repeat(50));
  assert.equal(writes, 1);
});

test("Session keeps one PONG for a peer that does not read", async () => {
  const { host, peer, clock } = await scene("PUSH", {}, 1, { limit: 10 });
  peer.stream.pause();
  host.send("0123456789");
  await clock.settle();
  for (let i = 0; i < 1000; i++) {
    peer.say(command("PING", `\0\0${i}`));
    await Promise.resolve();
  }
  // Not all in one turn: others have theirs.
  await clock.settle();
  peer.stream.resume();
  await clock.settle();
  assert.equal(peer.take(), frame(0, "0123456789") + command("PONG", "999"));
});

test("Session lets others have their turn after 500 commands of one peer", async () => {
  const { host, peer, clock } = await scene("XPUB");
  const rests: number[] = [];
  const defer = clock.defer.bind(clock);
  clock.defer = (callback) => {
    rests.push(host.commands.length);
    defer(callback);
  };
  const topics = Array.from({ length: 1200 }, (_, i) => `${i}`);
  const octets = topics.map((topic) => command("SUBSCRIBE", topic)).join("");
  peer.say(octets);
  await clock.settle();
  assert.deepEqual(rests, [500, 1000]);
  assert.equal(host.commands.length, 1200);
  // The end of a connection waits for nobody.
  clock.defer = () => {};
  peer.say(octets);
  await clock.settle();
  assert.equal(host.commands.length, 1500);
  peer.stream.close();
  await clock.settle();
  assert.equal(host.commands.length, 2400);
});

test("Session takes no message beyond a mark that fell during such a rest", async () => {
  const { host, peer, clock } = await scene("PULL", {
    receiveHighWaterMark: 10,
  });
  host.keeps = true;
  const [pipe] = host.pipes;
  const rests: (() => void)[] = [];
  const defer = clock.defer;
  clock.defer = (callback) => rests.push(callback);
  const message = frame(0, "x");
  peer.say(message.repeat(4) + command("PING", "\0\0").repeat(500));
  peer.say(message.repeat(4));
  await clock.settle();
  assert.equal(pipe!.inbox.length, 4);
  pipe!.limits.receiveHighWaterMark = 4;
  pipe!.refresh();
  clock.defer = defer;
  for (const rest of rests) rest();
  await clock.settle();
  assert.equal(pipe!.inbox.length, 4);
  for (let i = 0; i < 2; i++) pipe!.read();
  await clock.settle();
  assert.equal(pipe!.inbox.length, 4);
});

test("Session reads subscriptions on whatever waits to be received", async () => {
  const { host, peer, clock } = await scene("XPUB", {
    receiveHighWaterMark: 1,
  });
  host.pipes[0]!.enqueue([]);
  peer.say(command("SUBSCRIBE", "topic").repeat(1200));
  await clock.settle();
  assert.equal(host.commands.length, 1200);
});

test("Session ends when the socket lets go of the pipe in a message", async () => {
  const { host, peer, say } = await scene("PULL");
  host.onMessage = (pipe) => pipe.close();
  await say(frame(0, "a"), frame(0, "b"));
  assert.deepEqual(host.messages, [["a"]]);
  assert.equal(peer.state, "closed");
  assert.deepEqual(host.names, ["handshake"]);
});

test("Session survives a socket that throws", async () => {
  const { host, peer, say } = await scene("PULL");
  host.onMessage = () => {
    throw new TypeError("oops");
  };
  await say(frame(0, "a"), frame(0, "b"));
  assert.equal(peer.state, "closed");
  assert.deepEqual(host.names, ["handshake", "disconnect"]);
});

test("Session closes when the socket refuses the pipe", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PULL", clock);
  host.onPipe = (pipe) => pipe.close();
  const { peer } = await facing(host);
  peer.say(greeting() + ready("PUSH") + frame(0, "a"));
  await clock.settle();
  assert.equal(peer.state, "closed");
  assert.deepEqual(host.messages, []);
  assert.equal(clock.timers, 0);
});

test("Session waits for the transport with its commands too", async () => {
  const clock = new FakeClock();
  const host = new TestHost("SUB", clock);
  const { peer, stream } = await facing(host, { limit: 10 });
  peer.say(greeting() + ready("PUB"));
  await clock.settle();
  peer.take();
  peer.stream.pause();
  let writes = 0;
  const write = stream.write.bind(stream);
  stream.write = (parts) => {
    writes++;
    return write(parts);
  };
  for (let i = 0; i < 5; i++) {
    host.pipes[0]!.command("SUBSCRIBE", fromKey(`topic ${i}`));
    await clock.settle();
  }
  assert.equal(writes, 1);
  peer.stream.resume();
  await clock.settle();
  assert.equal(writes, 2);
  assert.equal(peer.take().match(/535542534352494245/g)?.length, 5);
});

test("Session.finish lets a peer that ended its side read on", async () => {
  const clock = new FakeClock();
  const host = new TestHost("PUSH", clock);
  const { peer, session, stream } = await facing(host);
  peer.say(greeting() + ready("PULL"));
  await clock.settle();
  peer.take();
  peer.stream.pause();
  host.send("a");
  session.finish(-1);
  await clock.settle();
  peer.stream.end();
  await clock.settle();
  assert.equal(stream.gone, false);
  peer.stream.resume();
  await clock.settle();
  assert.equal(peer.take(), frame(0, "a"));
  assert.ok(stream.gone);
  assert.equal(clock.timers, 0);
});
