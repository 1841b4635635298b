// R20 and R21: a peer that announces much and sends little costs no more than
// it sends, and one that floods does not keep others waiting.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { Dealer, Request } from "../../mod.ts";
import { concat, fromKey, writeU32 } from "../../src/base/bytes.ts";
import { History } from "../kit/history.ts";
import { mebioctets, quantile, verdict } from "../kit/verdict.ts";
import { pause } from "../kit/wait.ts";
import { Player } from "./players.ts";

const PEERS = 50;
const MEBIOCTET = 1024 * 1024;

const GREETING = fromKey(
  "\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01NULL" + "\0".repeat(48),
);
const READY = fromKey("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06DEALER");

/** A long frame's header, RFC 23: flags, and eight octets of length. */
function header(flags: number, length: number): Uint8Array {
  const octets = new Uint8Array(9);
  octets[0] = flags;
  writeU32(octets, 5, length);
  return octets;
}

/** What hostile peers say, and then hold the connection. */
const STORIES: Readonly<Record<string, readonly Uint8Array[]>> = {
  "1 GiB announced, 4 KiB sent": [
    GREETING,
    READY,
    header(2, 1024 * MEBIOCTET),
    new Uint8Array(4096),
  ],
  "64 MiB announced, 4 KiB sent": [
    GREETING,
    READY,
    header(2, 64 * MEBIOCTET),
    new Uint8Array(4096),
  ],
  "64 MiB announced before login": [GREETING, header(6, 64 * MEBIOCTET)],
};

describe("memory of a bound ROUTER", () => {
  for (const [story, said] of Object.entries(STORIES)) {
    it(`follows what ${PEERS} peers sent: ${story}`, async () => {
      await using player = new Player(new History(), 0);
      const { endpoint } = await player.bound("ROUTER", "tcp://127.0.0.1:*", {
        maxMessageBytes: -1,
      });
      const port = Number(endpoint.split(":").at(-1));
      const octets = concat([...said]);
      const tell = async (count: number): Promise<Socket[]> => {
        const sockets = Array.from({ length: count }, () => {
          return connect({ port, host: "127.0.0.1" });
        });
        for (const socket of sockets) socket.on("error", () => {}).resume();
        await Promise.all(sockets.map((socket) => once(socket, "connect")));
        for (const socket of sockets) socket.write(octets);
        await pause(500);
        return sockets;
      };
      for (const socket of await tell(PEERS)) socket.destroy();
      await pause(500);
      const before = await player.ask<number>("rss");
      const sockets = await tell(PEERS);
      const growth = await player.ask<number>("rss") - before;
      for (const socket of sockets) socket.destroy();
      const most = 2 * PEERS * octets.length + 8 * MEBIOCTET;
      verdict("R20", {
        of: `${PEERS} times ${story}`,
        figure: mebioctets(growth),
        target: `at most ${mebioctets(most)}`,
        ok: growth <= most,
      });
    });
  }
});

describe("a ROUTER", () => {
  const SECONDS = 5;

  it("answers a peer soon while another one floods", async () => {
    await using player = new Player(new History(), 0);
    await using flooder = new Player(new History(), 0);
    const { name, endpoint } = await player.bound(
      "ROUTER",
      "tcp://127.0.0.1:*",
    );
    await player.ask("echo", name);
    const flood = await flooder.connected("DEALER", endpoint, {
      sendHighWaterMark: 100_000,
    });
    await using asker = new Dealer({ linger: 0 });
    asker.connect(endpoint);
    await using warm = new Request({ linger: 0 });
    warm.connect(endpoint);
    await warm.request("x");
    await flooder.ask("flood", flood);
    const times: number[] = [];
    for (let i = 0; i < SECONDS * 40; i++) {
      const start = performance.now();
      await asker.send("?");
      await asker.receive({ timeout: 10_000 });
      times.push(performance.now() - start);
      await pause(25);
    }
    const sent = await flooder.ask<number>("flooded");
    const p99 = quantile(times, 0.99);
    verdict("R21", {
      figure: `${p99.toFixed(1)} ms beside ${
        Math.round(sent / SECONDS / 1000)
      } k messages a second`,
      target: "99 of 100 within 50 ms, at least 10 k",
      ok: p99 <= 50 && sent / SECONDS >= 10_000,
    });
  });
});
