// Traffic with peers of ZMTP 1.0, 2.0 and 3.0: framing, limits, subscriptions,
// and what those versions do not have.
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { fromKey, toHex } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import type { MemoryOptions } from "../../kit/memory_stream.ts";
import { frameOf, type OldVersion, oldVersions } from "../../kit/old_wire.ts";
import { facing, greeting, ready, TestHost } from "../../kit/session_host.ts";

const SIGNATURE = "ff00000000000000017f";
const CODES: Readonly<Record<string, string>> = {
  PUSH: "08",
  PULL: "07",
  PUB: "01",
  SUB: "02",
  DEALER: "05",
};

/** What a peer of a version says first. */
function opening(version: OldVersion, type: string): string {
  switch (version) {
    case "1.0":
      return "0100";
    case "1.0 signed":
      return `${SIGNATURE}00${CODES[type]}0100`;
    case "2.0":
      return `${SIGNATURE}01${CODES[type]}0000`;
    case "3.0":
      return greeting("NULL", 0) + ready(type);
  }
}

/** A frame in hexadecimal, of a body with one octet a character. */
function hex(version: OldVersion, flags: number, body: string): string {
  return toHex(frameOf(version, flags, fromKey(body)));
}

async function scene(
  version: OldVersion,
  ours: SocketType,
  theirs: string,
  changes: Partial<Options> = {},
  options: MemoryOptions = {},
) {
  const clock = new FakeClock();
  const host = new TestHost(ours, clock, {
    minProtocolVersion: "1.0",
    ...changes,
  });
  const { peer, stream } = await facing(host, options);
  const say = async (...octets: string[]) => {
    peer.say(octets.join(""));
    await clock.settle();
  };
  await say(opening(version, theirs));
  assert.deepEqual(host.names, ["handshake"]);
  peer.take();
  return { clock, host, peer, say, stream };
}

const short = [0, 1, 252, 253, 254, 255, 256, 257];
const long = [8191, 8192, 8193, 70_000];

