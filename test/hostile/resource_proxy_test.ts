// thorough
// What a stranger costs a proxy whose publisher does not read: one topic that
// is subscribed to and cancelled again and again is passed on, and waits there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { encodeCommand } from "../../src/wire/commands.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import { skipUnlessLinux } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";
import { pause } from "../kit/wait.ts";
import { login } from "./login.ts";
import { RawListener, type RawPeer } from "./raw_peer.ts";
import { Gang } from "./resource_attacks.ts";
import { Victim } from "./victim.ts";

const MEBIOCTET = 1024 * 1024;
/**
 * Less than the octets of the long topics, and than what the short ones took
 * when they all waited; collectors let some 90 MiB of the former lie about.
 */
const MOST = 128 * MEBIOCTET;
const CHANGES = 1000;
/** Octets that are sent for topics of a length. */
const ATTACKS = [[30_000, 192 * MEBIOCTET], [1, 16 * MEBIOCTET]] as const;

/** A topic that comes and goes, so many times. */
function changes(topic: Uint8Array): Uint8Array {
  const frames = ["SUBSCRIBE", "CANCEL"]
    .map((name) => encodeFrame(COMMAND, encodeCommand(name, topic)));
  const size = frames[0]!.length + frames[1]!.length;
  const count = Math.min(CHANGES, Math.ceil(MEBIOCTET / size));
  const octets = new Uint8Array(size * count);
  for (let i = 0; i < count; i++) {
    octets.set(frames[0]!, i * size);
    octets.set(frames[1]!, i * size + frames[0]!.length);
  }
  return octets;
}

async function attack(
  gang: Gang,
  peer: RawPeer,
  length: number,
  octets: number,
): Promise<void> {
  const some = changes(new Uint8Array(length));
  for (let sent = 0; sent < octets; sent += some.length) {
    await gang.say(peer, some);
  }
}

it("a proxy with a deaf publisher does not grow with changes", {
  skip: skipUnlessLinux,
}, async () => {
  const listener = await RawListener.listen("tcp://127.0.0.1:*");
  const victim = await Victim.proxy(listener.endpoint);
  const gang = new Gang(victim.endpoint);
  try {
    const publisher = await listener.next();
    const place = { mechanism: "NULL", scheme: "tcp", role: "server" } as const;
    await login(publisher, place, { type: "PUB" });
    publisher.deafen();
    const peer = await gang.insider("SUB");
    // First what fills the system's buffers on the way to the publisher, and
    // what the runtime takes for itself.
    for (const [length] of ATTACKS) {
      await attack(gang, peer, length, 16 * MEBIOCTET);
    }
    await settled(victim);
    for (const [length, octets] of ATTACKS) {
      const before = victim.memory;
      const first = gang.octets;
      await attack(gang, peer, length, octets);
      await settled(victim);
      const growth = victim.memory - before;
      const sent = gang.octets - first;
      const figures = [sent, growth].map((n) => (n / MEBIOCTET).toFixed(2));
      show(`topics of ${length}: ${figures.join(" MiB sent, growth ")}`);
      assert.ok(growth < MOST, `${growth} octets for ${sent} sent`);
    }
    assert.ok(!victim.isGone);
  } finally {
    gang.disperse();
    await victim[Symbol.asyncDispose]();
    await listener.close();
  }
});

/** Waits until a process is idle. */
async function settled(victim: Victim): Promise<void> {
  for (let time = -1; time !== victim.time;) {
    time = victim.time;
    await pause(300);
  }
}
