/**
 * RFC 26, CurveZMQ: INITIATE, READY, MESSAGE and ERROR.
 *
 * @module
 */

import assert from "node:assert/strict";
import { concat, fromHex, toBytes, toHex } from "../../src/base/bytes.ts";
import { loadNoble } from "../../src/security/crypto.ts";
import {
  encodeInitiate,
  encodeReady,
  encodeVouch,
} from "../../src/security/curve_messages.ts";
import { NonceCounter } from "../../src/security/curve_nonce.ts";
import type { Mechanism } from "../../src/security/mechanism.ts";
import { encodeMetadata, type Metadata } from "../../src/wire/metadata.ts";
import { section } from "../kit/rfc.ts";
import {
  curveClient,
  curveServer,
  readyPair,
} from "../unit/security/curve_pair.ts";
import {
  BODIES,
  clientRandom,
  KEYS,
  serverRandom,
} from "../unit/security/curve_vectors.ts";
import {
  exchange,
  properties,
  reasonOf,
  sealed,
  sent,
  tampered,
} from "../unit/security/handshakes.ts";

const NONCE = fromHex("0000000000000002");

/** A server that has sent the WELCOME of the vectors. */
async function greeted() {
  const server = await curveServer({ random: serverRandom() });
  server.receive(BODIES.hello);
  sent(server);
  return server;
}

/** A client that has sent the INITIATE of the vectors. */
async function initiated() {
  const client = await curveClient({ random: clientRandom() });
  client.receive(BODIES.welcome);
  sent(client);
  return client;
}

/** An INITIATE around any metadata, right but for these. */
async function initiateWith(metadata: Uint8Array): Promise<Uint8Array> {
  const crypto = await loadNoble();
  const { clientTransientSecret, serverTransientPublic } = KEYS;
  const key = crypto.sharedKey(serverTransientPublic, clientTransientSecret)!;
  const vouchKey = crypto.sharedKey(serverTransientPublic, KEYS.clientSecret)!;
  const vouch = encodeVouch(
    crypto,
    vouchKey,
    KEYS.clientTransientPublic,
    KEYS.serverPublic,
    new Uint8Array(16),
  );
  const initiate = { clientKey: KEYS.clientPublic, vouch, metadata };
  return encodeInitiate(crypto, key, BODIES.cookie, initiate, NONCE);
}

/** What a server makes of metadata. */
async function understood(metadata: string): Promise<Metadata | undefined> {
  const server = await greeted();
  const octets = fromHex(metadata);
  server.receive(await initiateWith(octets));
  return server.peerMetadata;
}

/** The text in the box of an INITIATE of a client. */
async function opened(body: Uint8Array): Promise<Uint8Array | undefined> {
  const crypto = await loadNoble();
  const { clientTransientPublic, serverTransientSecret } = KEYS;
  const key = crypto.sharedKey(clientTransientPublic, serverTransientSecret)!;
  const whole = concat([toBytes("CurveZMQINITIATE"), body.subarray(105, 113)]);
  return crypto.open(key, whole, body.subarray(113));
}

const initiate = section(26, "The INITIATE Command");

