// What a CURVE server must survive: every command cut, changed, out of order,
// or forged by somebody with other keys.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, toBytes } from "../../../src/base/bytes.ts";
import { loadNoble } from "../../../src/security/crypto.ts";
import {
  encodeCookie,
  encodeHello,
  encodeInitiate,
  encodeVouch,
} from "../../../src/security/curve_messages.ts";
import type { CurveServer } from "../../../src/security/curve_server.ts";
import { encodeCommand, encodeError } from "../../../src/wire/commands.ts";
import { encodeMetadata } from "../../../src/wire/metadata.ts";
import {
  CRYPTOGRAPHIC,
  LOW_ORDER,
  refuses,
  someOffsets,
  UNEXPECTED,
} from "./curve_hostile.ts";
import { CLIENT_KEYS, curveClient, curveServer } from "./curve_pair.ts";
import { BODIES, clientRandom, KEYS, serverRandom } from "./curve_vectors.ts";
import { properties, reasonOf, sent, tampered } from "./handshakes.ts";

const NONCE = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9);
const LONG = new Uint8Array(16).fill(9);
const METADATA = encodeMetadata(properties("DEALER", ""));
const BAD_HELLO = "ERR_ZMTP_MALFORMED_COMMAND_HELLO";
const BAD_INITIATE = "ERR_ZMTP_MALFORMED_COMMAND_INITIATE";

/** A server that has sent the WELCOME of the vectors. */
async function greetedServer(): Promise<CurveServer> {
  const server = await curveServer({ random: serverRandom() });
  server.receive(BODIES.hello);
  sent(server);
  return server;
}

describe("CurveServer at HELLO", () => {
  it("refuses any length but 200", async () => {
    const longer = concat([BODIES.hello, new Uint8Array(1)]);
    for (const length of [6, 7, 79, 112, 120, 199]) {
      const cut = BODIES.hello.subarray(0, length);
      assert.equal(refuses(await curveServer(), cut, BODIES.hello), BAD_HELLO);
    }
    const server = await curveServer();
    assert.equal(refuses(server, longer, BODIES.hello), BAD_HELLO);
  });

  it("refuses another version, and padding that is not zero", async () => {
    for (const at of [6, 7, 8, 40, 79]) {
      const body = tampered(BODIES.hello, at);
      assert.equal(refuses(await curveServer(), body, BODIES.hello), BAD_HELLO);
    }
  });

  it("refuses a changed key, nonce or box", async () => {
    for (const at of someOffsets(200, [81, 112, 120, 136])) {
      if (at < 80) continue;
      const body = tampered(BODIES.hello, at);
      const reason = refuses(await curveServer(), body, BODIES.hello);
      assert.equal(reason, CRYPTOGRAPHIC, `octet ${at}`);
    }
  });

  it("refuses a client that has another server's key", async () => {
    const client = await curveClient({ serverKey: KEYS.clientPublic });
    const hello = client.next()!;
    const server = await curveServer();
    assert.equal(refuses(server, hello, BODIES.hello), CRYPTOGRAPHIC);
  });

  it("refuses a box of anything but zeros", async () => {
    const crypto = await loadNoble();
    const key = crypto.sharedKey(
      KEYS.serverPublic,
      KEYS.clientTransientSecret,
    )!;
    const nonce = concat([toBytes("CurveZMQHELLO---"), NONCE]);
    const body = encodeHello(crypto, key, KEYS.clientTransientPublic, NONCE);
    (await curveServer()).receive(body);
    for (const at of [0, 63]) {
      const text = new Uint8Array(64);
      text[at] = 1;
      body.set(crypto.seal(key, nonce, text), 120);
      const server = await curveServer();
      assert.equal(refuses(server, body, BODIES.hello), CRYPTOGRAPHIC);
    }
  });

  it("refuses transient keys of low order", async () => {
    const crypto = await loadNoble();
    // The shared secret would be zero: everybody can make such a box.
    const zeros = new Uint8Array(32);
    for (const point of LOW_ORDER) {
      const body = encodeHello(crypto, zeros, point, NONCE);
      const server = await curveServer();
      assert.equal(refuses(server, body, BODIES.hello), CRYPTOGRAPHIC);
    }
  });

  it("refuses every other command", async () => {
    const others = [
      BODIES.welcome,
      BODIES.initiate,
      BODIES.ready,
      BODIES.clientMessage,
      encodeError("400"),
      encodeCommand("READY", METADATA),
      encodeCommand("SUBSCRIBE", new Uint8Array()),
    ];
    for (const body of others) {
      const server = await curveServer();
      assert.equal(refuses(server, body, BODIES.hello), UNEXPECTED);
    }
  });
});

/** An INITIATE that would be right but for what is given. */
async function initiate(wrong: {
  readonly clientKey?: Uint8Array;
  readonly vouchSecret?: Uint8Array;
  readonly vouchClient?: Uint8Array;
  readonly vouchServer?: Uint8Array;
  readonly cookie?: Uint8Array;
  readonly metadata?: Uint8Array;
}): Promise<Uint8Array> {
  const crypto = await loadNoble();
  const vouchKey = crypto.sharedKey(
    KEYS.serverTransientPublic,
    wrong.vouchSecret ?? KEYS.clientSecret,
  )!;
  const vouch = encodeVouch(
    crypto,
    vouchKey,
    wrong.vouchClient ?? KEYS.clientTransientPublic,
    wrong.vouchServer ?? KEYS.serverPublic,
    LONG,
  );
  const clientKey = wrong.clientKey ?? CLIENT_KEYS.publicKey;
  const metadata = wrong.metadata ?? METADATA;
  return encodeInitiate(
    crypto,
    KEYS.sessionKey,
    wrong.cookie ?? BODIES.cookie,
    { clientKey, vouch, metadata },
    NONCE,
  );
}

