// R15: the wall clock of a process jumps by hours and days, and nothing in it
// notices. With libfaketime, if it is installed, the system's clock jumps;
// else the runtime's `Date` does.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Dealer } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { verdict } from "../kit/verdict.ts";
import { pause, until } from "../kit/wait.ts";
import { Player } from "./players.ts";

const HOUR = 3600;
const JUMPS = [24 * HOUR, -24 * HOUR, HOUR, -HOUR, 0, -24 * HOUR, 24 * HOUR];

const LIBRARIES = ["x86_64", "aarch64"].map((kind) =>
  `/usr/lib/${kind}-linux-gnu/faketime/libfaketime.so.1`
);

const BEATING = {
  heartbeatInterval: 100,
  heartbeatTimeout: 1000,
  heartbeatTimeToLive: 1000,
  handshakeInterval: 2000,
  reconnectInterval: 50,
} as const;

describe("the wall clock", () => {
  it("may jump by days: nothing notices", async () => {
    const history = new History();
    const folder = mkdtempSync(join(tmpdir(), "isomq-"));
    const file = join(folder, "time");
    const library = LIBRARIES.find((path) => existsSync(path));
    writeFileSync(file, "+0");
    await using player = new Player(history, 0, {
      env: library === undefined ? {} : {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    });
    const jump = async (seconds: number) => {
      if (library === undefined) await player.ask("jump", seconds * 1000);
      else writeFileSync(file, `${seconds < 0 ? "" : "+"}${seconds}`);
    };
    const options = { ...BEATING, sendHighWaterMark: 100 };
    const { name, endpoint } = await player.bound(
      "ROUTER",
      "tcp://127.0.0.1:*",
      BEATING,
    );
    await player.ask("watch", name);
    await player.ask("drain", name);
    const link = await player.connected("DEALER", endpoint, options);
    await player.pour(link, { sender: 1, burst: 5, every: 5, frames: [10] });
    await using dealer = new Dealer({ ...options, linger: 0 });
    dealer.connect(endpoint);
    await until(() => dealer.peers.length === 1, "it is connected");
    const offsets: number[] = [];
    let waited = 0;
    for (const seconds of JUMPS) {
      await jump(seconds);
      const there = await player.ask<number>("date");
      offsets.push(Math.round((there - Date.now()) / 1000 - seconds));
      const asked = await player.ask<number>("waitInVain", link, 300);
      waited = Math.max(waited, Math.abs(asked - 300));
      await pause(300);
    }
    await player.ask("stop");
    await pause(300);
    await player.ask("flush");
    await pause(100);
    const events = await player.ask<[string, number][]>("events", name);
    rmSync(folder, { recursive: true });
    const lost = events.filter(([event]) => event === "disconnect").length;
    const judged = history.verdict();
    const jumped = offsets.every((offset) => Math.abs(offset) <= 1);
    verdict("R15", {
      of: library === undefined ? "Date" : "the system's clock",
      figure: `${JUMPS.length} jumps${jumped ? "" : " that were none"}, ` +
        `${lost} connections lost, a wait ${waited.toFixed(0)} ms off, ` +
        `${judged.line.split(";")[0]}`,
      target: "0, at most 150 ms, nothing lost",
      ok: jumped && lost === 0 && waited <= 150 && judged.clean &&
        judged.lost === 0 && judged.received > 500,
    });
  });
});
