/**
 * RFC 23 and 37: version negotiation, topology, mechanisms, errors.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Options } from "../../src/options/options.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { section } from "../kit/rfc.ts";
import {
  command,
  facing,
  frame,
  greeting,
  ready,
  TestHost,
} from "../kit/session_host.ts";
import { hearing } from "../kit/session_scene.ts";
import { listenRaw, world } from "../kit/session_world.ts";

const SIGNATURE = "ff00000000000000017f";
const PLAIN: Partial<Options> = {
  securityMechanism: "plain",
  plainUsername: "u",
  plainPassword: "p",
};

/** A greeting of any version, NULL. */
function version(octets: string): string {
  return greeting().replace("7f0301", `7f${octets}`);
}

for (const [rfc, minor] of [[23, 0], [37, 1]] as const) {
  const versions = section(rfc, "Version Negotiation");
  const hello = greeting("NULL", minor);

  versions("SHALL send to the other a partial greeting", async () => {
    const { peer } = await facing(new TestHost("PULL", new FakeClock()));
    assert.match(peer.received, /^ff.{16}7f$/);
    peer.say(SIGNATURE);
    await new FakeClock().settle();
    assert.match(peer.received, /^ff.{16}7f03$/);
  }, "the eleventh octet goes out when the peer's signature is there");

  versions(
    "SHALL then read the first eleven octets of greeting sent by the other",
    async () => {
      const { peer, host } = await hearing("PULL", SIGNATURE);
      assert.equal(peer.received.length, 2 * 11);
      peer.say("03");
      await host.clock.settle();
      assert.equal(peer.received, greeting());
    },
  );

  versions("SHALL send its entire greeting (64 octets)", async () => {
    const { peer } = await hearing("PULL", hello);
    assert.equal(peer.received.slice(0, 128), greeting());
  }, "in pieces, so that older peers can be told from newer ones");

  versions("SHALL expect a matching 64 octet greeting", async () => {
    const cut = await hearing("PULL", hello.slice(0, -2));
    assert.equal(cut.peer.received, greeting());
    cut.peer.say("00" + ready("PUSH"));
    await cut.host.clock.settle();
    assert.ok(cut.session.ready);
  });

  const paddings = ["0000000000000000", "ffffffffffffffff", "0123456789abcdef"];

  versions(
    "SHALL NOT assign any significance to the padding field",
    async () => {
      const answers = new Set<string>();
      for (const padding of paddings) {
        const octets = `ff${padding}${hello.slice(18)}${ready("PUSH")}`;
        const { peer, host } = await hearing("PULL", octets + frame(0, "x"));
        assert.deepEqual(host.messages, [["x"]], padding);
        answers.add(peer.received);
      }
      assert.equal(answers.size, 1);
    },
  );

  versions(
    "MUST NOT validate this nor interpret it in any way whatsoever",
    async () => {
      for (const padding of paddings) {
        const octets = `ff${padding}${hello.slice(18)}${ready("PUSH")}`;
        const { session, host } = await hearing("PULL", octets);
        assert.ok(session.ready, padding);
        assert.equal(host.pipes[0]!.peer.routingId, undefined);
      }
    },
  );

  versions("MUST accept higher protocol versions as valid", async () => {
    for (const higher of ["0302", "03ff", "0400", "ffff"]) {
      const { session } = await hearing(
        "PULL",
        version(higher) + ready("PUSH"),
      );
      assert.ok(session.ready, higher);
    }
  });

  versions(
    `MUST accept protocol versions greater or equal to 3.${minor}`,
    async () => {
      for (const accepted of [`030${minor}`, "0301", "0302", "0500"]) {
        const { session } = await hearing(
          "PULL",
          version(accepted) + ready("PUSH"),
        );
        assert.ok(session.ready, accepted);
      }
    },
  );

  versions(
    "SHALL always use its own protocol (including framing)",
    async () => {
      for (const higher of ["0302", "0400"]) {
        const host = new TestHost("SUB", new FakeClock());
        const { peer } = await facing(host);
        peer.say(version(higher) + ready("PUB"));
        await host.clock.settle();
        assert.equal(peer.take(), greeting() + ready("SUB"));
        host.pipes[0]!.command("SUBSCRIBE", Uint8Array.of(0x41));
        await host.clock.settle();
        assert.equal(peer.take(), command("SUBSCRIBE", "A"), higher);
      }
    },
  );

  versions(
    "If a peer cannot downgrade its protocol to match its peer, it MUST close",
    async () => {
      for (const octets of [`${SIGNATURE}01`, `${SIGNATURE}00`, "0100"]) {
        // PLAIN cannot be spoken in the older protocols.
        const { peer, host } = await hearing("PULL", octets, PLAIN);
        await host.clock.advance(1000);
        assert.equal(peer.state, "closed", octets);
        assert.equal(host.pipes.length, 0);
      }
    },
  );

  const topology = section(rfc, "Topology");

  topology("the as-server field SHALL have no significance", async () => {
    const server = hello.slice(0, 64) + "01" + hello.slice(66);
    const { session, peer } = await hearing("PULL", server + ready("PUSH"));
    assert.ok(session.ready);
    assert.equal(peer.received, greeting() + ready("PULL"));
  });

  const security = section(rfc, "Authentication and Confidentiality");

  security(
    "Mechanism names SHALL consist only of uppercase letters A to Z, digits",
    async () => {
      const others: Partial<Options>[] = [{}, PLAIN];
      for (const options of others) {
        const { peer } = await hearing(
          "PULL",
          greeting("CURVE", minor),
          options,
        );
        const name = peer.received.slice(24, 64);
        assert.match(name, /^((4[1-9a-f]|5[0-9a]))+(00)+$/);
      }
      const { session } = await hearing("PULL", greeting("null", minor));
      assert.equal(session.ready, false);
    },
  );

  security("MUST also send a full greeting including mechanism", async () => {
    for (const mechanism of ["NULL", "PLAIN", "CURVE", "OTHER"]) {
      const { peer } = await hearing("PULL", greeting(mechanism, minor));
      assert.equal(peer.received.slice(0, 128), greeting(), mechanism);
    }
  });

  security(
    "does not exactly match the mechanism it sent, it MUST close",
    async () => {
      for (const other of ["PLAIN", "NULL2", "NUL", "null", "NULL\0X", ""]) {
        const { peer, host } = await hearing("PULL", greeting(other, minor));
        await host.clock.advance(1000);
        assert.equal(peer.state, "closed", other);
        const { reason } = host.ends[0]!.error!;
        assert.equal(reason, "ERR_ZMTP_MECHANISM_MISMATCH", other);
      }
    },
  );

  const errors = section(rfc, "Error Handling");

  errors(
    "SHALL treat an incoming ERROR command as fatal, and act by closing",
    async () => {
      const { peer, host } = await hearing(
        "PULL",
        hello + command("ERROR", "\x03400") + ready("PUSH"),
      );
      assert.equal(peer.state, "closed");
      assert.deepEqual(host.names, ["handshake:error:auth", "disconnect"]);
      assert.equal(host.pipes.length, 0);
    },
  );

  errors(
    "not re-connecting using the same security credentials",
    async () => {
      const { clock, network, host, connect } = world();
      const peers = await listenRaw(network);
      const { connector } = connect(host("PUSH", { reconnectInterval: 10 }));
      await clock.settle();
      peers[0]!.say(hello + command("ERROR", "\x03400"));
      await clock.advance(4999);
      assert.equal(network.attempts, 1);
      await clock.advance(2000);
      assert.equal(network.attempts, 2);
      await connector.close({ linger: 0 });
    },
    "it comes again, after 5 s at least: it may be admitted one day",
  );

  errors(
    "SHALL treat an unexpected connection close as a temporary error",
    async () => {
      const { clock, network, host, connect } = world();
      const peers = await listenRaw(network);
      const push = host("PUSH", { reconnectInterval: 10 });
      const { connector } = connect(push);
      await clock.settle();
      peers[0]!.stream.close();
      await clock.advance(20);
      assert.equal(network.attempts, 2);
      peers[1]!.say(hello + ready("PULL"));
      await clock.settle();
      peers[1]!.stream.close();
      await clock.advance(100);
      assert.equal(network.attempts, 3);
      await connector.close({ linger: 0 });
    },
  );

  const older = section(rfc, "Detecting ZMTP 1.0 and 2.0 Peers");

  older("The size SHALL be 8 octets in network byte order", async () => {
    for (const length of [0, 3, 255]) {
      const host = new TestHost("DEALER", new FakeClock(), {
        routingId: length === 0 ? null : new Uint8Array(length).fill(0x61),
      });
      const { peer } = await facing(host);
      const size = (length + 1).toString(16).padStart(16, "0");
      assert.equal(peer.take(), `ff${size}7f`);
    }
  });

  older("it MUST immediately close the connection", async () => {
    const old = [`${SIGNATURE}01`, `${SIGNATURE}02`, "0100", "ff0000"];
    for (const octets of old) {
      const rest = octets === "ff0000" ? "00000000000001000000" : "";
      const { peer, host } = await hearing("PULL", octets + rest, PLAIN);
      await host.clock.advance(1000);
      assert.equal(peer.state, "closed", octets);
      assert.ok(!peer.received.includes("48454c4c4f"));
      assert.deepEqual(host.messages, []);
    }
  });
}
