// What PGM has lost for good: no message is put together across it, and each
// source that has lost something has its gap.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Subscriber } from "../../../mod.ts";
import { text } from "../../kit/messages.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { PgmSource, pieces } from "../../kit/pgm_source.ts";
import { until, within } from "../../kit/wait.ts";

/** A subscriber that hears several sources. */
class Listener implements AsyncDisposable {
  readonly sub: Subscriber = new Subscriber({ rate: 40_000 });
  readonly sources: PgmSource[] = [];
  /** Who had a gap, one for each. */
  readonly gaps: (string | undefined)[] = [];

  /** Starts it, with so many sources that have sent a message of one packet. */
  static async open(count: number): Promise<Listener> {
    const listener = new Listener();
    const { sub, sources, gaps } = listener;
    sub.subscribe("");
    sub.events.on("gap", ({ peerAddress }) => gaps.push(peerAddress));
    const endpoint = groupEndpoint();
    await sub.bind(endpoint);
    for (let i = 1; i <= count; i++) {
      const source = await PgmSource.open(endpoint, i);
      sources.push(source);
      await source.data(100, 100, pieces(`first of ${i}`, 1)[0]!);
      assert.equal(await listener.heard(), `first of ${i}`);
    }
    return listener;
  }

  async heard(): Promise<string> {
    return text((await within(this.sub.receive(), "a message"))[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const source of this.sources) await source[Symbol.asyncDispose]();
    await this.sub.close();
  }
}

describe(
  "epgm that has lost packets for good",
  { skip: skipWithoutPgm },
  () => {
    it("puts no message together across a gap, whoever else has one", async () => {
      await using listener = await Listener.open(3);
      const { sources, gaps } = listener;
      for (const source of sources) {
        await source.data(101, 100, pieces("a message begun", 2)[0]!);
      }
      // 102 and 103 are the end of that one and the beginning of another.
      for (const source of sources) {
        await source.data(104, 104, pieces("another's ending", 2)[1]!);
        await source.data(105, 104, pieces(`next of ${source.name}`, 1)[0]!);
      }
      const heard = new Set<string>();
      for (const _ of sources) heard.add(await listener.heard());
      const names = sources.map(({ name }) => name);
      assert.deepEqual(
        [...heard].sort(),
        names.map((name) => `next of ${name}`),
      );
      await until(() => gaps.length === 3, "three gaps are told");
      assert.deepEqual(gaps.sort(), names);
      assert.equal(listener.sub.stats.gaps, 3);
      assert.equal(listener.sub.tryReceive(), undefined);
    });

    it("has one gap for a loss that is told twice, by the library and by what follows", async () => {
      await using listener = await Listener.open(1);
      const { sources: [source], gaps } = listener;
      for (let i = 0; i < 3; i++) {
        const at = 110 + 10 * i;
        await source!.data(at, at, pieces(`message ${i}`, 1)[0]!);
        assert.equal(await listener.heard(), `message ${i}`);
        await until(() => gaps.length === i + 1, `gap ${i} is told`);
      }
      await source!.data(131, 130, pieces("the last", 1)[0]!);
      assert.equal(await listener.heard(), "the last");
      assert.equal(gaps.length, 3);
    });

    it("tells of a loss that nothing follows", async () => {
      await using listener = await Listener.open(2);
      const { sources: [one, two], gaps } = listener;
      // 101 to 104 were sent, and cannot be had any more.
      await one!.state(105, 104);
      await until(() => gaps.length > 0, "the gap is told");
      assert.deepEqual(gaps, [one!.name]);
      await one!.data(105, 105, pieces("goes on", 1)[0]!);
      assert.equal(await listener.heard(), "goes on");
      await two!.data(101, 100, pieces("has lost nothing", 1)[0]!);
      assert.equal(await listener.heard(), "has lost nothing");
      assert.equal(gaps.length, 1);
    });
  },
);
