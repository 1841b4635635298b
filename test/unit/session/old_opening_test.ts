// How sessions begin with peers of ZMTP 1.0 and 2.0, over streams in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey, toHex } from "../../../src/base/bytes.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { curveKeyPair, toCurveKey } from "../../../src/security/curve_keys.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { facing, type RawPeer, TestHost } from "../../kit/session_host.ts";
import { capture } from "../wire/golden.ts";

const OLD: Partial<Options> = { minProtocolVersion: "1.0" };
const SIGNATURE = "ff00000000000000017f";

interface Faced {
  readonly host: TestHost;
  readonly peer: RawPeer;
  readonly clock: FakeClock;
}

/** A socket that has heard some octets. */
async function hearing(
  type: SocketType,
  octets: string,
  changes: Partial<Options> = {},
  chunk = 0,
): Promise<Faced> {
  const clock = new FakeClock();
  const host = new TestHost(type, clock, { ...OLD, ...changes });
  const { peer } = await facing(host, { chunk });
  peer.say(octets);
  await clock.settle();
  return { host, peer, clock };
}

const recorded: [string, SocketType, string[], string[][]][] = [
  ["raw20-dealer-libzmq-router", "ROUTER", ["A", "B".repeat(300)], [["hello"]]],
  ["raw20-pub-libzmq-sub", "SUB", [], [["t1"]]],
  ["raw10-dealer-libzmq-router", "ROUTER", ["X", "y".repeat(300)], [[
    "A",
    "hello",
  ]]],
];
for (const [name, type, reply, received] of recorded) {
  test(`Session says what libzmq says in ${name}, wherever the peer pauses`, async () => {
    const { exchange, received: seen } = capture(
      "zmtp/raw-peers.json",
      name,
    ) as unknown as {
      exchange: { from: string; hex: string }[];
      received: string[];
    };
    const [theirs, ours] = ["raw", "libzmq"].map((side) =>
      exchange.filter(({ from }) => from === side).map(({ hex }) => hex).join(
        "",
      )
    );
    for (let cut = 0; cut < theirs!.length; cut += 2) {
      const { host, peer, clock } = await hearing(type, theirs!.slice(0, cut));
      peer.say(theirs!.slice(cut));
      await clock.settle();
      const [pipe] = host.pipes;
      if (type === "SUB") pipe!.command("SUBSCRIBE", fromKey("t"));
      else host.send(...reply);
      await clock.settle();
      assert.equal(peer.received, ours, `cut at ${cut / 2}`);
      assert.deepEqual(host.messages, received);
      assert.deepEqual(host.names, ["handshake"]);
      assert.equal(clock.timers, 0);
      if (type === "SUB") continue;
      assert.equal(toHex(pipe!.peer.routingId as Uint8Array), seen[0]);
    }
  });
}

test("Session says no more than its signature until it knows the version", async () => {
  const { peer, clock } = await hearing("REQ", "", {
    routingId: fromKey("me"),
  });
  assert.equal(peer.take(), "ff00000000000000037f");
  peer.say("ff00000000000000017f");
  await clock.settle();
  assert.equal(peer.take(), "03");
  peer.say("01");
  await clock.settle();
  // RFC 15 "greeting": socket type and identity.
  assert.equal(peer.take(), "0300026d65");
  peer.say("04");
  peer.say("0000");
  await clock.settle();
  assert.equal(peer.take(), "");
});

const named: [string, string, string][] = [
  ["1.0", "0100", `${"61".repeat(255)}`],
  ["1.0 framing", `${SIGNATURE}00060100`, `0305ff000000000000010000`],
  ["2.0", `${SIGNATURE}01060000`, "030500ff"],
];
for (const [version, octets, head] of named) {
  test(`Session tells a peer of ZMTP ${version} an identity of 255 octets`, async () => {
    const routingId = fromKey("a".repeat(255));
    const { peer } = await hearing("DEALER", octets, { routingId });
    const tail = version === "1.0" ? "" : "61".repeat(255);
    assert.equal(peer.received, `ff00000000000001007f${head}${tail}`);
  });
}