describe("CurveServer at INITIATE", () => {
  it("accepts one that is made by hand", async () => {
    const server = await greetedServer();
    server.receive(await initiate({}));
    assert.equal(server.status, "authenticating");
  });

  it("refuses one of less than 257 octets", async () => {
    for (const length of [9, 10, 105, 113, 256]) {
      const cut = BODIES.initiate.subarray(0, length);
      const server = await greetedServer();
      assert.equal(refuses(server, cut, BODIES.initiate), BAD_INITIATE);
    }
  });

  it("refuses one that is cut further on, or longer", async () => {
    const longer = concat([BODIES.initiate, new Uint8Array(1)]);
    for (const body of [BODIES.initiate.subarray(0, 291), longer]) {
      const server = await greetedServer();
      assert.equal(refuses(server, body, BODIES.initiate), CRYPTOGRAPHIC);
    }
  });

  it("refuses a changed octet of cookie, nonce or box", async () => {
    const fields = [10, 25, 41, 105, 113, 129, 161, 177, 257];
    for (const at of someOffsets(292, fields)) {
      if (at < 9) continue;
      const server = await greetedServer();
      const body = tampered(BODIES.initiate, at);
      const reason = refuses(server, body, BODIES.initiate);
      assert.equal(reason, CRYPTOGRAPHIC, `octet ${at}`);
    }
  });

  it("refuses a cookie of zeros, and that of another connection", async () => {
    const other = await curveServer();
    other.receive(BODIES.hello);
    const client = await curveClient({ random: clientRandom() });
    client.receive(other.next()!);
    const foreign = sent(client).at(-1)!;
    const zeros = await initiate({ cookie: new Uint8Array(96) });
    for (const body of [foreign, zeros]) {
      const server = await greetedServer();
      assert.equal(refuses(server, body, BODIES.initiate), CRYPTOGRAPHIC);
    }
  });

  it("refuses a cookie under its own key that names other keys", async () => {
    const crypto = await loadNoble();
    const right = [
      KEYS.clientTransientPublic,
      KEYS.serverTransientSecret,
    ] as const;
    const wrong = [
      [KEYS.clientPublic, right[1]],
      [right[0], KEYS.serverSecret],
    ] as const;
    for (const [client, secret] of [right, ...wrong]) {
      const key = KEYS.cookieKey;
      const cookie = encodeCookie(crypto, key, client, secret, LONG);
      const server = await greetedServer();
      const body = await initiate({ cookie });
      if (client === right[0] && secret === right[1]) server.receive(body);
      else assert.equal(refuses(server, body, body), CRYPTOGRAPHIC);
    }
  });

  it("refuses a vouch for another connection or another server", async () => {
    const halves = [
      { vouchClient: KEYS.serverTransientPublic },
      { vouchServer: KEYS.clientPublic },
      { vouchServer: new Uint8Array(32) },
    ];
    for (const half of halves) {
      const server = await greetedServer();
      const reason = refuses(server, await initiate(half), BODIES.initiate);
      assert.equal(reason, "ERR_ZMTP_KEY_EXCHANGE");
      assert.deepEqual(server.credentials, []);
    }
  });

  it("refuses a key whose secret the client does not have", async () => {
    const wrong = [
      { clientKey: KEYS.serverPublic },
      { vouchSecret: KEYS.clientTransientSecret },
      ...LOW_ORDER.map((clientKey) => ({ clientKey })),
    ];
    for (const part of wrong) {
      const server = await greetedServer();
      const reason = refuses(server, await initiate(part), BODIES.initiate);
      assert.equal(reason, CRYPTOGRAPHIC);
      assert.deepEqual(server.credentials, []);
    }
  });

  it("parses its properties as strictly as NULL does", async () => {
    const twice = [...properties("REQ"), ...properties("SUB")];
    const malformed = [
      METADATA.subarray(0, METADATA.length - 1),
      Uint8Array.of(0),
      encodeMetadata(twice),
    ];
    for (const metadata of malformed) {
      const server = await greetedServer();
      const body = await initiate({ metadata });
      const reason = refuses(server, body, BODIES.initiate);
      assert.equal(reason, "ERR_ZMTP_INVALID_METADATA");
    }
  });

  it("refuses HELLO again, and every other command", async () => {
    const others = [
      BODIES.hello,
      BODIES.ready,
      BODIES.clientMessage,
      encodeError("400"),
      encodeCommand("READY", METADATA),
    ];
    for (const body of others) {
      const server = await greetedServer();
      assert.equal(refuses(server, body, BODIES.initiate), UNEXPECTED);
    }
  });

  it("refuses it twice, whether or not the client was admitted", async () => {
    for (const admitted of [false, true]) {
      const server = await greetedServer();
      server.receive(BODIES.initiate);
      if (admitted) server.admit();
      const receive = () => server.receive(BODIES.initiate);
      assert.equal(reasonOf(receive), UNEXPECTED);
    }
  });
});