initiate("SHALL respond to a valid WELCOME with an INITIATE", async () => {
  const client = await curveClient({ random: clientRandom() });
  sent(client);
  client.receive(BODIES.welcome);
  assert.deepEqual(sent(client).map(toHex), [toHex(BODIES.initiate)]);
});
initiate("This command SHALL be at least 257 octets long", async () => {
  const least = await initiateWith(new Uint8Array());
  assert.equal(least.length, 257);
  const server = await greeted();
  server.receive(least);
  assert.equal(server.status, "authenticating");
  const other = await greeted();
  reasonOf(() => other.receive(least.subarray(0, 256)));
});
initiate("The nonce SHALL be implicitly prefixed with the 16", async () => {
  const client = await curveClient({ random: clientRandom() });
  sent(client);
  client.receive(BODIES.welcome);
  const text = await opened(sent(client)[0]!);
  assert.deepEqual(text?.subarray(0, 32), KEYS.clientPublic);
});
initiate("This nonce SHALL be implicitly prefixed with the 8", async () => {
  const crypto = await loadNoble();
  const text = (await opened(BODIES.initiate))!;
  const vouch = text.subarray(32, 128);
  const key = crypto.sharedKey(KEYS.clientPublic, KEYS.serverTransientSecret)!;
  const whole = concat([toBytes("VOUCH---"), vouch.subarray(0, 16)]);
  const keys = crypto.open(key, whole, vouch.subarray(16));
  const own = [KEYS.clientTransientPublic, KEYS.serverPublic];
  assert.deepEqual(keys, concat(own));
});
initiate("This nonce SHALL be unique for all INITIATE commands", async () => {
  const nonces = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const random = clientRandom();
    let asked = 0;
    const client = await curveClient({
      // The transient key of the vectors, and the nonce as it comes.
      random: (length) =>
        asked++ === 0
          ? random(length)
          : globalThis.crypto.getRandomValues(new Uint8Array(length)),
    });
    client.receive(BODIES.welcome);
    const text = (await opened(sent(client)[1]!))!;
    nonces.add(toHex(text.subarray(32, 48)));
  }
  assert.equal(nonces.size, 20);
  // By default the nonce comes from the same source as the keys.
  const [one, other] = [await curveClient(), await curveClient()];
  for (const client of [one, other]) {
    const server = await curveServer();
    exchange(client, server);
  }
});
initiate("The name SHALL be 1 to 255 characters", async () => {
  const long = "6e".repeat(255);
  const metadata = await understood(`ff${long}0000000176`);
  assert.equal(metadata?.getText("n".repeat(255)), "v");
  await assert.rejects(understood("000000000176"), { code: "EPROTO" });
});
initiate("The case (upper or lower) of names SHALL NOT be", async () => {
  const metadata = await understood("04582d4162000000024142");
  assert.equal(metadata?.getText("x-aB"), "AB");
});
initiate("The value SHALL be 0 to 2^31-1 octets of opaque", async () => {
  const metadata = await understood("01610000000001620000000200ff");
  assert.equal(metadata?.get("a")?.length, 0);
  assert.deepEqual(metadata?.get("b"), Uint8Array.of(0, 0xff));
  for (const size of ["80000000", "ffffffff"]) {
    await assert.rejects(understood(`0161${size}00`), { code: "EPROTO" });
  }
});
initiate("The value size field SHALL be four octets, in network", async () => {
  const metadata = await understood(`016100000102${"76".repeat(258)}`);
  assert.equal(metadata?.get("a")?.length, 258);
  await assert.rejects(understood("0161000001"), { code: "EPROTO" });
});
initiate("The server SHALL validate all fields", async () => {
  for (let at = 0; at < BODIES.initiate.length; at += 5) {
    const server = await greeted();
    const receive = () => server.receive(tampered(BODIES.initiate, at));
    assert.throws(receive, { code: "EPROTO" }, `octet ${at}`);
  }
});
initiate("SHALL reject and disconnect clients who send malformed", async () => {
  for (const length of [0, 9, 200, 256, 291]) {
    const server = await greeted();
    reasonOf(() => server.receive(BODIES.initiate.subarray(0, length)));
    assert.deepEqual(sent(server), []);
    reasonOf(() => server.receive(BODIES.initiate));
  }
});
initiate("the server SHALL not respond except by closing the", async () => {
  for (const code of ["300", "400", "500"] as const) {
    const server = await greeted();
    server.receive(BODIES.initiate);
    server.refuse(code);
    const error = `054552524f5203${toHex(toBytes(code))}`;
    assert.deepEqual(sent(server).map(toHex), code === "300" ? [] : [error]);
  }
}, "ERROR goes before, as its own section says; status 300 only closes");
initiate("the server SHALL send a READY command", async () => {
  const server = await greeted();
  server.receive(BODIES.initiate);
  assert.deepEqual(sent(server), []);
  server.admit();
  assert.deepEqual(sent(server).map(toHex), [toHex(BODIES.ready)]);
});

