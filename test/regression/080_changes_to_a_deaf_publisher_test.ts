// What a socket subscribed to and cancelled, joined and left, waited without
// any limit for a peer that did not read: two million changes were 496 MiB, and
// a subscriber of a proxy that changed its mind let the proxy grow.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, fromKey, toKey } from "../../src/base/bytes.ts";
import { defaultOptions, type Options } from "../../src/options/options.ts";
import type { PatternHost } from "../../src/socket/pattern.ts";
import { DishPattern } from "../../src/socket/patterns/dish.ts";
import { SubPattern } from "../../src/socket/patterns/sub.ts";
import { XSubPattern } from "../../src/socket/patterns/xsub.ts";
import { FrameDecoder } from "../../src/wire/frame_decoder.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { sequence } from "../kit/numbers.ts";
import {
  facing,
  greeting,
  type RawPeer,
  ready,
  TestHost,
} from "../kit/session_host.ts";

/** What may wait without being looked at, and what is kept beside it. */
const MOST = 10_000;

type Word = readonly [command: string, topic: string];

/** The commands, or messages of subscriptions, of octets in hexadecimal. */
function words(octets: string): Word[] {
  const found: Word[] = [];
  const decoder = new FrameDecoder({
    frame(flags, body) {
      if (flags === 0) {
        const command = body[0] === 1 ? "SUBSCRIBE" : "CANCEL";
        found.push([command, toKey(body.subarray(1))]);
        return true;
      }
      const end = 1 + body[0]!;
      found.push([toKey(body.subarray(1, end)), toKey(body.subarray(end))]);
      return true;
    },
  }, { message: -1, command: -1 });
  decoder.push(fromHex(octets));
  return found;
}

/** The topics of a publisher that was told so. */
function heard(topics: Set<string>, said: readonly Word[]): Set<string> {
  for (const [command, topic] of said) {
    if (command === "SUBSCRIBE" || command === "JOIN") topics.add(topic);
    else topics.delete(topic);
  }
  return topics;
}

/** A socket's pattern, and its only publisher, which is played. */
class Scene<T extends SubPattern | XSubPattern | DishPattern> {
  readonly pattern: T;
  readonly #clock = new FakeClock();
  #peer!: RawPeer;

  private constructor(make: (host: PatternHost) => T, options: Options) {
    this.pattern = make({
      options,
      readable() {},
      writable() {},
      defer: (callback) => this.#clock.defer(callback),
      reject() {},
    });
  }

