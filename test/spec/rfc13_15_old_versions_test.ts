/**
 * RFC 13 and 15: ZMTP 1.0 and 2.0.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { section } from "../kit/rfc.ts";
import { hearing } from "../kit/session_scene.ts";

const OLD: Partial<Options> = { minProtocolVersion: "1.0" };
/** The greeting of a ZMTP 2.0 DEALER without an identity. */
const DEALER_2 = "ff00000000000000017f01050000";

/** A socket that a peer of an older version says octets to. */
function hearingOld(type: SocketType, octets: string) {
  return hearing(type, octets, OLD);
}

const frames = section(13, "The Framing Layer");

frames("the length SHALL BE encoded as a single octet with the", async () => {
  const body = "61".repeat(254);
  const long = `ff00000000000000ff00${body}`;
  const { host, peer } = await hearingOld("DEALER", `0100${long}`);
  assert.deepEqual(host.messages, [["a".repeat(254)]]);
  peer.take();
  host.send("a".repeat(254));
  host.send("a".repeat(253));
  await host.clock.settle();
  assert.equal(peer.take(), long + `fe00${"61".repeat(253)}`);
});
frames("On messages consisting of a single frame the MORE flag", async () => {
  const { host, peer } = await hearingOld("DEALER", "0100020061020162020063");
  assert.deepEqual(host.messages, [["a"], ["b", "c"]]);
  peer.take();
  host.send("a");
  await host.clock.settle();
  assert.equal(peer.take(), "020061");
});

const connections = section(13, "The Connection Layer");

connections(
  "A peer SHALL send a greeting consisting of either an",
  async () => {
    const named: Partial<Options> = {
      ...OLD,
      routingId: new Uint8Array(3).fill(0x61),
    };
    // Our signature is a long frame's header, whose body is the identity.
    for (const [options, identity] of [[OLD, ""], [named, "616161"]] as const) {
      const { peer } = await hearing("DEALER", "0100", options);
      const size = (identity.length / 2 + 1).toString(16).padStart(16, "0");
      assert.equal(peer.received, `ff${size}7f${identity}`);
    }
  },
);
connections(
  "The flags octet (idflags) of an identity frame SHALL",
  async () => {
    for (const flags of ["00", "01", "45", "ff"]) {
      const { host } = await hearingOld("DEALER", `02${flags}6d020061`);
      await host.clock.advance(1000);
      assert.deepEqual(host.messages, flags === "00" ? [["a"]] : [], flags);
    }
  },
  "they must be zero: with others it is HTTP, or TLS, and no ZMTP",
);

const content = section(13, "The Content Layer");

content("A publisher SHALL send broadcast content", async () => {
  const { host, peer } = await hearingOld("PUB", "0100");
  peer.take();
  host.send("topic", "body");
  await host.clock.settle();
  assert.equal(peer.take(), "0601746f706963" + "0500626f6479");
});
content("A subscriber SHALL NOT send any content", async () => {
  const { host, peer } = await hearingOld("SUB", "0100");
  peer.take();
  host.pipes[0]!.command("SUBSCRIBE", Uint8Array.of(0x41));
  await host.clock.settle();
  assert.equal(peer.take(), "03000141");
}, "it sends its subscriptions, as libzmq does");

const framing = section(15, "Framing");

framing("On messages consisting of a single frame the MORE bit", async () => {
  const { host, peer } = await hearingOld("DEALER", `${DEALER_2}000161`);
  assert.deepEqual(host.messages, [["a"]]);
  peer.take();
  host.send("a");
  await host.clock.settle();
  assert.equal(peer.take(), "000161");
});
framing("reserved for future use and MUST be zero", async () => {
  for (const flags of ["04", "08", "10", "20", "40", "80"]) {
    const octets = `${DEALER_2}${flags}0161`;
    const { host, peer } = await hearingOld("DEALER", octets);
    await host.clock.advance(1000);
    assert.equal(peer.state, "closed", flags);
    assert.deepEqual(host.messages, []);
  }
});

const detection = section(15, "Backwards Interoperability");

detection("The length MUST be 8 octets in network byte order", async () => {
  for (const length of [1, 255]) {
    const routingId = new Uint8Array(length).fill(0x61);
    const { peer } = await hearing("DEALER", "", { ...OLD, routingId });
    const size = (length + 1).toString(16).padStart(16, "0");
    assert.equal(peer.received, `ff${size}7f`);
  }
});
