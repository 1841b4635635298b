// CURVE connections of libzmq: every box opens, and is made again alike.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toHex } from "../../../src/base/bytes.ts";
import type { CurveCrypto } from "../../../src/security/curve_crypto.ts";
import { CurveClient } from "../../../src/security/curve_client.ts";
import {
  checkHello,
  encodeHello,
  encodeInitiate,
  encodeReady,
  encodeVouch,
  encodeWelcome,
  helloKey,
  initiateCookie,
  openInitiate,
  openReady,
  openVouch,
  openWelcome,
} from "../../../src/security/curve_messages.ts";
import { NonceCounter, NonceWatch } from "../../../src/security/curve_nonce.ts";
import { CurveTraffic } from "../../../src/security/curve_traffic.ts";
import { encodeMetadata, parseMetadata } from "../../../src/wire/metadata.ts";
import { libraries, loadLibrary } from "../../kit/curve_libraries.ts";
import { bodyOf, type Capture, captures, type Unit } from "../wire/golden.ts";
import { queue } from "./curve_vectors.ts";
import { errorOf, reasonOf, sealed, sent } from "./handshakes.ts";

const complete = captures("zmtp/curve.json")
  .filter(({ keys }) => keys?.serverTransientSecret !== undefined);

/** The keys of a capture, in octets. */
function keysOf({ keys }: Capture): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(keys!).filter(([name]) => !name.endsWith("Z85"))
      .map(([name, hex]) => [name, fromHex(hex)]),
  );
}

function unitsOf(capture: Capture, name: string): Unit[] {
  return capture.exchange!.filter(({ decoded }) => decoded?.name === name);
}

const field = (unit: Unit, name: string) =>
  fromHex(unit.decoded![name] as string);

/** A nonce counter that makes the given short nonce next. */
function counterBefore(nonce: string): NonceCounter {
  const before = BigInt(`0x${nonce}`) - 1n;
  return new NonceCounter(Number(before >> 32n), Number(before & 0xffffffffn));
}

/** Opens HELLO, WELCOME and INITIATE as their receivers would, and remakes. */
function checkHandshake(crypto: CurveCrypto, capture: Capture): void {
  const keys = keysOf(capture);
  const [hello] = unitsOf(capture, "HELLO");
  const [welcome] = unitsOf(capture, "WELCOME");
  const [initiate] = unitsOf(capture, "INITIATE");
  const clientTransient = helloKey(bodyOf(hello!));
  assert.deepEqual(clientTransient, keys.clientTransientPublic);
  const helloShared = crypto.sharedKey(clientTransient, keys.serverSecret!)!;
  checkHello(crypto, helloShared, bodyOf(hello!));
  assert.deepEqual(
    encodeHello(crypto, helloShared, clientTransient, field(hello!, "nonce")),
    bodyOf(hello!),
  );
  const opened = openWelcome(crypto, helloShared, bodyOf(welcome!));
  assert.deepEqual(opened.serverTransient, keys.serverTransientPublic);
  assert.equal(toHex(opened.cookie), welcome!.decoded!.cookie);
  assert.deepEqual(
    encodeWelcome(crypto, helloShared, opened, field(welcome!, "nonce")),
    bodyOf(welcome!),
  );
  const key = sessionKey(crypto, keys);
  const cookie = initiateCookie(bodyOf(initiate!));
  assert.deepEqual(cookie, opened.cookie);
  const inside = openInitiate(crypto, key, bodyOf(initiate!));
  assert.deepEqual(inside.clientKey, keys.clientPublic);
  assert.deepEqual(
    encodeInitiate(crypto, key, cookie, inside, field(initiate!, "nonce")),
    bodyOf(initiate!),
  );
  checkVouch(crypto, keys, inside.vouch, initiate!);
  const properties = initiate!.decoded!.properties as Record<string, string>;
  const metadata = parseMetadata(inside.metadata);
  assert.equal(metadata.getText("Socket-Type"), properties["Socket-Type"]);
  assert.deepEqual(encodeMetadata(metadata), inside.metadata);
}

function checkVouch(
  crypto: CurveCrypto,
  keys: Record<string, Uint8Array>,
  vouch: Uint8Array,
  initiate: Unit,
): void {
  const key = crypto.sharedKey(keys.clientPublic!, keys.serverTransientSecret!);
  const text = openVouch(crypto, key!, vouch);
  assert.equal(toHex(text), initiate.decoded!.vouchPlaintext);
  assert.deepEqual(text.subarray(0, 32), keys.clientTransientPublic);
  assert.deepEqual(text.subarray(32), keys.serverPublic);
  const nonce = field(initiate, "vouchNonce");
  const again = encodeVouch(
    crypto,
    crypto.sharedKey(keys.serverTransientPublic!, keys.clientSecret!)!,
    keys.clientTransientPublic!,
    keys.serverPublic!,
    nonce,
  );
  assert.deepEqual(again, vouch);
}