  static async of<T extends SubPattern | XSubPattern | DishPattern>(
    make: (host: PatternHost) => T,
    minor = 1,
  ): Promise<Scene<T>> {
    const scene = new Scene(make, defaultOptions("SUB"));
    const { pattern } = scene;
    const host = new TestHost(pattern.type, scene.#clock);
    const { peer } = await facing(host, { limit: 1000 });
    scene.#peer = peer;
    const type = pattern.type === "DISH" ? "RADIO" : "PUB";
    peer.say(greeting("NULL", minor) + ready(type));
    await scene.#clock.settle();
    peer.take();
    pattern.attach(host.pipes[0]!);
    pattern.online(host.pipes[0]!);
    return scene;
  }

  /** What the publisher was told, which reads no more. */
  async deafen(): Promise<Word[]> {
    await this.#clock.settle();
    const said = words(this.#peer.take());
    this.#peer.stream.pause();
    return said;
  }

  /** What fills the way to the publisher. */
  async fill(say: () => void): Promise<void> {
    say();
    await this.#clock.settle();
  }

  /** The publisher reads on: what it is told. */
  async listen(): Promise<Word[]> {
    this.#peer.stream.resume();
    await this.#clock.settle();
    return words(this.#peer.take());
  }
}

describe("changes for a publisher that does not read", () => {
  for (const minor of [0, 1]) {
    it(`that make none are forgotten, 3.${minor}`, async () => {
      const scene = await Scene.of((host) => new SubPattern(host), minor);
      await scene.deafen();
      const long = "l".repeat(1200);
      await scene.fill(() => scene.pattern.subscribe(fromKey(long)));
      for (let i = 0; i < 200_000; i++) {
        scene.pattern.subscribe(fromKey(`topic ${i}`));
        scene.pattern.unsubscribe(fromKey(`topic ${i}`));
      }
      scene.pattern.subscribe(fromKey("at last"));
      const said = await scene.listen();
      assert.ok(said.length <= MOST + 1, `${said.length} words`);
      const topics = heard(new Set(), said);
      assert.deepEqual([...topics], [long, "at last"]);
    });

    it(`leave it what the socket wants, 3.${minor}`, async () => {
      const random = sequence(80 + minor);
      const scene = await Scene.of((host) => new SubPattern(host), minor);
      const counts = new Map<string, number>();
      const change = () => {
        const topic = `topic ${random(300)}`;
        const count = counts.get(topic) ?? 0;
        if (random(2) === 0) {
          scene.pattern.subscribe(fromKey(topic));
          counts.set(topic, count + 1);
        } else {
          scene.pattern.unsubscribe(fromKey(topic));
          counts.set(topic, Math.max(0, count - 1));
        }
      };
      const topics = new Set<string>();
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 500; i++) change();
        const early = fromKey(`early ${round}`);
        scene.pattern.subscribe(early);
        heard(topics, await scene.deafen());
        const long = `${round}`.repeat(1200);
        await scene.fill(() => scene.pattern.subscribe(fromKey(long)));
        counts.set(long, 1);
        scene.pattern.unsubscribe(early);
        for (let i = 0; i < 60_000; i++) change();
        const said = await scene.listen();
        assert.ok(said.length <= MOST + 1, `${said.length} words`);
        heard(topics, said);
        const wanted = [...counts].filter(([, count]) => count > 0);
        assert.deepEqual(
          [...topics].toSorted(),
          wanted.map(([topic]) => topic).toSorted(),
        );
      }
    });
  }

  it("of groups leave it those that the socket is in", async () => {
    const scene = await Scene.of((host) => new DishPattern(host));
    scene.pattern.join(fromKey("before"));
    const topics = heard(new Set(), await scene.deafen());
    for (let i = 0; i < 5; i++) {
      const group = fromKey(`${i}`.repeat(250));
      await scene.fill(() => scene.pattern.join(group));
    }
    for (let i = 0; i < 30_000; i++) {
      scene.pattern.join(fromKey(`group ${i}`));
      scene.pattern.leave(fromKey(`group ${i}`));
    }
    scene.pattern.leave(fromKey("before"));
    scene.pattern.join(fromKey("after"));
    const said = await scene.listen();
    assert.ok(said.length <= MOST + 5, `${said.length} words`);
    assert.deepEqual(
      [...heard(topics, said)].filter((group) => group.length < 250),
      ["after"],
    );
  });

  it("of long topics count by their octets", async () => {
    const scene = await Scene.of((host) => new XSubPattern(host));
    await scene.deafen();
    const long = (first: number, i: number) => {
      const topic = new Uint8Array(30_001).fill(i);
      topic[0] = first;
      return [topic];
    };
    await scene.fill(() => scene.pattern.send(long(1, 200)));
    for (let i = 0; i < 400; i++) {
      scene.pattern.send(long(1, i % 100));
      scene.pattern.send(long(0, i % 100));
    }
    const said = await scene.listen();
    assert.ok(said.length <= 40, `${said.length} words`);
    assert.equal(heard(new Set(), said).size, 1);
  });

  it("of topics that came within a message are forgotten too", async () => {
    const scene = await Scene.of((host) => new XSubPattern(host));
    await scene.deafen();
    await scene.fill(() => scene.pattern.send([new Uint8Array(1200).fill(1)]));
    for (let i = 0; i < 30_000; i++) {
      scene.pattern.send([fromKey("user"), fromKey(`\x01${i}`)]);
      scene.pattern.send([fromKey(`\x00${i}`)]);
    }
    const said = await scene.listen();
    const cancels = said.filter(([command]) => command === "CANCEL");
    assert.ok(cancels.length <= MOST, `${cancels.length} words`);
    assert.equal(scene.pattern.topicsCount, 1);
  });

  it("are repeated as often as the application does, up to a limit", async () => {
    const scene = await Scene.of((host) => new XSubPattern(host));
    await scene.deafen();
    await scene.fill(() => scene.pattern.send([new Uint8Array(1200).fill(1)]));
    const topic = [fromKey("\x01again")];
    for (let i = 0; i < 100; i++) scene.pattern.send(topic);
    assert.equal((await scene.listen()).length, 101);
    await scene.deafen();
    await scene.fill(() => scene.pattern.send([new Uint8Array(1200).fill(1)]));
    for (let i = 0; i < 100_000; i++) scene.pattern.send(topic);
    const said = await scene.listen();
    assert.ok(said.length <= MOST + 1, `${said.length} words`);
    assert.deepEqual(said.at(-1), ["SUBSCRIBE", "again"]);
  });
});