const ready = section(26, "The READY Command");

ready("SHALL respond to a valid INITIATE command with a READY", async () => {
  const server = await greeted();
  server.receive(BODIES.initiate);
  server.admit();
  assert.deepEqual(sent(server).map(toHex), [toHex(BODIES.ready)]);
  assert.equal(server.status, "ready");
});
ready("This command SHALL be at least 30 octets long", async () => {
  const crypto = await loadNoble();
  const key = KEYS.sessionKey;
  const least = encodeReady(crypto, key, new Uint8Array(), NONCE);
  assert.equal(least.length, 30);
  (await initiated()).receive(least);
  const client = await initiated();
  reasonOf(() => client.receive(least.subarray(0, 29)));
});
ready("The nonce SHALL be implicitly prefixed with the 16", async () => {
  const crypto = await loadNoble();
  const own = BODIES.ready.subarray(6, 14);
  const whole = concat([toBytes("CurveZMQREADY---"), own]);
  const text = crypto.open(KEYS.sessionKey, whole, BODIES.ready.subarray(14));
  assert.deepEqual(text, encodeMetadata(properties("ROUTER")));
});
ready("The client SHALL validate all fields", async () => {
  for (let at = 0; at < BODIES.ready.length; at++) {
    const client = await initiated();
    const receive = () => client.receive(tampered(BODIES.ready, at));
    assert.throws(receive, { code: "EPROTO" }, `octet ${at}`);
  }
});
ready("SHALL disconnect from servers who send malformed READY", async () => {
  for (const length of [0, 6, 29, 51]) {
    const client = await initiated();
    reasonOf(() => client.receive(BODIES.ready.subarray(0, length)));
    assert.notEqual(client.status, "ready");
    reasonOf(() => client.receive(BODIES.ready));
  }
});
ready("it SHALL then expect MESSAGE commands from the server", async () => {
  const client = await initiated();
  client.receive(BODIES.ready);
  assert.equal(client.status, "ready");
  const text = client.open(BODIES.serverMessage.slice());
  assert.equal(toHex(text), "00" + toHex(toBytes("world")));
  reasonOf(() => client.open(BODIES.ready.slice()));
});

/** Both directions of the sentences on short nonces. */
async function counts(asServer: boolean): Promise<void> {
  const { client, server } = await readyPair();
  const [from, to] = asServer ? [server, client] : [client, server];
  const bodies = [1, 2, 3].map((octet) =>
    sealed(from, 0, Uint8Array.of(octet))
  );
  const nonces = bodies.map((body) => body[15]);
  const first = asServer ? 2 : 3;
  assert.deepEqual(nonces, [first, first + 1, first + 2]);
  for (const body of bodies) to.open(body);
}

/** What was opened once, or comes too late, is not opened again. */
async function noReplay(asServer: boolean): Promise<void> {
  for (const order of [[0, 0], [1, 0], [2, 1], [0, 2, 2]]) {
    const { client, server } = await readyPair();
    const [from, to]: [Mechanism, Mechanism] = asServer
      ? [server, client]
      : [client, server];
    const bodies = [0, 1, 2].map((octet) =>
      sealed(from, 0, Uint8Array.of(octet))
    );
    const last = order.pop()!;
    for (const at of order) to.open(bodies[at]!.slice());
    const reason = reasonOf(() => to.open(bodies[last]!.slice()));
    assert.equal(reason, "ERR_ZMTP_INVALID_SEQUENCE");
  }
}

const hello = section(26, "The HELLO Command");