for (const version of oldVersions) {
  const of = (flags: number, body: string) => hex(version, flags, body);
  const isFirst = version.startsWith("1");

  describe(`Session with a peer of ZMTP ${version}`, () => {
    for (const chunk of [0, 1]) {
      it(`reads and writes frames of every size, chunks of ${chunk}`, async () => {
        const { host, peer, clock, say } = await scene(
          version,
          "DEALER",
          "DEALER",
          {},
          { chunk },
        );
        const sizes = chunk === 1 ? short : [...short, ...long];
        const bodies = sizes.map((size) => "x".repeat(size));
        const all = bodies.map((body) => of(1, body)).join("") + of(0, "end") +
          of(0, "");
        await say(all);
        const message = [...bodies, "end"];
        assert.deepEqual(host.messages, [message, [""]]);
        assert.ok(host.send(...message));
        assert.ok(host.send(""));
        await clock.settle();
        assert.equal(peer.received, all);
      });
    }

    it("keeps the order of a batch that has to wait", async () => {
      const { host, peer, clock } = await scene(
        version,
        "PUSH",
        "PULL",
        { sendHighWaterMark: 0, maxQueuedBytes: -1 },
        { limit: 2000 },
      );
      let expected = "";
      for (let i = 0; i < 400; i++) {
        const body = `${i} `.repeat(i % 7 === 0 ? 100 : 1);
        expected += of(0, body);
        assert.ok(host.send(body));
      }
      await clock.settle();
      assert.equal(peer.received, expected);
    });

    it("stops reading behind a full inbox, and goes on", async () => {
      const { host, clock, say, stream } = await scene(
        version,
        "PULL",
        "PUSH",
        { receiveHighWaterMark: 2 },
      );
      host.keeps = true;
      await say(...["a", "b", "c", "d"].map((body) => of(0, body)));
      const [pipe] = host.pipes;
      assert.equal(pipe!.inbox.length, 2);
      assert.ok(stream.paused);
      for (const expected of ["a", "b", "c", "d"]) {
        assert.equal(toHex(pipe!.read()![0]!), toHex(fromKey(expected)));
        await clock.settle();
      }
      assert.equal(stream.paused, false);
    });

    it("never pings, and bears silence", async () => {
      const { peer, clock, host } = await scene(version, "PULL", "PUSH", {
        heartbeatInterval: 100,
        heartbeatTimeout: 100,
        heartbeatTimeToLive: 1000,
      });
      await clock.advance(10_000);
      assert.equal(peer.received, "");
      assert.equal(peer.state, "");
      assert.deepEqual(host.names, ["handshake"]);
    });

    const topics: readonly [SocketType, string][] = [["PUB", "SUB"], [
      "XPUB",
      "SUB",
    ]];
    for (const [ours, theirs] of topics) {
      it(`takes subscriptions to ${ours} as messages`, async () => {
        const { host, say } = await scene(version, ours, theirs);
        // RFC 13: "A subscriber SHALL NOT send any content": it filters.
        const first = version === "1.0" ? ["SUBSCRIBE "] : [];
        assert.deepEqual(host.commands, first);
        await say(of(0, "\x01T"), of(0, "\x01"), of(0, "\x00T"));
        const said = ["SUBSCRIBE T", "SUBSCRIBE ", "CANCEL T"];
        assert.deepEqual(host.commands, [...first, ...said]);
        assert.deepEqual(host.messages, []);
      });
    }

    it("sends subscriptions as messages, of 255 octets too", async () => {
      const { host, peer, clock } = await scene(version, "SUB", "PUB");
      const [pipe] = host.pipes;
      const topics = ["", "T", "t".repeat(252), "t".repeat(255)];
      for (const topic of topics) pipe!.command("SUBSCRIBE", fromKey(topic));
      pipe!.command("CANCEL", fromKey("T"));
      await clock.settle();
      const said = topics.map((topic) => of(0, `\x01${topic}`)).join("");
      assert.equal(peer.received, said + of(0, "\x00T"));
    });

    it("does not take a subscriber for one where it is none", async () => {
      const { host } = await scene(version, "PULL", "PUSH");
      assert.deepEqual(host.commands, []);
    });

    const limited: [string, Partial<Options>, string[]][] = [
      ["maxMessageSize", { maxMessageSize: 10 }, [of(0, "x".repeat(11))]],
      ["maxMessageBytes", { maxMessageBytes: 10 }, [of(0, "x".repeat(11))]],
      ["maxMessageBytes of all frames", { maxMessageBytes: 10 }, [
        of(1, "x".repeat(6)),
        of(0, "x".repeat(5)),
      ]],
      ["maxMessageParts", { maxMessageParts: 2 }, [
        of(1, ""),
        of(1, ""),
        of(0, ""),
      ]],
    ];
    for (const [what, changes, octets] of limited) {
      it(`keeps to ${what}`, async () => {
        const { host, peer, say } = await scene(
          version,
          "PULL",
          "PUSH",
          changes,
        );
        await say(of(0, "x".repeat(10)), ...octets, of(0, "after"));
        assert.deepEqual(host.messages, [["x".repeat(10)]]);
        assert.equal(host.ends[0]?.error?.code, "EMSGSIZE");
        assert.equal(peer.state, "closed");
      });
    }

    const lengths = ["7fffffffffffffff", "8000000000000000"];
    for (const length of [...lengths, "ffffffffffffffff"]) {
      it(`ends the connection on a length of 0x${length}`, async () => {
        const { host, peer, say } = await scene(version, "PULL", "PUSH");
        await say(of(0, "a"), isFirst ? `ff${length}00` : `02${length}`);
        assert.deepEqual(host.messages, [["a"]]);
        assert.ok(host.ends[0]?.error instanceof ZmqError);
        assert.equal(peer.state, "closed");
      });
    }
  });
}

const fatal: readonly [OldVersion, string, string][] = [
  // RFC 13: "a length of 0 is invalid".
  ["1.0", "a length of 0", "00"],
  ["1.0", "a long length of 0", "ff000000000000000000"],
  ["1.0", "reserved flags", "020261"],
  // RFC 15: "Bits 2-7 are reserved for future use and MUST be zero".
  ["2.0", "a PING", "04070450494e470000"],
  ["2.0", "a SUBSCRIBE", "040b0953554253435249424541"],
  ["2.0", "a long command", "060000000000000005" + "0450494e47"],
  ["2.0", "an empty command", "0400"],
  ["2.0", "reserved flags", "080161"],
];
for (const [version, what, octets] of fatal) {
  test(`Session ends the connection of a ZMTP ${version} peer on ${what}`, async () => {
    for (const type of ["PULL", "PUB"] as const) {
      const theirs = type === "PUB" ? "SUB" : "PUSH";
      const { host, peer, say } = await scene(version, type, theirs);
      const before = host.commands.length;
      await say(octets, hex(version, 0, "after"));
      assert.equal(host.ends[0]?.error?.code, "EPROTO");
      assert.equal(peer.state, "closed");
      assert.equal(peer.received, "");
      assert.deepEqual(host.messages, []);
      assert.equal(host.commands.length, before);
    }
  });
}
