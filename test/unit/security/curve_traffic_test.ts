// RFC 26 "MESSAGE": nonces, replay, forgery, malformed payloads.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import { NonceCounter, NonceWatch } from "../../../src/security/curve_nonce.ts";
import { CurveTraffic } from "../../../src/security/curve_traffic.ts";
import { encodeCommand, encodeError } from "../../../src/wire/commands.ts";
import type { CurveLibrary } from "../../../src/security/curve_crypto.ts";
import { libraries, loadLibrary } from "../../kit/curve_libraries.ts";
import { readyPair } from "./curve_pair.ts";
import { BODIES, KEYS } from "./curve_vectors.ts";
import { errorOf, reasonOf, sealed, tampered } from "./handshakes.ts";

const MAX = 0xffffffff;
const BODY = toBytes("body");
const SEQUENCE = "ERR_ZMTP_INVALID_SEQUENCE";
const CRYPTOGRAPHIC = "ERR_ZMTP_CRYPTOGRAPHIC";
const BAD_MESSAGE = "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE";

/** One side, whose next nonce is one above the given one. */
async function sideOf(
  library: CurveLibrary,
  asServer: boolean,
  high = 0,
  low = 0,
): Promise<CurveTraffic> {
  const counter = new NonceCounter(high, low);
  const crypto = await loadLibrary(library);
  const key = KEYS.sessionKey.slice();
  return new CurveTraffic(crypto, key, asServer, counter, new NonceWatch());
}

function seal(traffic: CurveTraffic, flags = 0, body = BODY): Uint8Array {
  const out = concat([new Uint8Array(32), Uint8Array.of(flags), body]);
  traffic.seal(out, 0, body.length);
  return out;
}

/** A MESSAGE of the client around any text. */
async function message(nonce: string, text: Uint8Array): Promise<Uint8Array> {
  const crypto = await loadLibrary(libraries[0]!);
  const short = fromHex(nonce);
  const whole = concat([toBytes("CurveZMQMESSAGEC"), short]);
  const box = crypto.seal(KEYS.sessionKey, whole, text);
  return concat([toBytes("\x07MESSAGE"), short, box]);
}

