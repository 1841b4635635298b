// What libzmq asserts of CURVE with raw peers: commands that are too short,
// have another name or version, or do not open, each told by its reason.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, curveKeyPair, Dealer, z85Decode } from "../../mod.ts";
import { concat } from "../../src/base/bytes.ts";
import { noble } from "../../src/security/crypto.ts";
import { CurveClient } from "../../src/security/curve_client.ts";
import { bounce } from "../kit/bounce.ts";
import { loadLibrary } from "../kit/curve_libraries.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { within } from "../kit/wait.ts";
import { command, greeting } from "../kit/zmtp_octets.ts";
import { setup } from "../unit/security/handshakes.ts";

const keys = { server: curveKeyPair(), client: curveKeyPair() };
const server = { curveServer: true, curveSecretKey: keys.server.secretKey };
const client = {
  curveServerKey: keys.server.publicKey,
  curvePublicKey: keys.client.publicKey,
  curveSecretKey: keys.client.secretKey,
};

/** A CURVE client without a connection. */
async function makeClient(): Promise<CurveClient> {
  return new CurveClient(setup("DEALER"), {
    crypto: await loadLibrary(noble()),
    keys: {
      publicKey: z85Decode(keys.client.publicKey),
      secretKey: z85Decode(keys.client.secretKey),
    },
    serverKey: z85Decode(keys.server.publicKey),
  });
}

/** A command body in its frame. */
function framed(body: Uint8Array): Uint8Array {
  if (body.length < 256) {
    return concat([Uint8Array.of(4, body.length), body]);
  }
  const head = new Uint8Array(9);
  head[0] = 6;
  new DataView(head.buffer).setUint32(5, body.length);
  return concat([head, body]);
}

/** A copy with one octet that is another. */
function changed(octets: Uint8Array, at: number, value?: number): Uint8Array {
  const copy = octets.slice();
  copy[at] = value ?? copy[at]! ^ 0xff;
  return copy;
}

/**
 * Sends one command that is wrong, made from the right one, and gives the
 * reason that the server tells.
 */
async function reasonFor(
  wrong: (own: Uint8Array) => Uint8Array,
  welcomed: boolean,
): Promise<string | undefined> {
  await using context = new Context();
  const dealer = new Dealer({ context, linger: 0, ...server });
  const endpoint = await dealer.bind("tcp://127.0.0.1:*");
  const told = dealer.events.once("handshake:error:protocol");
  await using raw = await TcpPeer.connect(endpoint);
  raw.write(greeting(1, "CURVE"));
  await raw.read(64);
  const curve = await makeClient();
  const hello = curve.next()!.slice();
  if (welcomed) {
    raw.write(framed(hello));
    curve.receive((await raw.read(2 + 168)).subarray(2));
    raw.write(wrong(curve.next()!.slice()));
  } else raw.write(wrong(hello));
  const { error } = await within(told, "the refusal");
  const good = new Dealer({ context, linger: 0, ...client });
  good.connect(endpoint);
  await bounce(dealer, good);
  await Promise.all([dealer.close(), good.close()]);
  return error?.reason;
}

describe("a CURVE server tells by its reason", () => {
  const cases: readonly {
    readonly name: string;
    readonly reason: string;
    readonly welcomed: boolean;
    readonly wrong: (own: Uint8Array) => Uint8Array;
  }[] = [
    {
      name: "a HELLO that is too short",
      reason: "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
      welcomed: false,
      wrong: () => command("HELLO"),
    },
    {
      name: "a HELLO of another name",
      reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
      welcomed: false,
      wrong: (hello) => framed(changed(hello, 5, 0x58)),
    },
    {
      name: "a HELLO of another version",
      reason: "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
      welcomed: false,
      wrong: (hello) => framed(changed(hello, 6, 2)),
    },
    {
      name: "an INITIATE that is too short",
      reason: "ERR_ZMTP_MALFORMED_COMMAND_INITIATE",
      welcomed: true,
      wrong: () => command("INITIATE"),
    },
    {
      name: "an INITIATE of another name",
      reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
      welcomed: true,
      wrong: (initiate) => framed(changed(initiate, 5, 0x58)),
    },
    {
      name: "an INITIATE whose cookie was changed",
      reason: "ERR_ZMTP_CRYPTOGRAPHIC",
      welcomed: true,
      wrong: (initiate) => framed(changed(initiate, 30)),
    },
    {
      name: "an INITIATE whose box was changed",
      reason: "ERR_ZMTP_CRYPTOGRAPHIC",
      welcomed: true,
      wrong: (initiate) => framed(changed(initiate, 150)),
    },
  ];

  for (const { name, reason, welcomed, wrong } of cases) {
    it(`${name}, and serves the next client`, async () => {
      assert.equal(await reasonFor(wrong, welcomed), reason);
    });
  }
});
