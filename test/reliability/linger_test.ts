// R18: what `linger` does to ten thousand messages whose peer is alive, is
// stopped, or is not there.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, Push } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { verdict } from "../kit/verdict.ts";
import { PATIENCE, pause, until, within } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

const COUNT = 10_000;
const SIZE = 2000;

/** Milliseconds within which `close` with no linger is over. */
const AT_ONCE = 50;

const LINGER = 500;
const EXACT = 100;

/** How often it is measured: the machine may be busy with something else. */
const TRIES = 5;

const UNBOUNDED = {
  sendHighWaterMark: 0,
  maxQueuedBytes: -1,
  reconnectMaxInterval: 0,
} as const;

async function filled(context: Context, endpoint: string): Promise<Push> {
  const push = new Push({ context, ...UNBOUNDED });
  push.connect(endpoint);
  for (let i = 0; i < COUNT; i++) await push.send(new Uint8Array(SIZE));
  return push;
}

/** How long it takes to close. */
async function close(push: Push, linger: number): Promise<number> {
  const start = performance.now();
  await within(push.close({ linger }), "close()");
  return performance.now() - start;
}

/** Judges how long it takes to close, measured again where it was too long. */
async function judge(
  peer: string,
  linger: number,
  measure: () => Promise<number>,
): Promise<void> {
  const [least, most] = linger === 0
    ? [0, AT_ONCE]
    : [LINGER - EXACT, LINGER + EXACT];
  let took = await measure();
  for (let i = 1; i < TRIES && took > most; i++) took = await measure();
  verdict("R18", {
    of: `${linger} ms, peer ${peer}`,
    figure: `closed after ${took.toFixed(0)} ms`,
    target: linger === 0 ? `${AT_ONCE} ms` : `${LINGER} ± ${EXACT} ms`,
    ok: took >= least && took <= most,
  });
}

function judgeAll(peer: string, count: number): void {
  verdict("R18", {
    of: `-1, peer ${peer}`,
    figure: `${count} delivered`,
    target: `${COUNT}`,
    ok: count === COUNT,
  });
}

describe(`${COUNT} messages of a socket that is closed`, () => {
  it("for a peer that is alive", async () => {
    await using context = new Context({ blocky: false });
    for (const linger of [-1, LINGER]) {
      const pull = new Pull({ context, receiveHighWaterMark: 0 });
      const push = await filled(context, await pull.bind("tcp://127.0.0.1:*"));
      await close(push, linger);
      await until(
        () => pull.stats.received.messages === COUNT,
        "all messages arrive",
      );
      if (linger < 0) judgeAll("alive", pull.stats.received.messages);
    }
    await judge("alive", 0, async () => {
      const pull = new Pull({ context, receiveHighWaterMark: 1 });
      const push = await filled(context, await pull.bind("tcp://127.0.0.1:*"));
      await until(() => push.peers.length === 1, "they are connected");
      const took = await close(push, 0);
      await pull.close();
      return took;
    });
  });

  it("for a peer that is stopped", async () => {
    await using context = new Context({ blocky: false });
    /** Has a socket full of messages for it, and does something. */
    const stopped = async <T>(
      action: (push: Push, player: Player, name: string) => Promise<T>,
    ): Promise<T> => {
      await using player = new Player(new History(), 0);
      const { name, endpoint } = await player.bound(
        "PULL",
        "tcp://127.0.0.1:*",
        { receiveHighWaterMark: 1 },
      );
      const push = new Push({ context, ...UNBOUNDED });
      push.connect(endpoint);
      await until(() => push.peers.length === 1, "they are connected");
      player.signal("SIGSTOP");
      for (let i = 0; i < COUNT; i++) await push.send(new Uint8Array(SIZE));
      return await action(push, player, name);
    };
    for (const linger of [0, LINGER]) {
      await judge(
        "stopped",
        linger,
        () => stopped((push) => close(push, linger)),
      );
    }
    await stopped(async (push, player, name) => {
      const closed = push.close({ linger: -1 });
      await assert.rejects(within(closed, "close()", 300), /Waited/);
      player.signal("SIGCONT");
      await player.ask("discard", name);
      await within(closed, "close()");
      let count = 0;
      const start = performance.now();
      while (count < COUNT && performance.now() - start < PATIENCE) {
        const { received } = await player.ask<Push["stats"]>("stats", name);
        count = received.messages;
        await pause(20);
      }
      judgeAll("stopped", count);
    });
  });

  it("for a peer that is not there", async () => {
    await using context = new Context({ blocky: false });
    const gone = new Pull({ context });
    const endpoint = await gone.bind("tcp://127.0.0.1:*");
    await gone.close();
    for (const linger of [0, LINGER]) {
      await judge(
        "absent",
        linger,
        async () => close(await filled(context, endpoint), linger),
      );
    }
    const push = await filled(context, endpoint);
    const closed = push.close({ linger: -1 });
    await assert.rejects(within(closed, "close()", 300), /Waited/);
    const late = new Pull({ context, receiveHighWaterMark: 0 });
    await late.bind(endpoint);
    await within(closed, "close()");
    await until(
      () => late.stats.received.messages === COUNT,
      "all messages arrive",
    );
    judgeAll("absent, then back", late.stats.received.messages);
  });
});