hello(
  "SHALL verify that a client connection does use correctly incrementing",
  () => counts(false),
);
hello(
  "SHALL disconnect clients that reuse a short nonce",
  () => noReplay(false),
);
ready("This nonce SHALL be an incrementing integer, and unique", async () => {
  assert.equal(toHex(BODIES.ready.subarray(6, 14)), "0000000000000001");
  await counts(true);
});
ready("The server SHALL NOT send more than 2^64-1 commands", () => {
  const counter = new NonceCounter(0xffffffff, 0xffffffff);
  assert.throws(() => counter.next(), { code: "EPROTO" });
});
ready(
  "SHALL verify that a server connection does use correctly incrementing",
  () => counts(true),
);
ready(
  "SHALL disconnect from servers that reuse a short nonce",
  () => noReplay(true),
);

const message = section(26, "The MESSAGE Command");

message("This command SHALL be at least 33 octets long", async () => {
  const { client, server } = await readyPair();
  const least = sealed(client, 0, new Uint8Array());
  assert.equal(least.length, 33);
  assert.deepEqual(server.open(least), Uint8Array.of(0));
  const next = sealed(client, 0, new Uint8Array());
  reasonOf(() => server.open(next.subarray(0, 32)));
});
message("The nonce SHALL be implicitly prefixed with the 16", async () => {
  const crypto = await loadNoble();
  const bodies = [
    ["CurveZMQMESSAGEC", BODIES.clientMessage, "hello"],
    ["CurveZMQMESSAGES", BODIES.serverMessage, "world"],
  ] as const;
  for (const [prefix, body, text] of bodies) {
    const whole = concat([toBytes(prefix), body.subarray(8, 16)]);
    const inside = crypto.open(KEYS.sessionKey, whole, body.subarray(16));
    assert.deepEqual(inside, concat([Uint8Array.of(0), toBytes(text)]));
  }
});
message("reserved for future use and MUST be zero", async () => {
  for (const flags of [0, 1, 2]) {
    const { client, server } = await readyPair();
    server.open(sealed(client, flags, toBytes("x")));
  }
  for (const flags of [3, 4, 8, 16, 32, 64, 128, 255]) {
    const { client, server } = await readyPair();
    const body = sealed(client, flags, toBytes("x"));
    const reason = reasonOf(() => server.open(body));
    assert.equal(reason, "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE", `${flags}`);
  }
}, "bit 1 marks a command, as with libzmq; the others are refused");
message("The recipient SHALL validate all fields", async () => {
  const pair = await readyPair();
  const body = sealed(pair.client, 0, toBytes("hello"));
  for (let at = 0; at < body.length; at++) {
    const { client, server } = await readyPair();
    const own = tampered(sealed(client, 0, toBytes("hello")), at);
    assert.throws(() => server.open(own), { code: "EPROTO" }, `octet ${at}`);
  }
});
message(
  "SHALL reject and disconnect from peers who send malformed",
  async () => {
    const { client, server } = await readyPair();
    const cut = sealed(client, 0, toBytes("hello")).subarray(0, 35);
    assert.throws(() => server.open(cut), { code: "EPROTO" });
    const other = sealed(server, 0, toBytes("hello"));
    // Its own MESSAGE, sent back to it.
    assert.throws(() => server.open(other), { code: "EPROTO" });
  },
);
message("SHALL NOT send an ERROR command in response to an", async () => {
  const { client, server } = await readyPair();
  const body = tampered(sealed(client, 0, toBytes("hello")), -1);
  assert.throws(() => server.open(body), { code: "EPROTO" });
  assert.deepEqual(sent(server), []);
});

const error = section(26, "The ERROR Command");

error("SHALL indicate an authentication failure by sending an", async () => {
  const client = await curveClient();
  const server = await curveServer();
  const refuse = () => exchange(client, server, (each) => each.refuse("400"));
  assert.throws(refuse, { code: "EACCES", reason: "400" });
});
error("This command SHALL be 7 or more octets long", async () => {
  const server = await greeted();
  server.receive(BODIES.initiate);
  server.refuse("400");
  assert.equal(sent(server)[0]!.length, 10);
  const client = await curveClient();
  assert.throws(() => client.receive(fromHex("054552524f5200")), {
    code: "EACCES",
  });
  const other = await curveClient();
  reasonOf(() => other.receive(fromHex("054552524f52")));
});
