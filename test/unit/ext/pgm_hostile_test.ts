// PGM among strangers: packets that are not what they say, or carry no frames.
// The messages of others come all the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Subscriber } from "../../../mod.ts";
import { noise, octets, text } from "../../kit/messages.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { PgmSource, pieces } from "../../kit/pgm_source.ts";
import { turns } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

/** What a stranger sends; 101 is the number of its next packet. */
type Attack = (stranger: PgmSource) => Promise<void>;

/** So many packets, with a pause now and then for whoever hears them. */
async function flood(
  count: number,
  send: (index: number) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < count; i++) {
    await send(i);
    if (i % 50 === 0) await turns(1);
  }
}

const attacks: Readonly<Record<string, Attack>> = {
  "a unit of no octets": (stranger) => stranger.raw(101, new Uint8Array(0)),
  "a unit of one octet": (stranger) => stranger.raw(101, new Uint8Array(1)),
  "a unit whose message begins beyond it": (stranger) =>
    stranger.raw(101, Uint8Array.of(0x7f, 0xff, 1, 2, 3)),
  "a frame of more octets than may be": (stranger) =>
    stranger.raw(101, Uint8Array.of(0, 0, 0xff, ...noise(8, 1).fill(0xff))),
  "a header that speaks of too much": (stranger) =>
    stranger.raw(101, octets("no"), { length: 60_000 }),
  "a header that speaks of too little": (stranger) =>
    stranger.raw(101, octets("not this"), { length: 1 }),
  "a flood of noise": (stranger) =>
    flood(3000, (index) => stranger.noise(noise(1 + index % 200, index))),
  "a flood of units without messages": (stranger) =>
    flood(
      3000,
      (index) => stranger.raw(101 + index, noise(2 + index % 50, index)),
    ),
};

describe("a subscriber over epgm", { skip: skipWithoutPgm }, () => {
  for (const [what, attack] of Object.entries(attacks)) {
    it(`hears others after ${what}`, async () => {
      const endpoint = groupEndpoint();
      const sub = new Subscriber({ rate: 40_000, maxMessageSize: 1000 });
      sub.subscribe("good");
      await sub.bind(endpoint);
      await using good = await PgmSource.open(endpoint, 1);
      await using stranger = await PgmSource.open(endpoint, 2);
      await good.data(100, 100, pieces("good 1", 1)[0]!);
      assert.equal(text((await within(sub.receive(), "it"))[0]), "good 1");
      await stranger.data(100, 100, pieces("hello", 1)[0]!);
      await attack(stranger);
      // A flood may have taken one of these packets' room.
      let heard = "";
      void within(sub.receive(), "another").then(([frame]) =>
        heard = text(frame)
      );
      for (let i = 101; heard === "" && i < 600; i++) {
        await good.data(i, i, pieces("good 2", 1)[0]!);
        await turns(5);
      }
      assert.equal(heard, "good 2");
      await sub.close();
    });
  }

  it("is opened anew when too many sources send", async () => {
    const endpoint = groupEndpoint();
    const sub = new Subscriber({ rate: 40_000, reconnectInterval: 10 });
    sub.subscribe("good");
    const told: (string | undefined)[] = [];
    sub.events.on("disconnect", ({ error }) => told.push(error?.code));
    await sub.bind(endpoint);
    await using stranger = await PgmSource.open(endpoint, 2);
    const unit = Uint8Array.of(0, 0, 3, 0, 110, 111);
    for (let i = 0; told.length === 0 && i < 4000; i++) {
      await stranger.raw(100, unit, { from: i });
      if (i % 50 === 0) await turns(1);
    }
    assert.deepEqual(told, ["EMFILE"]);
    await using good = await PgmSource.open(endpoint, 1);
    const heard = within(sub.receive(), "a message");
    let isHeard = false;
    void heard.then(() => isHeard = true);
    for (let i = 100; !isHeard && i < 1000; i++) {
      await good.data(i, 100, pieces("good", 1)[0]!);
      await turns(5);
    }
    assert.equal(text((await heard)[0]), "good");
    assert.deepEqual(told, ["EMFILE"]);
    await sub.close();
  });
});
