/**
 * Traffic after the handshake: messages, commands, limits.
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey } from "../../../src/base/bytes.ts";
import { command, frame } from "../../kit/session_host.ts";
import { scene } from "../../kit/session_scene.ts";

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
        // An XPUB takes the whole message: there may be more in it.
        ...type === "XPUB" ? [] : ["SUBSCRIBE C"],
      ]);
      const whole = type === "XPUB" ? [["\x01C", "\x01D", "\x01E"]] : [];
      assert.deepEqual(host.messages, whole);
      await say(frame(1, "user"), frame(0, "\x01"), frame(0, ""));
      const expected = type === "XPUB" ? [["user", "\x01"], [""]] : [];
      assert.deepEqual(host.messages, [...whole, ...expected]);
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