for (const library of libraries) {
  describe(`CurveTraffic by ${library.name}`, () => {
    const side = (asServer: boolean, high?: number, low?: number) =>
      sideOf(library, asServer, high, low);

    it("writes the vectors and opens them", async () => {
      const client = await side(false, 0, 2);
      const server = await side(true, 0, 1);
      const hello = seal(client, 0, toBytes("hello"));
      assert.equal(toHex(hello), toHex(BODIES.clientMessage));
      const world = seal(server, 0, toBytes("world"));
      assert.equal(toHex(world), toHex(BODIES.serverMessage));
      assert.equal(toHex(server.open(hello)), "00" + toHex(toBytes("hello")));
      assert.equal(toHex(client.open(world)), "00" + toHex(toBytes("world")));
      const ping = server.open(BODIES.clientCommand.slice());
      assert.equal(toHex(ping), "020450494e470064");
    });

    it("accepts gaps, also beyond 2^32 and 2^53", async () => {
      const server = await side(true);
      const nonces = [
        "0000000000000001",
        "0000000000000009",
        "00000000ffffffff",
        "0000000100000000",
        "0020000000000000",
        "0020000000000001",
        "7fffffffffffffff",
        "8000000000000000",
        "ffffffffffffffff",
      ];
      for (const nonce of nonces) {
        server.open(await message(nonce, new Uint8Array(1)));
      }
      for (const nonce of nonces.reverse()) {
        const body = await message(nonce, new Uint8Array(1));
        assert.equal(reasonOf(() => server.open(body)), SEQUENCE);
      }
    });

    it("refuses a nonce of zero and a replay at once", async () => {
      const server = await side(true);
      const zero = await message("0000000000000000", new Uint8Array(1));
      assert.equal(reasonOf(() => server.open(zero)), SEQUENCE);
      const one = await message("0000000000000001", new Uint8Array(1));
      server.open(one);
      assert.equal(reasonOf(() => server.open(one)), SEQUENCE);
    });

    it("refuses a lower nonce whose lower half is higher", async () => {
      const server = await side(true);
      server.open(await message("0000000200000001", new Uint8Array(1)));
      const lower = await message("00000001ffffffff", new Uint8Array(1));
      assert.equal(reasonOf(() => server.open(lower)), SEQUENCE);
    });

    it("counts over 2^32 and 2^53", async () => {
      for (const [high, low] of [[0, MAX - 1], [0x1fffff, MAX - 1]] as const) {
        const client = await side(false, high, low);
        const server = await side(true);
        const nonces = [1, 2, 3].map(() => {
          const body = seal(client);
          server.open(body);
          return BigInt(`0x${toHex(body.subarray(8, 16))}`);
        });
        const first = (BigInt(high) << 32n) + BigInt(low) + 1n;
        assert.deepEqual(nonces, [first, first + 1n, first + 2n]);
      }
    });

    it("uses the nonce 2^64 - 1, and none after it", async () => {
      const client = await side(false, MAX, MAX - 1);
      const server = await side(true);
      const last = seal(client);
      assert.equal(toHex(last.subarray(8, 16)), "ff".repeat(8));
      server.open(last);
      const out = new Uint8Array(BODY.length + 33);
      for (let i = 0; i < 2; i++) {
        const again = () => client.seal(out, 0, BODY.length);
        assert.equal(reasonOf(again), SEQUENCE);
      }
      assert.equal(toHex(out), "00".repeat(out.length));
    });

    it("refuses less than 33 octets", async () => {
      const whole = await message("0000000000000001", new Uint8Array(1));
      for (let length = 0; length < 33; length++) {
        const server = await side(true);
        const open = () => server.open(whole.subarray(0, length));
        assert.equal(reasonOf(open), BAD_MESSAGE);
      }
      const empty = await message("0000000000000001", new Uint8Array(0));
      const server = await side(true);
      assert.equal(reasonOf(() => server.open(empty)), BAD_MESSAGE);
    });

    it("refuses any other command, and frames in the clear", async () => {
      const filler = new Uint8Array(40);
      const others = [
        filler,
        encodeCommand("READY", filler),
        encodeCommand("message", filler),
        encodeCommand("MESSAGES", filler),
        concat([encodeError("400"), filler]),
        BODIES.hello,
      ];
      for (const body of others) {
        const server = await side(true);
        const reason = reasonOf(() => server.open(body));
        assert.equal(reason, "ERR_ZMTP_UNEXPECTED_COMMAND");
      }
    });

    it("refuses a change of any octet", async () => {
      const body = seal(await side(false, 0, 100));
      (await side(true)).open(body.slice());
      for (let at = 0; at < body.length; at++) {
        const server = await side(true);
        const reason = reasonOf(() => server.open(tampered(body, at)));
        if (at >= 8) assert.equal(reason, CRYPTOGRAPHIC, `octet ${at}`);
      }
    });

    it("refuses a cut or lengthened box", async () => {
      const body = seal(await side(false));
      const server = await side(true);
      const cut = body.subarray(0, body.length - 1);
      assert.equal(reasonOf(() => server.open(cut)), CRYPTOGRAPHIC);
      const other = await side(true);
      const longer = concat([body, new Uint8Array(1)]);
      assert.equal(reasonOf(() => other.open(longer)), CRYPTOGRAPHIC);
    });

    it("refuses its own messages, reflected", async () => {
      for (const asServer of [false, true]) {
        const traffic = await side(asServer);
        const body = seal(traffic);
        assert.equal(reasonOf(() => traffic.open(body)), CRYPTOGRAPHIC);
      }
    });

    it("refuses messages of another connection", async () => {
      const [one, other] = [await readyPair(library), await readyPair(library)];
      const body = sealed(one.client, 0, BODY);
      assert.equal(reasonOf(() => other.server.open(body)), CRYPTOGRAPHIC);
    });

    it("refuses reserved flags, and a command with MORE", async () => {
      for (const flags of [0, 1, 2]) {
        const server = await side(true);
        const body = await message("0000000000000001", Uint8Array.of(flags));
        assert.deepEqual([...server.open(body)], [flags]);
      }
      for (const flags of [3, 4, 8, 16, 32, 64, 128, 255]) {
        const server = await side(true);
        const body = await message("0000000000000001", Uint8Array.of(flags));
        assert.equal(reasonOf(() => server.open(body)), BAD_MESSAGE);
      }
    });

    it("compares the first MESSAGE with INITIATE and READY", async () => {
      const { client, server } = await readyPair(library);
      assert.equal(toHex(sealed(client, 0, BODY).subarray(8, 16)), nonceOf(3));
      assert.equal(toHex(sealed(server, 0, BODY).subarray(8, 16)), nonceOf(2));
      for (const [peer, nonce] of [[server, 2], [client, 1]] as const) {
        const head = concat([toBytes("\x07MESSAGE"), fromHex(nonceOf(nonce))]);
        const forgery = concat([head, new Uint8Array(20)]);
        assert.equal(reasonOf(() => peer.open(forgery)), SEQUENCE);
      }
    });

    it("throws nothing but a ZmqError on random octets", async () => {
      const server = await side(true);
      for (let length = 0; length < 80; length++) {
        const noise = crypto.getRandomValues(new Uint8Array(length));
        errorOf(() => server.open(noise), "EPROTO");
      }
    });
  });
}

function nonceOf(value: number): string {
  return value.toString(16).padStart(16, "0");
}
