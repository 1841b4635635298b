/**
 * RFC 23 and 37: frames, commands, messages, and the analysis of the wire.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey, toHex } from "../../src/base/bytes.ts";
import type { Options } from "../../src/options/options.ts";
import { curveKeyPair, toCurveKey } from "../../src/security/curve_keys.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { MemoryStream } from "../kit/memory_stream.ts";
import { section } from "../kit/rfc.ts";
import {
  command,
  frame,
  greeting,
  ready,
  TestHost,
} from "../kit/session_host.ts";
import { hearing, scene } from "../kit/session_scene.ts";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();
const key = (text: string) => toCurveKey(text, "key");

type Two = readonly [client: Partial<Options>, server: Partial<Options>];

const NULL: Two = [{}, {}];
const PLAIN: Two = [
  { securityMechanism: "plain", plainUsername: "u", plainPassword: "p" },
  { securityMechanism: "plain", plainServer: true },
];
const CURVE: Two = [
  {
    securityMechanism: "curve",
    curveServerKey: key(SERVER.publicKey),
    curveSecretKey: key(CLIENT.secretKey),
  },
  {
    securityMechanism: "curve",
    curveServer: true,
    curveSecretKey: key(SERVER.secretKey),
  },
];

/** What a DEALER writes to a ROUTER: before, and for the message x. */
async function written(options: Two): Promise<[string, string]> {
  const clock = new FakeClock();
  const dealer = new TestHost("DEALER", clock, options[0]);
  const router = new TestHost("ROUTER", clock, options[1]);
  router.authenticate = () => true;
  const [own, other] = MemoryStream.pair();
  let octets = "";
  const write = own.write.bind(own);
  own.write = (parts) => {
    for (const part of parts) octets += toHex(part);
    return write(parts);
  };
  await dealer.session(own);
  await router.session(other);
  await clock.settle();
  const handshake = octets;
  octets = "";
  dealer.send("a secret");
  await clock.settle();
  assert.deepEqual(router.messages, [["a secret"]]);
  return [handshake, octets];
}

/** The names of the command frames after a greeting. */
function commandNames(octets: string): string[] {
  const names: string[] = [];
  for (let at = 128; at < octets.length;) {
    const flags = octets.slice(at, at + 2);
    assert.ok(["04", "06"].includes(flags), `flags ${flags} at ${at}`);
    const digits = flags === "06" ? 16 : 2;
    const size = parseInt(octets.slice(at + 2, at + 2 + digits), 16);
    const body = octets.slice(at + 2 + digits, at + 2 + digits + 2 * size);
    const length = parseInt(body.slice(0, 2), 16);
    const name = body.slice(2, 2 + 2 * length);
    names.push(
      name.replaceAll(/../g, (each) => String.fromCharCode(parseInt(each, 16))),
    );
    at += 2 + digits + 2 * size;
  }
  return names;
}