const typed: [SocketType, string, string, string][] = [
  ["PAIR", "00", "PAIR", "00"],
  ["PUB", "01", "SUB", "02"],
  ["XPUB", "01", "SUB", "02"],
  ["XPUB", "01", "XSUB", "0a"],
  ["SUB", "02", "PUB", "01"],
  ["XSUB", "02", "PUB", "01"],
  ["XSUB", "02", "XPUB", "09"],
  ["REQ", "03", "REP", "04"],
  ["REP", "04", "REQ", "03"],
  ["DEALER", "05", "ROUTER", "06"],
  ["ROUTER", "06", "DEALER", "05"],
  ["PULL", "07", "PUSH", "08"],
  ["PUSH", "08", "PULL", "07"],
];
for (const [ours, code, theirs, theirCode] of typed) {
  for (const chunk of [0, 1]) {
    test(`Session of ${ours} and a ZMTP 2.0 peer of ${theirs} know each other, chunks of ${chunk}`, async () => {
      const octets = `${SIGNATURE}01${theirCode}0000`;
      const { host, peer } = await hearing(ours, octets, {}, chunk);
      assert.equal(peer.received, `${SIGNATURE}03${code}0000`);
      assert.deepEqual(host.names, ["handshake"]);
      const [pipe] = host.pipes;
      assert.equal(pipe!.peer.socketType, theirs);
      assert.equal(pipe!.peer.mechanism, "NULL");
      assert.equal(pipe!.peer.routingId, undefined);
      assert.equal(pipe!.peer.properties.get("Socket-Type"), theirs);
    });
  }
}

const zero = `${"00".repeat(256)}`;
const refused: [string, SocketType, string, string][] = [
  // RFC 15: "silently disconnecting the other peer".
  ["2.0 of a wrong type", "PULL", `${SIGNATURE}01070000`, "03070000"],
  ["2.0 of a type that it has not", "PULL", `${SIGNATURE}010b0000`, "03070000"],
  ["2.0 of type 255", "PULL", `${SIGNATURE}01ff0000`, "03070000"],
  ["1.0 framing of a wrong type", "PULL", `${SIGNATURE}00070100`, "03070100"],
  ["2.0, an identity with MORE", "PULL", `${SIGNATURE}01080100`, "03070000"],
  ["2.0, a command", "PULL", `${SIGNATURE}0108040161`, "03070000"],
  [
    "2.0, an identity that begins with 0",
    "ROUTER",
    `${SIGNATURE}010500020061`,
    "03060000",
  ],
  [
    "2.0, an identity of 256 octets",
    "PULL",
    `${SIGNATURE}0108020000000000000100${zero}`,
    "03070000",
  ],
  ["1.0, an identity with MORE", "PULL", "0101", ""],
  ["1.0, an identity that begins with 0", "PULL", "03000061", ""],
  ["1.0, an identity of 256 octets", "PULL", `ff000000000000010100${zero}`, ""],
  ["1.0, a length of 0", "PULL", "00", ""],
  ["1.0, a length of 2^64-1", "PULL", "ffffffffffffffffff00", ""],
  ["no ZMTP", "PULL", "474554202f20485454502f312e310d0a", ""],
  ["no ZMTP either", "PULL", "160301020001", ""],
];
for (const [what, type, octets, answer] of refused) {
  test(`Session refuses ${what}, and the socket sees nothing`, async () => {
    const { host, peer, clock } = await hearing(type, octets);
    await clock.advance(1000);
    assert.deepEqual(host.names, ["handshake:error:protocol", "disconnect"]);
    assert.equal(host.ends[0]!.error?.code, "EPROTO");
    assert.equal(host.ends[0]!.ready, false);
    assert.equal(host.pipes.length, 0);
    assert.deepEqual(host.commands, []);
    assert.equal(peer.received, SIGNATURE + answer);
    assert.equal(peer.state, "closed");
    assert.equal(clock.timers, 0);
  });
}

