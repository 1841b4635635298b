// What a CURVE client must survive: every command cut, changed, out of order,
// or forged by somebody with other keys.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, toBytes, toHex } from "../../../src/base/bytes.ts";
import { loadNoble } from "../../../src/security/crypto.ts";
import type { CurveClient } from "../../../src/security/curve_client.ts";
import { encodeWelcome } from "../../../src/security/curve_messages.ts";
import { encodeCommand } from "../../../src/wire/commands.ts";
import { encodeMetadata } from "../../../src/wire/metadata.ts";
import {
  CRYPTOGRAPHIC,
  LOW_ORDER,
  refuses,
  someOffsets,
  UNEXPECTED,
} from "./curve_hostile.ts";
import { curveClient, curveServer } from "./curve_pair.ts";
import { BODIES, clientRandom, KEYS } from "./curve_vectors.ts";
import { properties, reasonOf, sent, tampered } from "./handshakes.ts";

const LONG = new Uint8Array(16).fill(9);
const METADATA = encodeMetadata(properties("DEALER", ""));
const BAD_WELCOME = "ERR_ZMTP_MALFORMED_COMMAND_WELCOME";
const BAD_READY = "ERR_ZMTP_MALFORMED_COMMAND_READY";

/** A client that has sent the INITIATE of the vectors. */
async function welcomedClient(): Promise<CurveClient> {
  const client = await curveClient({ random: clientRandom() });
  client.receive(BODIES.welcome);
  sent(client);
  return client;
}

describe("CurveClient at WELCOME", () => {
  const fresh = () => curveClient({ random: clientRandom() });

  it("refuses any length but 168", async () => {
    const longer = concat([BODIES.welcome, new Uint8Array(1)]);
    for (const length of [8, 9, 24, 40, 167]) {
      const cut = BODIES.welcome.subarray(0, length);
      const client = await fresh();
      sent(client);
      assert.equal(refuses(client, cut, BODIES.welcome), BAD_WELCOME);
    }
    const client = await fresh();
    sent(client);
    assert.equal(refuses(client, longer, BODIES.welcome), BAD_WELCOME);
  });

  it("refuses a changed octet and sends no INITIATE", async () => {
    for (const at of someOffsets(168, [9, 24, 40, 72])) {
      if (at < 8) continue;
      const client = await fresh();
      sent(client);
      const body = tampered(BODIES.welcome, at);
      assert.equal(refuses(client, body, BODIES.welcome), CRYPTOGRAPHIC);
    }
  });

  it("refuses a server that has another key", async () => {
    const client = await curveClient({ serverKey: KEYS.clientPublic });
    sent(client);
    assert.equal(
      refuses(client, BODIES.welcome, BODIES.welcome),
      CRYPTOGRAPHIC,
    );
  });

  it("refuses transient keys of low order and sends no INITIATE", async () => {
    const crypto = await loadNoble();
    const key = crypto.sharedKey(
      KEYS.clientTransientPublic,
      KEYS.serverSecret,
    )!;
    for (const serverTransient of LOW_ORDER) {
      const client = await fresh();
      sent(client);
      const cookie = new Uint8Array(96);
      const body = encodeWelcome(crypto, key, {
        serverTransient,
        cookie,
      }, LONG);
      assert.equal(refuses(client, body, BODIES.welcome), CRYPTOGRAPHIC);
    }
  });

  it("refuses every other command", async () => {
    const others = [
      BODIES.hello,
      BODIES.initiate,
      BODIES.ready,
      BODIES.serverMessage,
      encodeCommand("READY", METADATA),
      encodeCommand("PING", new Uint8Array()),
    ];
    for (const body of others) {
      const client = await fresh();
      sent(client);
      assert.equal(refuses(client, body, BODIES.welcome), UNEXPECTED);
    }
  });
});

describe("CurveClient at READY", () => {
  it("refuses one of less than 30 octets", async () => {
    for (const length of [6, 7, 14, 29]) {
      const cut = BODIES.ready.subarray(0, length);
      const client = await welcomedClient();
      assert.equal(refuses(client, cut, BODIES.ready), BAD_READY);
    }
  });

  it("refuses one that is changed, cut, longer or in the clear", async () => {
    const bodies = [
      ...someOffsets(52, [7, 14, 30]).filter((at) => at >= 6)
        .map((at) => tampered(BODIES.ready, at)),
      BODIES.ready.subarray(0, 51),
      concat([BODIES.ready, new Uint8Array(1)]),
      encodeCommand("READY", METADATA),
    ];
    for (const body of bodies) {
      const client = await welcomedClient();
      assert.equal(refuses(client, body, BODIES.ready), CRYPTOGRAPHIC);
    }
  });

  it("refuses WELCOME again, and every other command", async () => {
    const others = [BODIES.welcome, BODIES.hello, BODIES.serverMessage];
    for (const body of others) {
      const client = await welcomedClient();
      assert.equal(refuses(client, body, BODIES.ready), UNEXPECTED);
    }
  });

  it("refuses it twice", async () => {
    const client = await welcomedClient();
    client.receive(BODIES.ready);
    assert.equal(client.status, "ready");
    assert.equal(reasonOf(() => client.receive(BODIES.ready)), UNEXPECTED);
  });
});

describe("CURVE on the wire", () => {
  it("shows no property, no long-term key and no text", async () => {
    const client = await curveClient();
    const server = await curveServer();
    const seen: Uint8Array[] = [];
    const pass = (from: typeof client | typeof server) => {
      const bodies = sent(from);
      seen.push(...bodies);
      const to = from === client ? server : client;
      bodies.forEach((body) => to.receive(body));
    };
    pass(client);
    pass(server);
    pass(client);
    server.admit();
    pass(server);
    const all = toHex(concat(seen));
    const secrets = [toBytes("Socket-Type"), toBytes("DEALER")];
    const keys = [KEYS.clientPublic, KEYS.serverPublic, KEYS.clientSecret];
    for (const octets of [...secrets, ...keys]) {
      assert.ok(!all.includes(toHex(octets)));
    }
  });
});
