// Traffic after the handshake: messages, commands, limits, backpressure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import type { MemoryOptions } from "../../kit/memory_stream.ts";
import {
  command,
  facing,
  frame,
  greeting,
  type RawPeer,
  ready,
  TestHost,
} from "../../kit/session_host.ts";

const PEERS: Partial<Record<SocketType, string>> = {
  PULL: "PUSH",
  PUSH: "PULL",
  PUB: "SUB",
  XPUB: "XSUB",
  SUB: "PUB",
  REQ: "REP",
  DEALER: "ROUTER",
  RADIO: "DISH",
  DISH: "RADIO",
  SCATTER: "GATHER",
};

interface Scene {
  readonly clock: FakeClock;
  readonly host: TestHost;
  readonly peer: RawPeer;
  say(...frames: string[]): Promise<void>;
}

/** A socket after its handshake with a peer to play by hand. */
async function scene(
  type: SocketType,
  changes: Partial<Options> = {},
  minor = 1,
  options: MemoryOptions = {},
): Promise<Scene> {
  const clock = new FakeClock();
  const host = new TestHost(type, clock, changes);
  const { peer } = await facing(host, options);
  peer.say(greeting("NULL", minor) + ready(PEERS[type]!));
  await clock.settle();
  peer.take();
  return {
    clock,
    host,
    peer,
    say: async (...frames) => {
      peer.say(frames.join(""));
      await clock.settle();
    },
  };
}

test("Session takes commands between the frames of a message", async () => {
  const { host, peer, say } = await scene("PULL");
  await say(
    frame(1, "a"),
    command("PING", "\0\0abc"),
    frame(1, ""),
    command("UNKNOWN", "x"),
    command("PONG", "y"),
    frame(0, "b"),
  );
  assert.deepEqual(host.messages, [["a", "", "b"]]);
  assert.equal(peer.take(), command("PONG", "abc"));
});

test("Session delivers no part of a message that is cut", async () => {
  const { host, peer, clock, say } = await scene("PULL");
  await say(frame(0, "whole"), frame(1, "a"), frame(1, "b"));
  peer.stream.close();
  await clock.settle();
  assert.deepEqual(host.messages, [["whole"]]);
  assert.deepEqual(host.names, ["handshake", "disconnect"]);
  assert.equal(host.ends[0]!.error, undefined);
});

const fatal: [string, string, string][] = [
  ["a command without a name", "0400", "EPROTO"],
  ["a command whose name is too long", "04020541", "EPROTO"],
  ["an ERROR", command("ERROR", "\x03bye"), "EPROTO"],
  ["a PING without a ttl", command("PING", "\0"), "EPROTO"],
  ["a PING with too long a context", command("PING", "x".repeat(19)), "EPROTO"],
  ["reserved flags", "0800", "EPROTO"],
  ["a command with the MORE bit", "0500", "EPROTO"],
];
for (const [what, octets, code] of fatal) {
  test(`Session ends the connection on ${what}`, async () => {
    const { host, peer, clock, say } = await scene("PULL");
    await say(frame(0, "a"), octets, frame(0, "b"));
    assert.equal(peer.state, "closed");
    assert.deepEqual(host.names, ["handshake", "disconnect"]);
    assert.equal(host.events[1]!.error?.code, code);
    assert.deepEqual(host.messages, [["a"]]);
    assert.deepEqual(host.changes, ["online", "offline"]);
    assert.equal(clock.timers, 0);
  });
}

test("Session bounds the frames of a message", async () => {
  const { host, say } = await scene("PULL", { maxMessageParts: 3 });
  await say(frame(1, "a"), frame(1, "b"), frame(0, "c"));
  assert.deepEqual(host.messages, [["a", "b", "c"]]);
  await say(frame(1, "a"), frame(1, "b"), frame(1, "c"), frame(1, "d"));
  assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
});

test("Session bounds the octets of a message", async () => {
  const { host, say } = await scene("PULL", { maxMessageBytes: 6 });
  await say(frame(1, "abc"), frame(0, "def"), frame(0, "abcdef"));
  assert.equal(host.messages.length, 2);
  await say(frame(1, "abc"), frame(0, "defg"));
  assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
});