const key = toCurveKey(curveKeyPair().secretKey, "key");
const secured: Readonly<Record<string, Partial<Options>>> = {
  "a PLAIN server": { securityMechanism: "plain", plainServer: true },
  "a PLAIN client": { securityMechanism: "plain", plainUsername: "u" },
  "a CURVE server": {
    securityMechanism: "curve",
    curveServer: true,
    curveSecretKey: key,
  },
  "a CURVE client": {
    securityMechanism: "curve",
    curveServerKey: key,
    curveSecretKey: key,
  },
  "NULL with a zapDomain": { zapDomain: "global" },
};
const versions: readonly [string, string, string][] = [
  ["1.0", "0100", ""],
  ["1.0 with a long identity", "ff000000000000000200", ""],
  ["1.0 framing", `${SIGNATURE}00080100`, "03"],
  ["2.0", `${SIGNATURE}01080000`, "03"],
];
for (const [who, changes] of Object.entries(secured)) {
  for (const [version, octets, answer] of versions) {
    test(`Session of ${who} refuses ZMTP ${version}, whatever minProtocolVersion says`, async () => {
      let asked = 0;
      const clock = new FakeClock();
      const host = new TestHost("PULL", clock, { ...OLD, ...changes });
      host.authenticate = () => {
        asked++;
        return true;
      };
      const { peer } = await facing(host);
      peer.say(octets + octets);
      await clock.settle();
      assert.deepEqual(host.names, ["handshake:error:protocol", "disconnect"]);
      assert.equal(peer.received, SIGNATURE + answer);
      assert.equal(host.pipes.length, 0);
      assert.equal(asked, 0);
    });
  }
}

const newer: SocketType[] = ["CLIENT", "SERVER", "RADIO", "DISH"];
for (
  const type of [...newer, "SCATTER", "GATHER", "PEER", "CHANNEL"] as const
) {
  test(`Session of ${type}, which old versions did not have, refuses them`, async () => {
    for (const [, octets, answer] of versions) {
      const { host, peer } = await hearing(type, octets);
      assert.deepEqual(host.names, ["handshake:error:protocol", "disconnect"]);
      assert.equal(peer.received, SIGNATURE + answer);
    }
  });
}

test("Session follows minProtocolVersion, which is 3.0 by default", async () => {
  const served = [];
  for (const minProtocolVersion of [undefined, "3.0", "2.0", "1.0"] as const) {
    const changes = minProtocolVersion ? { minProtocolVersion } : {};
    for (const [, octets] of versions) {
      const host = new TestHost("PULL", new FakeClock(), changes);
      const { peer } = await facing(host);
      peer.say(octets + "61");
      await host.clock.settle();
      served.push(host.names[0] === "handshake" ? 1 : 0);
    }
  }
  const [none, two, all] = [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1]];
  assert.deepEqual(served, [...none!, ...none!, ...two!, ...all!]);
});

test("Session drops an old peer that keeps its identity back, at the deadline", async () => {
  for (const octets of ["04", `${SIGNATURE}01`, `${SIGNATURE}010800`]) {
    const { host, peer, clock } = await hearing("PULL", octets, {
      handshakeInterval: 1000,
    });
    await clock.advance(999);
    assert.equal(peer.state, "");
    await clock.advance(1);
    assert.equal(peer.state, "closed");
    assert.equal(host.ends[0]!.error?.code, "ETIMEDOUT");
    assert.equal(host.pipes.length, 0);
  }
});

test("Session keeps an old peer beyond the deadline once it is known", async () => {
  for (const [, octets] of versions.filter(([name]) => !/long/.test(name))) {
    const { host, peer, clock } = await hearing("PULL", octets, {
      handshakeInterval: 1000,
    });
    await clock.advance(60_000);
    assert.equal(peer.state, "");
    assert.deepEqual(host.names, ["handshake"]);
  }
});
