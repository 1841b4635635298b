/**
 * RFC 24 and 25, PLAIN and CURVE in ZMTP. Neither has a sentence with MUST or
 * SHALL: these are the ones that say what is done.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey, toKey } from "../../src/base/bytes.ts";
import type { Options } from "../../src/options/options.ts";
import { curveKeyPair, toCurveKey } from "../../src/security/curve_keys.ts";
import { encodeMetadata } from "../../src/wire/metadata.ts";
import { FakeClock } from "../kit/fake_clock.ts";
import { section } from "../kit/rfc.ts";
import {
  command,
  facing,
  frame,
  greeting,
  TestHost,
} from "../kit/session_host.ts";

const CLIENT: Partial<Options> = {
  securityMechanism: "plain",
  plainUsername: "admin",
  plainPassword: "secret",
};
const SERVER: Partial<Options> = {
  securityMechanism: "plain",
  plainServer: true,
};
const HELLO = command("HELLO", "\x05admin\x06secret");

const told = (type: string) =>
  toKey(encodeMetadata([["Socket-Type", fromKey(type)]]));

/** A greeting of a server: the as-server octet is set. */
function asServer(mechanism: string): string {
  const octets = greeting(mechanism);
  return `${octets.slice(0, 64)}01${octets.slice(66)}`;
}

/** A PULL server of PLAIN with a client to be played by hand. */
async function server(admits: boolean) {
  const host = new TestHost("PULL", new FakeClock(), SERVER);
  host.authenticate = () => admits;
  const { peer, session } = await facing(host);
  const say = async (octets: string) => {
    peer.say(octets);
    await host.clock.settle();
    return peer.take();
  };
  await say(greeting("PLAIN"));
  return { host, peer, session, say };
}

/** A PUSH client of PLAIN with a server to be played by hand. */
async function client() {
  const host = new TestHost("PUSH", new FakeClock(), CLIENT);
  const { peer, session } = await facing(host);
  const say = async (octets: string) => {
    peer.say(octets);
    await host.clock.settle();
    return peer.take();
  };
  return { host, peer, session, say };
}

const plain = section(24, "Implementation");

plain("uses the greeting as-server field to identify which peer", async () => {
  const host = new TestHost("PULL", new FakeClock(), SERVER);
  const { peer } = await facing(host);
  peer.say(greeting("PLAIN"));
  await host.clock.settle();
  assert.equal(peer.take(), asServer("PLAIN"));
  const { say } = await client();
  assert.ok((await say(asServer("PLAIN"))).startsWith(greeting("PLAIN")));
  // What the peer says of itself is not relied upon: libzmq always says 0.
  const { say: sayAgain } = await client();
  assert.ok((await sayAgain(greeting("PLAIN"))).endsWith(HELLO));
});
plain("authenticates itself to the server by sending a HELLO", async () => {
  const { say } = await client();
  assert.equal(await say(asServer("PLAIN")), greeting("PLAIN") + HELLO);
});
plain("If it accepts it, it replies with a WELCOME command", async () => {
  const { say } = await server(true);
  assert.equal(await say(HELLO), command("WELCOME"));
});
plain("Otherwise, it closes the connection", async () => {
  const { host, peer, say } = await server(false);
  assert.equal(await say(HELLO), command("ERROR", "\x03400"));
  await host.clock.advance(1000);
  assert.equal(peer.state, "closed");
  assert.equal(host.pipes.length, 0);
}, "and says ERROR before, as the grammar has it");
plain("The client then sends an INITIATE command", async () => {
  const { say } = await client();
  await say(asServer("PLAIN"));
  const initiate = command("INITIATE", told("PUSH"));
  assert.equal(await say(command("WELCOME")), initiate);
});
plain("The server responds with a READY command", async () => {
  const { say, session } = await server(true);
  await say(HELLO);
  const answer = await say(command("INITIATE", told("PUSH")));
  assert.equal(answer, command("READY", told("PULL")));
  assert.ok(session.ready);
  const wrong = await server(true);
  await wrong.say(HELLO);
  await wrong.say(command("INITIATE", told("PULL")));
  assert.equal(wrong.session.ready, false);
});
plain("MAY send messages after receiving a READY command", async () => {
  const { host, say } = await client();
  await say(asServer("PLAIN") + command("WELCOME"));
  assert.equal(host.pipes.length, 0);
  await say(command("READY", told("PULL")));
  host.send("x");
  assert.equal(await say(""), frame(0, "x"));
});

const curve = section(25, "Implementation");
const KEYS = curveKeyPair();
const KEY = (text: string) => toCurveKey(text, "key");

curve("uses the greeting as-server field to identify which peer", async () => {
  const roles: readonly [Partial<Options>, string][] = [
    [{ curveServer: true, curveSecretKey: KEY(KEYS.secretKey) }, "01"],
    [{
      curveServerKey: KEY(KEYS.publicKey),
      curveSecretKey: KEY(curveKeyPair().secretKey),
    }, "00"],
  ];
  for (const [options, role] of roles) {
    const host = new TestHost("PULL", new FakeClock(), {
      securityMechanism: "curve",
      ...options,
    });
    const { peer } = await facing(host);
    peer.say(greeting("CURVE"));
    await host.clock.settle();
    assert.equal(peer.take().slice(64, 66), role);
  }
});
curve("starts with a HELLO command from client to server", async () => {
  const host = new TestHost("PULL", new FakeClock(), {
    securityMechanism: "curve",
    curveServerKey: KEY(KEYS.publicKey),
    curveSecretKey: KEY(curveKeyPair().secretKey),
  });
  const { peer } = await facing(host);
  peer.say(asServer("CURVE"));
  await host.clock.settle();
  assert.match(peer.take().slice(128), /^04c80548454c4c4f0100(00){72}/);
});
