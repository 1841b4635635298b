// NORM among strangers: publishers whose streams are no messages. The messages
// of others come whole and in order all the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type MulticastSocket,
  Publisher,
  type SocketEvent,
  Subscriber,
} from "../../../mod.ts";
import { norm } from "../../../ext/norm/mod.ts";
import { concat, fromHex } from "../../../src/base/bytes.ts";
import { noise, octets, sameMessages, text } from "../../kit/messages.ts";
import { FAST, normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { pause, until, within } from "../../kit/wait.ts";

/** A publisher that sends any octets. */
async function stranger(endpoint: string) {
  const [, address = ""] = endpoint.split("://");
  let writable = () => {};
  const socket: MulticastSocket = await norm().open(
    { scheme: "norm", address, text: endpoint },
    {
      role: "send",
      signal: new AbortController().signal,
      ipv6: false,
      ...FAST,
    },
    {
      received: () => true,
      lost: () => {},
      writable: () => writable(),
      closed: () => {},
    },
  );
  return {
    async send(all: Uint8Array): Promise<void> {
      let at = 0;
      while ((at += socket.send(all.subarray(at), true)) < all.length) {
        await within(
          new Promise<void>((resolve) => writable = resolve),
          "room",
        );
      }
    },
    async close(): Promise<void> {
      await within(socket.drain!(), "it is sent");
      await socket.close();
    },
  };
}

/** A frame that is a message by itself. */
function whole(body: string): Uint8Array {
  const octetsOf = octets(body);
  return concat([Uint8Array.of(0, 0, octetsOf.length), octetsOf]);
}

describe("a subscriber over norm", { skip: skipWithoutNorm }, () => {
  const garbage: [what: string, octets: Uint8Array][] = [
    ["noise", concat([Uint8Array.of(7), noise(50_000, 1)])],
    ["a frame beyond the limit", fromHex("0002" + "00".repeat(5) + "100000")],
    ["a frame of more octets than there are", fromHex("0002" + "f".repeat(16))],
    // Of seven octets each, so that they begin where packets do.
    [
      "noise that goes on like messages",
      concat([
        new Uint8Array(7).fill(7),
        ...new Array<Uint8Array>(15_000).fill(whole("torn")),
      ]),
    ],
    ["a command", fromHex("00040141")],
    [
      "a message inside of another one",
      concat([fromHex("00010141"), whole("no")]),
    ],
  ];
  for (const [what, content] of garbage) {
    it(`tells of a gap at ${what}, and goes on with a later message`, async () => {
      const endpoint = normEndpoint();
      const sub = new Subscriber({ maxMessageSize: 100_000 });
      const gaps: SocketEvent[] = [];
      sub.events.on("gap", (event) => gaps.push(event));
      sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new Publisher(FAST);
      await pub.bind(endpoint);
      const wild = await stranger(endpoint);
      await wild.send(whole("joined"));
      assert.equal(text((await within(sub.receive(), "it"))[0]), "joined");
      await wild.send(content);
      await until(() => gaps.length === 1, "the gap");
      assert.match(gaps[0]!.error!.code, /^(EPROTO|EMSGSIZE)$/);
      // The stream is read again from a beginning that comes later.
      let isBack = false;
      const back = within(sub.receive(), "a later message");
      void back.then(() => isBack = true);
      for (let i = 0; !isBack && i < 100; i++) {
        await wild.send(whole("back"));
        await pause(10);
      }
      assert.deepEqual((await back).map(text), ["back"]);
      await wild.close();
      await pub.send(["good", noise(10_000, 2)]);
      let message = await within(sub.receive(), "it");
      while (text(message[0]) === "back") {
        message = await within(sub.receive(), "it");
      }
      sameMessages([message], [[octets("good"), noise(10_000, 2)]]);
      assert.equal(sub.stats.gaps, 1);
      await Promise.all([pub.close(), sub.close()]);
    });
  }

  it("hears others whole and in order while a stranger never ends", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber({ maxMessageSize: 10_000 });
    sub.subscribe("good");
    await sub.bind(endpoint);
    const pub = new Publisher(FAST);
    await pub.bind(endpoint);
    const wild = await stranger(endpoint);
    const sending = (async () => {
      for (let i = 0; i < 200; i++) {
        await wild.send(noise(1 + i * 37 % 3000, i));
        await pub.send([`good ${i}`, noise(2000, i)]);
      }
    })();
    for (let i = 0; i < 200; i++) {
      const message = await within(sub.receive(), "it");
      sameMessages([message], [[octets(`good ${i}`), noise(2000, i)]]);
    }
    await sending;
    await wild.close();
    await Promise.all([pub.close(), sub.close()]);
  });
});