for (const [rfc, minor] of [[23, 0], [37, 1]] as const) {
  const framing = section(rfc, "Framing");

  framing("reserved for future use and MUST be zero", async () => {
    for (const flags of ["08", "10", "20", "40", "80", "f8"]) {
      const { host, peer, say } = await scene("PULL", {}, minor);
      await say(`${flags}0178`);
      await host.clock.advance(1000);
      assert.equal(peer.state, "closed", flags);
      assert.deepEqual(host.messages, []);
    }
    const { host, peer } = await scene("DEALER", {}, minor);
    host.send("a", "b".repeat(300), "c");
    await host.clock.settle();
    const long = "62".repeat(300);
    const sent = `010161` + `03000000000000012c${long}` + `000163`;
    assert.equal(peer.take(), sent);
  });

  framing("This bit SHALL be zero on command frames", async () => {
    for (const flags of ["05", "07"]) {
      const { host, peer, say } = await scene("PULL", {}, minor);
      const size = flags === "05" ? "07" : "0000000000000007";
      await say(`${flags}${size}0450494e470000`);
      await host.clock.advance(1000);
      assert.equal(peer.state, "closed", flags);
    }
    const { peer } = await hearing("REQ", greeting("NULL", minor));
    assert.equal(peer.received.slice(128, 130), "04");
  });

  const messages = section(rfc, "Messages");

  messages(
    "SHALL always send and deliver messages atomically, that is, all the",
    async () => {
      const { host, peer, say } = await scene("PULL", {}, minor);
      await say(frame(1, "a"), frame(1, "b"));
      assert.deepEqual(host.messages, []);
      await say(frame(0, "c"), frame(1, "cut"));
      assert.deepEqual(host.messages, [["a", "b", "c"]]);
      peer.stream.close();
      await host.clock.settle();
      assert.deepEqual(host.messages, [["a", "b", "c"]]);
    },
  );

  const wire = section(rfc, "Wire Analysis of the Connection");

  wire("message data SHALL be sent as message frames", async () => {
    for (const options of [NULL, PLAIN]) {
      const [, traffic] = await written(options);
      assert.equal(traffic, frame(0, "a secret"));
    }
  });

  wire("SHALL use the message framing defined in this", async () => {
    for (const options of [NULL, PLAIN]) {
      const { host } = await hearing(
        "PULL",
        greeting("NULL", minor) + ready("PUSH") + frame(1, "a") + frame(0, ""),
      );
      assert.deepEqual(host.messages, [["a", ""]]);
      assert.equal((await written(options))[1], frame(0, "a secret"));
    }
  });

  wire("message data SHALL be encoded as commands", async () => {
    const [, traffic] = await written(CURVE);
    // A MESSAGE command in all but the frame's flags.
    assert.match(traffic, /^00..074d455353414745/);
    assert.ok(!traffic.includes(toHex(fromKey("secret"))));
  }, "the frame has no COMMAND flag: libzmq drops it with one");

  wire("command names SHALL be visible", async () => {
    const cases: readonly [Two, readonly string[]][] = [
      [NULL, ["READY"]],
      [PLAIN, ["HELLO", "INITIATE"]],
      [CURVE, ["HELLO", "INITIATE"]],
    ];
    for (const [options, names] of cases) {
      const [handshake] = await written(options);
      assert.deepEqual(commandNames(handshake), names);
    }
  });

  wire("command frames SHALL be printable", async () => {
    for (const options of [NULL, PLAIN, CURVE]) {
      const [handshake] = await written(options);
      for (const name of commandNames(handshake)) {
        assert.match(name, /^[A-Z]+$/);
      }
    }
    const { peer, say } = await scene("PULL", {}, minor);
    await say(command("PING", "\0\0"));
    assert.equal(peer.take(), command("PONG"));
  }, "the names are; what follows them is binary, as their grammar has it");

  const dangers = section(rfc, "Security Considerations");

  dangers("MUST guard against downgrade attacks", async () => {
    const downgrades: readonly [Partial<Options>, string][] = [
      [PLAIN[0], "0100"],
      [PLAIN[0], "ff00000000000000017f00"],
      [PLAIN[1], "ff00000000000000017f010800"],
      [CURVE[0], "ff00000000000000017f010800"],
      [CURVE[1], "ff00000000000000010000"],
      [PLAIN[1], greeting("NULL", minor) + ready("DEALER")],
      [CURVE[0], greeting("PLAIN", minor) + command("WELCOME")],
      [CURVE[1], greeting("NULL", minor) + ready("DEALER")],
    ];
    for (const [options, octets] of downgrades) {
      const { host, peer } = await hearing(
        "DEALER",
        octets + frame(0, "x"),
        options,
      );
      host.authenticate = () => true;
      await host.clock.advance(1000);
      assert.equal(peer.state, "closed", octets);
      assert.deepEqual(host.messages, []);
      assert.equal(host.pipes.length, 0);
    }
  });
}