test("Session refuses one frame beyond maxMessageBytes by its header", async () => {
  const { host, say } = await scene("PULL", { maxMessageBytes: 6 });
  await say("0007");
  assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
});

for (const type of ["PUSH", "SCATTER", "RADIO"] as const) {
  test(`Session throws messages to ${type} away`, async () => {
    const { host, peer, say } = await scene(type);
    await say(frame(1, "a"), frame(0, "b"), frame(0, "c"));
    await say(command("PING", "\0\0"));
    assert.deepEqual(host.messages, []);
    assert.equal(peer.take(), command("PONG"));
  });
}

for (const minor of [0, 1]) {
  for (const type of ["PUB", "XPUB"] as const) {
    test(`Session takes both forms of subscriptions at ${type} from 3.${minor}`, async () => {
      const { host, say } = await scene(type, {}, minor);
      await say(
        command("SUBSCRIBE", "A"),
        frame(0, "\x01B"),
        frame(0, "\x00B"),
        command("CANCEL", "A"),
        frame(0, "\x01"),
        frame(1, "\x01C"),
        frame(1, "\x01D"),
        frame(0, "\x01E"),
        command("JOIN", "x"),
      );
      assert.deepEqual(host.commands, [
        "SUBSCRIBE A",
        "SUBSCRIBE B",
        "CANCEL B",
        "CANCEL A",
        "SUBSCRIBE ",
        "SUBSCRIBE C",
      ]);
      assert.deepEqual(host.messages, []);
      await say(frame(1, "user"), frame(0, "\x01"), frame(0, ""));
      const expected = type === "XPUB" ? [["user", "\x01"], [""]] : [];
      assert.deepEqual(host.messages, expected);
    });
  }
}

test("Session takes groups at RADIO only", async () => {
  const { host, say } = await scene("RADIO");
  await say(command("JOIN", "g"), command("LEAVE", "g"));
  await say(command("SUBSCRIBE", "A"));
  assert.deepEqual(host.commands, ["JOIN g", "LEAVE g"]);
  await say(command("JOIN", "g\0"));
  assert.equal(host.ends[0]!.error?.code, "EPROTO");
});

test("Session ignores subscriptions where there are none", async () => {
  const { host, say } = await scene("DEALER");
  await say(command("SUBSCRIBE", "A"), frame(0, "\x01A"));
  assert.deepEqual(host.commands, []);
  assert.deepEqual(host.messages, [["\x01A"]]);
});

for (const minor of [0, 1]) {
  test(`Session sends subscriptions to 3.${minor} in its form`, async () => {
    const { host, peer, clock } = await scene("SUB", {}, minor);
    const [pipe] = host.pipes;
    pipe!.command("SUBSCRIBE", fromKey("A"));
    pipe!.command("CANCEL", fromKey("A"));
    pipe!.command("JOIN", fromKey("g"));
    await clock.settle();
    const topics = minor === 0
      ? frame(0, "\x01A") + frame(0, "\0A")
      : command("SUBSCRIBE", "A") + command("CANCEL", "A");
    assert.equal(peer.take(), topics + command("JOIN", "g"));
  });
}

test("Session accepts replies with an envelope", async () => {
  const { host, say } = await scene("REQ");
  await say(frame(1, ""), frame(0, "a"));
  await say(frame(1, "1234"), frame(1, ""), frame(0, "b"));
  await say(frame(1, ""), frame(1, "c"), frame(0, ""));
  assert.deepEqual(host.messages, [["", "a"], ["1234", "", "b"], [
    "",
    "c",
    "",
  ]]);
});
for (
  const [what, ...frames] of [
    ["one frame", frame(0, "a")],
    ["an empty frame alone", frame(0, "")],
    ["no empty frame", frame(1, "a"), frame(0, "b")],
    ["an id alone", frame(1, "1234"), frame(0, "")],
  ]
) {
  test(`Session drops the peer of a REQ that replies with ${what}`, async () => {
    const { host, say } = await scene("REQ");
    await say(...frames);
    assert.equal(host.ends[0]!.error?.code, "EPROTO");
    assert.deepEqual(host.messages, []);
  });
}

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
  await clock.settle();
  peer.stream.resume();
  await clock.settle();
  assert.equal(peer.take(), frame(0, "0123456789") + command("PONG", "999"));
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