function sessionKey(
  crypto: CurveCrypto,
  keys: Record<string, Uint8Array>,
): Uint8Array {
  return crypto.sharedKey(
    keys.serverTransientPublic!,
    keys.clientTransientSecret!,
  )!;
}

/** Opens and remakes every MESSAGE of a capture. */
function checkTraffic(crypto: CurveCrypto, capture: Capture): number {
  const key = sessionKey(crypto, keysOf(capture));
  const watches = { C: new NonceWatch(), S: new NonceWatch() };
  let seen = 0;
  for (const unit of unitsOf(capture, "MESSAGE")) {
    const prefix = unit.decoded!.noncePrefix as string;
    const fromServer = prefix.endsWith("S");
    const receiver = new CurveTraffic(
      crypto,
      key,
      !fromServer,
      new NonceCounter(),
      watches[fromServer ? "S" : "C"],
    );
    const text = receiver.open(bodyOf(unit));
    const body = field(unit, "body");
    assert.equal(text[0], unit.decoded!.flags);
    assert.deepEqual(text.subarray(1), body);
    const sender = new CurveTraffic(
      crypto,
      key,
      fromServer,
      counterBefore(unit.decoded!.nonce as string),
      new NonceWatch(),
    );
    const out = concat([new Uint8Array(32), text]);
    sender.seal(out, 0, body.length);
    assert.deepEqual(out, bodyOf(unit));
    seen++;
  }
  return seen;
}

/** Plays the client's part against the capture of the server's. */
function playClient(crypto: CurveCrypto, capture: Capture): CurveClient {
  const keys = keysOf(capture);
  const [initiate] = unitsOf(capture, "INITIATE");
  const { metadata } = openInitiate(
    crypto,
    sessionKey(crypto, keys),
    bodyOf(initiate!),
  );
  const client = new CurveClient({
    metadata: [...parseMetadata(metadata)],
    checkMetadata: () => {},
  }, {
    crypto,
    keys: { publicKey: keys.clientPublic!, secretKey: keys.clientSecret! },
    serverKey: keys.serverPublic!,
    random: queue([
      keys.clientTransientSecret!,
      field(initiate!, "vouchNonce"),
    ]),
  });
  const [hello] = unitsOf(capture, "HELLO");
  assert.deepEqual(sent(client), [bodyOf(hello!)]);
  client.receive(bodyOf(unitsOf(capture, "WELCOME")[0]!));
  assert.deepEqual(sent(client), [bodyOf(initiate!)]);
  return client;
}

for (const library of libraries) {
  describe(`CURVE of libzmq, by ${library.name}`, () => {
    const load = () => loadLibrary(library);

    it("is captured whole seven times", () => {
      assert.equal(complete.length, 7);
    });

    for (const capture of complete) {
      it(`${capture.name}: every box of the handshake is alike`, async () => {
        checkHandshake(await load(), capture);
      });

      it(`${capture.name}: a client of ours sends the same`, async () => {
        const client = playClient(await load(), capture);
        const [ready] = unitsOf(capture, "READY");
        if (ready === undefined) {
          const [error] = unitsOf(capture, "ERROR");
          const receive = () => client.receive(bodyOf(error!));
          assert.equal(errorOf(receive, "EACCES").reason, "400");
          return;
        }
        client.receive(bodyOf(ready));
        assert.equal(client.status, "ready");
        for (const unit of unitsOf(capture, "MESSAGE")) {
          const flags = unit.decoded!.flags as number;
          if ((unit.decoded!.noncePrefix as string).endsWith("C")) {
            const made = sealed(client, flags, field(unit, "body"));
            assert.deepEqual(made, bodyOf(unit));
          } else {
            assert.equal(client.open(bodyOf(unit))[0], flags);
          }
        }
      });

      it(`${capture.name}: READY and MESSAGE are alike`, async () => {
        const crypto = await load();
        const key = sessionKey(crypto, keysOf(capture));
        const [ready] = unitsOf(capture, "READY");
        if (ready !== undefined) {
          const metadata = openReady(crypto, key, bodyOf(ready));
          assert.equal(toHex(metadata), ready.decoded!.boxPlaintext);
          const nonce = field(ready, "nonce");
          const made = encodeReady(crypto, key, metadata, nonce);
          assert.deepEqual(made, bodyOf(ready));
        }
        const seen = checkTraffic(crypto, capture);
        assert.equal(seen > 0, ready !== undefined, `${seen} messages`);
      });
    }

    it("curve-wrong-server-key: the HELLO does not open", async () => {
      const crypto = await load();
      const capture = captures("zmtp/curve.json")
        .find(({ name }) => name === "curve-wrong-server-key")!;
      const body = bodyOf(unitsOf(capture, "HELLO")[0]!);
      const { serverSecret } = keysOf(capture);
      const key = crypto.sharedKey(helloKey(body), serverSecret!)!;
      const check = () => checkHello(crypto, key, body);
      assert.equal(reasonOf(check), "ERR_ZMTP_CRYPTOGRAPHIC");
    });
  });
}
