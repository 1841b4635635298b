// What udp loses: 100 000 numbered datagrams between two processes, and that
// all that is not received is accounted for.
// thorough
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SocketStats } from "../../mod.ts";
import { Actor } from "../kit/actor.ts";
import { DraftPeer, noDraftPeer } from "../kit/draft_peer.ts";
import { scriptUrl } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { noVeth, VethCable } from "../kit/veth.ts";
import { pause, until } from "../kit/wait.ts";

const COUNT = 100_000;
const SIZE = 100;
/** Datagrams between two pauses of a millisecond. */
const BURST = 25;

interface Tally {
  readonly count: number;
  readonly late: number;
  readonly twice: number;
  readonly wrong: number;
}

function actor(launcher: readonly string[] = []): Actor {
  const script = scriptUrl("../kit/udp_actor", import.meta.url);
  return new Actor(script, [], { launcher });
}

/** Waits until nothing more comes. */
async function counted(sink: Actor, dish: string): Promise<Tally> {
  let before = -1;
  for (;;) {
    const tally = await sink.ask<Tally>("tally", dish);
    if (tally.count === before) return tally;
    before = tally.count;
    await pause(200);
  }
}

/** Pours everything from one process into another; tells what arrived. */
async function pour(
  where: string,
  bound: string,
  launchers: readonly (readonly string[])[] = [],
): Promise<void> {
  await using sink = actor(launchers[0]);
  await using source = actor(launchers[1]);
  const dish = await sink.ask<string>("open", "DISH");
  await sink.ask("join", dish, "g");
  const endpoint = await sink.ask<string>("bind", dish, bound);
  await sink.ask("count", dish, SIZE);
  const radio = await source.ask<string>("open", "RADIO", { noDrop: true });
  await source.ask("connect", radio, endpoint);
  const time = await source.ask<number>("pour", radio, COUNT, SIZE, BURST);
  const { count, late, twice, wrong } = await counted(sink, dish);
  const heard = await sink.ask<SocketStats>("stats", dish);
  const sent = await source.ask<SocketStats>("stats", radio);
  const { overflow, malformed } = heard.datagrams;
  const lost = COUNT - count;
  const share = (100 * lost / COUNT).toFixed(3);
  const rate = Math.round(COUNT / time);
  show(
    `udp, ${where}: ${COUNT} datagrams of ${SIZE} octets, ${rate} a ms; ` +
      `${lost} lost (${share} %), ${overflow} of them at the high water mark; ` +
      `${late} late, ${twice} twice`,
  );
  assert.equal(sent.sent.messages, COUNT);
  assert.deepEqual([sent.dropped, sent.datagrams.unsent], [0, 0]);
  assert.deepEqual([wrong, twice, malformed], [0, 0, 0]);
  assert.equal(heard.received.messages, count);
  assert.ok(overflow <= lost);
  // The system drops what its buffer has no room for: how much depends on the
  // machine, but most must arrive at this pace.
  assert.ok(lost < COUNT / 2, `${lost} lost`);
}

describe("100 000 datagrams from RADIO to DISH", () => {
  it("over loopback", async () => {
    await pour("loopback", "udp://127.0.0.1:*");
  });

  it("between two namespaces", { skip: noVeth }, async () => {
    await using cable = new VethCable();
    const [a, b] = cable.ends;
    const launchers = [a.launcher, b.launcher];
    const bound = `udp://${a.address}:*`;
    await pour("two namespaces", bound, launchers);
  });

  it("to libzmq", { skip: noDraftPeer }, async () => {
    await using peer = new DraftPeer();
    await using source = actor();
    const probe = await source.ask<string>("open", "DISH");
    const endpoint = await source.ask<string>(
      "bind",
      probe,
      "udp://127.0.0.1:*",
    );
    const place = endpoint.replace("127.0.0.1", "127.0.0.2");
    const dish = await peer.socket("DISH");
    await dish.join("g");
    await dish.bind(place);
    const radio = await source.ask<string>("open", "RADIO", { noDrop: true });
    await source.ask("connect", radio, place);
    let isThere = false;
    const first = dish.receive(1).then(() => isThere = true);
    await until(() => {
      void source.ask("send", radio, "g", "?");
      return isThere;
    }, "libzmq is bound");
    await first;
    const counting = dish.count(2000);
    const time = await source.ask<number>("pour", radio, COUNT, SIZE, BURST);
    const lost = Math.max(0, COUNT - await counting);
    const share = (100 * lost / COUNT).toFixed(3);
    show(
      `udp, to libzmq: ${COUNT} datagrams of ${SIZE} octets, ` +
        `${Math.round(COUNT / time)} a ms; ${lost} lost (${share} %)`,
    );
    assert.ok(lost < COUNT / 2, `${lost} lost`);
  });
});
