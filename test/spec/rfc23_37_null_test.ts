/**
 * RFC 23 and 37: the NULL mechanism and the metadata of a connection.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey, toKey } from "../../src/base/bytes.ts";
import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { curveKeyPair, toCurveKey } from "../../src/security/curve_keys.ts";
import { encodeMetadata, parseMetadata } from "../../src/wire/metadata.ts";
import { Pull } from "../../mod.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { section } from "../kit/rfc.ts";
import {
  command,
  connected,
  frame,
  greeting,
  ready,
  TestHost,
} from "../kit/session_host.ts";
import { hearing } from "../kit/session_scene.ts";
import { zmtpTypes } from "../kit/sockets.ts";

const INVALID = "ERR_ZMTP_INVALID_METADATA";

/** A property as it is on the wire, one character an octet. */
function property(name: string, value: string): string {
  return toKey(encodeMetadata([[name, fromKey(value)]]));
}

/** A READY of any properties: long frames included. */
function readyOf(properties: string): string {
  const body = "\x05READY" + properties;
  if (body.length < 256) return frame(4, body);
  const size = body.length.toString(16).padStart(16, "0");
  return `06${size}` + frame(0, body).slice(-2 * body.length);
}

for (const [rfc, minor] of [[23, 0], [37, 1]] as const) {
  const mechanism = section(rfc, "The NULL Security Mechanism");
  const metadata = section(rfc, "Connection Metadata");
  const hello = greeting("NULL", minor);

  /** A ROUTER that a peer tells properties to. */
  const told = async (properties: string, type: SocketType = "ROUTER") => {
    const { host, session } = await hearing(type, hello + readyOf(properties));
    const accepted = session.ready;
    // A peer that is refused is told so first.
    await host.clock.advance(1000);
    const { peer } = host.pipes[0] ?? {};
    return { accepted, peer, reason: host.ends[0]?.error };
  };

  if (rfc === 23) {
    mechanism("both peers SHALL send each other a READY command", async () => {
      const { peer, session } = await hearing("PULL", hello + ready("PUSH"));
      assert.equal(peer.received, greeting() + ready("PULL"));
      assert.ok(session.ready);
      const silent = await hearing("PULL", hello + frame(0, "x"));
      assert.equal(silent.session.ready, false);
    });

    mechanism(
      "MUST send its READY command before attempting to receive a READY",
      async () => {
        const { peer, session } = await hearing("PULL", hello);
        assert.equal(peer.received, greeting() + ready("PULL"));
        assert.equal(session.ready, false);
      },
    );
  } else {
    mechanism(
      "SHALL be the server, and connecting peer SHALL be the client",
      async () => {
        // The session that a listener made says READY without being asked.
        const { peer } = await hearing("PULL", hello);
        assert.equal(peer.received, greeting() + ready("PULL"));
      },
      "there are no roles: both send READY at once, as libzmq does",
    );

    mechanism(
      "the client SHALL send a READY command and then wait for a READY",
      async () => {
        const { peer, host } = await hearing("PUSH", hello);
        assert.equal(peer.take(), greeting() + ready("PUSH"));
        assert.equal(host.pipes.length, 0);
        peer.say(ready("PULL"));
        await host.clock.settle();
        host.send("x");
        await host.clock.settle();
        assert.equal(peer.take(), frame(0, "x"));
      },
    );

    mechanism(
      "If there is no error, it MUST send a READY command in reply",
      async () => {
        const { peer } = await hearing("PULL", hello + ready("PUSH"));
        assert.equal(peer.received, greeting() + ready("PULL"));
      },
    );
  }

  mechanism("the as-server field MUST be zero", async () => {
    for (const type of ["REP", "REQ", "PUB"] as const) {
      const { peer } = await hearing(type, hello);
      assert.equal(peer.received.slice(24, 66), "4e554c4c".padEnd(42, "0"));
    }
  });

  mechanism("The name SHALL be 1 to 255 characters", async () => {
    for (const length of [1, 255]) {
      const name = "n".repeat(length);
      const { accepted, peer } = await told(property(name, "v"));
      assert.ok(accepted, `${length}`);
      assert.equal(peer!.properties.get(name), "v");
    }
    const { reason } = await told("\0\0\0\0\x01v");
    assert.equal(reason?.reason, INVALID);
    assert.throws(() => encodeMetadata([["", fromKey("v")]]));
    assert.throws(() => encodeMetadata([["n".repeat(256), fromKey("v")]]));
  });

  mechanism("The case (upper or lower) of names SHALL NOT be", async () => {
    for (const name of ["socket-type", "SOCKET-TYPE", "Socket-Type"]) {
      assert.ok((await told(property(name, "DEALER"))).accepted, name);
      const wrong = await told(property(name, "PUB"));
      assert.equal(wrong.reason?.reason, INVALID, name);
    }
  });

  mechanism("The value SHALL be 0 to 2,147,483,647", async () => {
    const { peer } = await told(property("X-E", "") + property("X-N", "n"));
    assert.equal(peer!.properties.get("X-E"), "");
    for (const size of ["\x80\0\0\0", "\xff\xff\xff\xff"]) {
      const { reason } = await told(`\x03X-A${size}abc`);
      assert.equal(reason?.reason, INVALID);
    }
  });

  mechanism(
    "The value size field SHALL be four octets, in network byte order",
    async () => {
      const value = "v".repeat(0x102);
      const { peer } = await told("\x03X-A\0\0\x01\x02" + value);
      assert.equal(peer!.properties.get("X-A"), value);
      const { peer: us } = await hearing("PULL", hello);
      const wire = fromKey("\x0bSocket-Type\0\0\0\x04PULL");
      assert.deepEqual(parseMetadata(wire).getText("Socket-Type"), "PULL");
      assert.ok(us.received.endsWith(command("READY", toKey(wire)).slice(4)));
    },
  );

  metadata(
    "SHALL provide a way for peers to exchange metadata in the form of",
    async () => {
      const server = curveKeyPair();
      const secret = (text: string) => toCurveKey(text, "key");
      const two: readonly [Partial<Options>, Partial<Options>][] = [
        [{}, {}],
        [
          {
            securityMechanism: "plain",
            plainUsername: "u",
            plainPassword: "p",
          },
          { securityMechanism: "plain", plainServer: true },
        ],
        [
          {
            securityMechanism: "curve",
            curveServerKey: secret(server.publicKey),
            curveSecretKey: secret(curveKeyPair().secretKey),
          },
          {
            securityMechanism: "curve",
            curveServer: true,
            curveSecretKey: secret(server.secretKey),
          },
        ],
      ];
      for (const [client, ours] of two) {
        const clock = new FakeClock();
        const own: Options["metadata"] = [["X-Hello", fromKey("World")]];
        const one = new TestHost("DEALER", clock, { ...client, metadata: own });
        const other = new TestHost("ROUTER", clock, {
          ...ours,
          metadata: own,
        });
        other.authenticate = () => true;
        await connected(one, other);
        for (const { pipes: [pipe] } of [one, other]) {
          assert.equal(pipe!.peer.properties.get("X-Hello"), "World");
        }
        assert.equal(other.pipes[0]!.peer.socketType, "DEALER");
        assert.equal(one.pipes[0]!.peer.socketType, "ROUTER");
      }
    },
  );

  metadata("Metadata names SHALL be case-insensitive", async () => {
    const { peer } = await told(
      property("SOCKET-type", "DEALER") + property("iDENTITY", "me"),
    );
    assert.equal(toKey(peer!.routingId as Uint8Array), "me");
    assert.equal(peer!.socketType, "DEALER");
  });

  metadata(
    'names starting with "X-" SHALL be reserved for application use',
    async () => {
      for (const type of zmtpTypes) {
        const { peer } = await hearing(type, hello);
        // None of our own begins with it.
        assert.ok(!peer.received.includes("02582d"), type);
      }
      const { peer } = await told(property("X-App", "mine"));
      assert.equal(peer!.properties.get("X-App"), "mine");
    },
  );

  const types = section(rfc, "The Socket-Type Property");

  types("The Socket-Type SHALL match this grammar", async () => {
    const pairs: readonly [SocketType, SocketType][] = [
      ["REQ", "REP"],
      ["DEALER", "ROUTER"],
      ["PUB", "SUB"],
      ["XPUB", "XSUB"],
      ["PUSH", "PULL"],
      ["PAIR", "PAIR"],
    ];
    const newer: readonly [SocketType, SocketType][] = [
      ["CLIENT", "SERVER"],
      ["RADIO", "DISH"],
      ["SCATTER", "GATHER"],
      ["PEER", "PEER"],
      ["CHANNEL", "CHANNEL"],
    ];
    for (const [a, b] of rfc === 23 ? pairs : [...pairs, ...newer]) {
      for (const [own, other] of [[a, b], [b, a]] as const) {
        const { peer, session } = await hearing(own, hello + ready(other));
        assert.ok(session.ready, `${own} and ${other}`);
        const said = property("Socket-Type", own);
        assert.ok(peer.received.includes(command("READY", said).slice(4)));
      }
    }
    for (const name of ["", "rep", "REP ", "STREAM", "REPLY", "ANY"]) {
      const { session } = await hearing("REQ", hello + ready(name));
      assert.equal(session.ready, false, name);
    }
  });

  const identity = section(rfc, "The Identity Property");

  identity("The Identity SHALL match this grammar", async () => {
    for (const length of [0, 1, 255]) {
      const value = "\xff".repeat(length);
      const { accepted, peer } = await told(property("Identity", value));
      assert.ok(accepted, `${length}`);
      const id = peer!.routingId as Uint8Array | undefined;
      assert.equal(id?.length ?? 0, length);
    }
    const { reason } = await told(property("Identity", "x".repeat(256)));
    assert.equal(reason?.reason, INVALID);
  });

  if (rfc === 23) continue;

  identity("The first octet of the Identity SHALL NOT be zero", async () => {
    const { reason } = await told(property("Identity", "\0me"));
    assert.equal(reason?.reason, INVALID);
    assert.ok((await told(property("Identity", "m\0"))).accepted);
  });

  const resource = section(rfc, "The Resource Property");

  resource("SHALL accept all resource requests", async () => {
    for (const name of ["a", "system/name-service/test", "$-_@.&+", ""]) {
      const { accepted, peer } = await told(property("Resource", name));
      assert.ok(accepted, name);
      assert.equal(peer!.properties.get("Resource"), name);
    }
  });

  resource("The Resource SHALL match this grammar", async () => {
    await using pull = new Pull();
    for (const path of ["/a", "/system/name-service/test", "/"]) {
      const endpoint = `tcp://127.0.0.1:9${path}`;
      assert.throws(() => pull.connect(endpoint), { code: "EINVAL" });
      await assert.rejects(pull.bind(endpoint), { code: "EINVAL" });
    }
  }, "there are no resources, as with libzmq: an endpoint has no path");

  resource("SHALL use the same security credentials", async () => {
    await using one = new Pull();
    await using other = new Pull({ plainServer: true });
    const endpoint = await one.bind("tcp://127.0.0.1:*");
    await assert.rejects(other.bind(endpoint), { code: "EADDRINUSE" });
  }, "there are no resources: an endpoint belongs to one socket");
}
