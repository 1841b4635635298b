// A frame of one octet that waited kept the 64 KiB that it had come in: with
// commands between them that nobody keeps, 11 200 octets of messages that
// waited were 641 MiB, and the peer was never stopped.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fromKey, toKey } from "../../src/base/bytes.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { encodeCommand } from "../../src/wire/commands.ts";
import { COMMAND, encodeFrame, MORE } from "../../src/wire/framing.ts";
import { type Message, Pull, Subscriber } from "../../mod.ts";
import { login } from "../hostile/login.ts";
import { RawListener, RawPeer } from "../hostile/raw_peer.ts";
import type { Place } from "../hostile/words.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { facing, greeting, ready, TestHost } from "../kit/session_host.ts";
import { Bag } from "../kit/sockets.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { until } from "../kit/wait.ts";

const PLACE: Place = { role: "client", mechanism: "NULL", scheme: "tcp" };
const JUNK = encodeFrame(COMMAND, encodeCommand("ZZZ", new Uint8Array(30_000)));
const COUNT = 50;

/** The octets that messages keep from being forgotten. */
function kept(messages: Iterable<Message>): number {
  const buffers = new Set<ArrayBufferLike>();
  for (const message of messages) {
    for (const { buffer } of message) buffers.add(buffer);
  }
  return [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A socket whose messages wait, and a peer that is played. */
async function scene(type: SocketType, peerType: string) {
  const clock = new FakeClock();
  const host = new TestHost(type, clock);
  host.keeps = true;
  const { peer } = await facing(host);
  peer.say(greeting() + ready(peerType));
  await clock.settle();
  return {
    inbox: host.pipes[0]!.inbox,
    pipe: host.pipes[0]!,
    say: async (...parts: Uint8Array[]) => {
      peer.say(joined(...parts));
      await clock.settle();
    },
  };
}

const text = (frame: Uint8Array): string => toKey(frame);

describe("what frames that wait keep of the chunks they came in", () => {
  it("is little between commands that nobody keeps", async () => {
    const { inbox, say } = await scene("PULL", "PUSH");
    for (let i = 0; i < COUNT; i++) {
      const message = encodeFrame(0, fromKey(`${i}`));
      if (i % 2 === 0) await say(message, JUNK, JUNK);
      else await say(JUNK, message, JUNK);
    }
    assert.ok(kept(inbox) <= 2 * COUNT);
    assert.deepEqual(
      [...inbox].map((message) => message.map(text)),
      Array.from({ length: COUNT }, (_, i) => [`${i}`]),
    );
  });

  it("is little in a message of many frames", async () => {
    const { inbox, say } = await scene("PULL", "PUSH");
    const wanted: string[] = [];
    for (let i = 0; i < COUNT; i++) {
      const frames = [`${i}`, "", `next to ${i}`];
      wanted.push(...frames);
      const parts = frames.map((part) => encodeFrame(MORE, fromKey(part)));
      await say(JUNK, ...parts, JUNK);
    }
    await say(encodeFrame(0, fromKey("end")), JUNK);
    assert.deepEqual(
      [...inbox].map((message) => message.map(text)),
      [[...wanted, "end"]],
    );
    assert.ok(kept(inbox) < 2000);
  });

  it("is nothing more than the frames where chunks are full of them", async () => {
    const { inbox, say } = await scene("PULL", "PUSH");
    const frames = Array.from(
      { length: 100 },
      () => encodeFrame(0, new Uint8Array(100)),
    );
    await say(
      ...frames,
      encodeFrame(COMMAND, encodeCommand("ZZZ", new Uint8Array(1000))),
    );
    // No copy: all of them are in the chunk still.
    assert.equal(new Set([...inbox].map(([frame]) => frame!.buffer)).size, 1);
    assert.ok(kept(inbox) > 100 * 102);
  });

  it("is little when what came before it was read meanwhile", async () => {
    const { inbox, pipe, say } = await scene("PULL", "PUSH");
    const small = encodeFrame(0, fromKey("x"));
    const large = encodeFrame(0, new Uint8Array(50_000));
    for (let i = 0; i < COUNT; i++) {
      await say(large);
      await say(small, JUNK);
    }
    const rest: Message[] = [];
    while (inbox.length > 0) {
      const message = pipe.read()!;
      if (message[0]!.length === 1) rest.push(message);
    }
    assert.equal(rest.length, COUNT);
    assert.ok(kept(rest) < 2 * COUNT);
  });
});

describe("what frames that wait keep of what was read from tcp", () => {
  const closing: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const each of closing.splice(0)) await each.close();
  });

  it("is little between commands", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull());
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    const peer = await RawPeer.connectTo(endpoint);
    closing.push(peer);
    await login(peer, PLACE, { type: "PUSH" });
    for (let i = 0; i < COUNT; i++) {
      peer.say(encodeFrame(0, fromKey(`${i}`)), JUNK, JUNK);
    }
    await until(() => pull.stats.queued.incoming === COUNT, "all wait");
    // What came last is looked at when its chunk has come to its end.
    peer.say(encodeFrame(0, fromKey("end")));
    await until(() => pull.stats.queued.incoming > COUNT, "all has come");
    const messages: Message[] = [];
    for (let i = 0; i < COUNT; i++) messages.push(await pull.receive(TIMEOUT));
    assert.ok(kept(messages) < COUNT * 3000, `${kept(messages)} octets`);
  });

  it("is little between messages that nobody subscribed to", async () => {
    await using bag = new Bag();
    const listener = await RawListener.listen("tcp://127.0.0.1:*");
    closing.push(listener);
    const subscriber = bag.keep(new Subscriber());
    subscriber.subscribe("good");
    subscriber.connect(listener.endpoint);
    const peer = await listener.next();
    await login(peer, { ...PLACE, role: "server" }, { type: "PUB" });
    const other = encodeFrame(0, new Uint8Array(30_000));
    for (let i = 0; i < COUNT; i++) {
      peer.say(encodeFrame(0, fromKey(`good ${i}`)), other, other);
    }
    peer.say(encodeFrame(0, fromKey("good end")));
    await until(
      () => subscriber.stats.queued.incoming === COUNT + 1,
      "all wait",
    );
    const messages: Message[] = [];
    for (let i = 0; i < COUNT; i++) {
      messages.push(await subscriber.receive(TIMEOUT));
    }
    assert.ok(kept(messages) < COUNT * 3000, `${kept(messages)} octets`);
  });
});

describe("a message of very many frames", () => {
  it("counts 128 octets for each frame after the sixteenth", async () => {
    const clock = new FakeClock();
    const limits = { maxMessageBytes: 16 + 10 * 128 };
    const host = new TestHost("PULL", clock, limits);
    const { peer } = await facing(host);
    peer.say(greeting() + ready("PUSH"));
    const more = (count: number) =>
      joined(
        ...Array.from({ length: count }, () => encodeFrame(MORE, fromKey("x"))),
      );
    peer.say(joined(more(15), encodeFrame(0, new Uint8Array(1281))));
    peer.say(joined(more(24), encodeFrame(0, new Uint8Array(0))));
    await clock.settle();
    assert.deepEqual(host.messages.map(({ length }) => length), [16, 25]);
    assert.equal(peer.state, "");
    peer.say(more(26));
    await clock.settle();
    assert.equal(host.ends[0]!.error?.code, "EMSGSIZE");
  });
});
