// The handshake of CURVE as hostile peers shake it. RFC 26.
import { concat, fromHex, randomBytes } from "../../src/base/bytes.ts";
import { toCurveKeys } from "../../src/security/curve_keys.ts";
import { curveKeyPair } from "../../mod.ts";
import { type Attack, broken, type HostileCase, refused } from "./cases.ts";
import { CurvePeer, frameOf, nonce } from "./curve_peer.ts";
import { serverKeys } from "./login.ts";
import { command, message } from "./words.ts";

const FORGED = broken("ERR_ZMTP_CRYPTOGRAPHIC");
const UNEXPECTED = broken("ERR_ZMTP_UNEXPECTED_COMMAND");
const VOUCH = broken("ERR_ZMTP_KEY_EXCHANGE");
const badHello = broken("ERR_ZMTP_MALFORMED_COMMAND_HELLO");
const badWelcome = broken("ERR_ZMTP_MALFORMED_COMMAND_WELCOME");
const badInitiate = broken("ERR_ZMTP_MALFORMED_COMMAND_INITIATE");
const badReady = broken("ERR_ZMTP_MALFORMED_COMMAND_READY");

const CURVE = ["CURVE"] as const;
const stranger = toCurveKeys(curveKeyPair().secretKey);

/** Points of low order, and forms of them that are not reduced. */
const lowOrder: readonly [name: string, point: Uint8Array][] = [
  ["0", new Uint8Array(32)],
  ["1", fromHex("01" + "00".repeat(31))],
  ["-1", fromHex("ec" + "ff".repeat(30) + "7f")],
  ["p", fromHex("ed" + "ff".repeat(30) + "7f")],
  ["p + 1", fromHex("ee" + "ff".repeat(30) + "7f")],
  [
    "order 8",
    fromHex(
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    ),
  ],
  [
    "another of order 8",
    fromHex(
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ),
  ],
];

/** Makes the one command that is wrong, at its point in the handshake. */
type Forge = (curve: CurvePeer) => Uint8Array | Promise<Uint8Array>;

/** Octets with one changed. */
function flip(octets: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(octets);
  copy[at]! ^= 1;
  return copy;
}

/** HELLOs at our server. */
const hellos: readonly [name: string, forge: Forge, end: typeof FORGED][] = [
  ["that is cut", (curve) => curve.hello().subarray(0, 199), badHello],
  ["that is longer", (curve) => concat([curve.hello(), nonce(0)]), badHello],
  ["of no octets", (curve) => curve.hello().subarray(0, 6), badHello],
  [
    "of zeros",
    () => command("HELLO", new Uint8Array(194)).subarray(2),
    badHello,
  ],
  ["of noise", () => command("HELLO", randomBytes(194)).subarray(2), badHello],
  ["of version 2.0", (curve) => flip(flip(curve.hello(), 6), 7), badHello],
  ["with padding", (curve) => flip(curve.hello(), 40), badHello],
  ["with another key", (curve) => flip(curve.hello(), 90), FORGED],
  ["with another nonce", (curve) => flip(curve.hello(), 119), FORGED],
  ["with a box that is changed", (curve) => flip(curve.hello(), 199), FORGED],
  ["to another server", (curve) => curve.hello(stranger.publicKey), FORGED],
  ...lowOrder.map(([name, point]): [string, Forge, typeof FORGED] => [
    `whose key is of low order, ${name}`,
    // All know the secret: it is zero, and so is the key of the box.
    (curve) => {
      const body = curve.hello(new Uint8Array(32));
      body.set(point, 80);
      return body;
    },
    FORGED,
  ]),
];

/** INITIATEs at our server, which has said WELCOME. */
const initiates: readonly [
  name: string,
  forge: Forge,
  end: typeof FORGED | ReturnType<typeof refused>,
][] = [
  ["that is cut", (curve) => curve.initiate().subarray(0, 256), badInitiate],
  ["whose box is cut", (curve) => curve.initiate().subarray(0, -1), FORGED],
  ["with a changed cookie", (curve) => flip(curve.initiate(), 100), FORGED],
  ["with a changed nonce", (curve) => flip(curve.initiate(), 110), FORGED],
  ["with a changed box", (curve) => flip(curve.initiate(), 200), FORGED],
  [
    "with a cookie of noise",
    (curve) => curve.initiate({ cookie: randomBytes(96) }),
    FORGED,
  ],
  [
    "under another key",
    (curve) => curve.initiate({ key: randomBytes(32) }),
    FORGED,
  ],
  [
    "with a vouch of noise",
    (curve) => curve.initiate({ vouch: randomBytes(96) }),
    FORGED,
  ],
  [
    "with a vouch by another key",
    (curve) => curve.initiate({ vouchSecret: stranger.secretKey }),
    FORGED,
  ],
  [
    "of a client key that is not proved",
    (curve) => curve.initiate({ clientKey: stranger.publicKey }),
    FORGED,
  ],
  [
    "with a vouch for another connection",
    (curve) => curve.initiate({ vouchFor: stranger.publicKey }),
    VOUCH,
  ],
  [
    "with a vouch to another server",
    (curve) => curve.initiate({ vouchTo: stranger.publicKey }),
    VOUCH,
  ],
  ...lowOrder.map(([name, point]): [string, Forge, typeof FORGED] => [
    `whose client key is of low order, ${name}`,
    (curve) =>
      curve.initiate({
        clientKey: point,
        vouch: concat([
          new Uint8Array(16),
          curve.crypto.seal(
            new Uint8Array(32),
            concat([fromHex("564f5543482d2d2d"), new Uint8Array(16)]),
            concat([curve.transient.publicKey, serverKeys.publicKey]),
          ),
        ]),
      }),
    FORGED,
  ]),
];

/** WELCOMEs at our client. */
const welcomes: readonly [name: string, forge: Forge, end: typeof FORGED][] = [
  ["that is cut", (curve) => curve.welcome().subarray(0, 167), badWelcome],
  [
    "that is longer",
    (curve) => concat([curve.welcome(), nonce(0)]),
    badWelcome,
  ],
  ["of no octets", (curve) => curve.welcome().subarray(0, 8), badWelcome],
  ["with another nonce", (curve) => flip(curve.welcome(), 10), FORGED],
  ["with a box that is changed", (curve) => flip(curve.welcome(), 167), FORGED],
  ["by another server", (curve) => curve.welcome(stranger.secretKey), FORGED],
  ...lowOrder.map(([name, point]): [string, Forge, typeof FORGED] => [
    `whose key is of low order, ${name}`,
    (curve) => curve.welcome(serverKeys.secretKey, point),
    FORGED,
  ]),
];

/** READYs at our client, which has said INITIATE. */
const readies: readonly [name: string, forge: Forge, end: typeof FORGED][] = [
  ["that is cut", (curve) => curve.ready().subarray(0, 29), badReady],
  ["whose box is cut", (curve) => curve.ready().subarray(0, -1), FORGED],
  ["with a changed box", (curve) => flip(curve.ready(), 20), FORGED],
  [
    "under another key",
    (curve) => curve.ready(undefined, nonce(1), randomBytes(32)),
    FORGED,
  ],
  [
    "in clear",
    (curve) => command("READY", concat([nonce(1), curve.metadata])).subarray(2),
    FORGED,
  ],
];

/** One command that is wrong, at its point of the handshake. */
function forgeries(
  name: string,
  role: "client" | "server",
  table: readonly [string, Forge, HostileCase["end"]][],
  before: (curve: CurvePeer) => Promise<unknown>,
  said: readonly string[],
): HostileCase[] {
  return table.map(([what, forge, end]) => ({
    name: `${name} ${what}`,
    roles: [role],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      await before(curve);
      attack.peer.say(frameOf(await forge(curve)));
    },
    end,
    said: () => ["greeting", ...said],
  }));
}

/** Frames that are no step of CURVE, at any point of it. */
const strays: readonly [name: string, octets: Uint8Array][] = [
  ["a clear message", message("early")],
  ["a clear READY", command("READY")],
  ["a HELLO of PLAIN", command("HELLO", "\x01a\x01b")],
  ["a MESSAGE", command("MESSAGE", randomBytes(60))],
];

/** The handshake of CURVE. */
export const curveCases: readonly HostileCase[] = [
  ...forgeries("a HELLO", "client", hellos, () => Promise.resolve(), []),
  ...forgeries(
    "an INITIATE",
    "client",
    initiates,
    (curve) => curve.welcomed(),
    ["WELCOME"],
  ),
  ...forgeries("a WELCOME", "server", welcomes, (curve) => curve.helloed(), [
    "HELLO",
  ]),
  ...forgeries("a READY", "server", readies, (curve) => curve.initiated(), [
    "HELLO",
    "INITIATE",
  ]),
  ...strays.map(([name, said]): HostileCase => ({
    name: `${name} for an INITIATE`,
    roles: ["client"],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      await curve.welcomed();
      attack.peer.say(said);
    },
    end: UNEXPECTED,
    said: () => ["greeting", "WELCOME"],
  })),
  {
    name: "a HELLO twice",
    roles: ["client"],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      const hello = frameOf(curve.hello());
      attack.peer.say(hello, hello);
    },
    end: UNEXPECTED,
    said: () => ["greeting", "WELCOME"],
    cut: true,
  },
  {
    name: "an INITIATE first",
    roles: ["client"],
    mechanisms: CURVE,
    act: async (attack: Attack) => {
      const curve = await CurvePeer.greet(attack);
      attack.peer.say(frameOf(curve.initiate()));
    },
    end: UNEXPECTED,
    said: () => ["greeting"],
  },
  {
    name: "the cookie of another connection",
    roles: ["client"],
    mechanisms: CURVE,
    act: async (attack) => {
      const other = await attack.scene.peer();
      const first = await CurvePeer.greet({ ...attack, peer: other });
      const { cookie } = await first.welcomed();
      const curve = await CurvePeer.greet(attack);
      await curve.welcomed();
      attack.peer.say(frameOf(curve.initiate({ cookie })));
    },
    end: FORGED,
    said: () => ["greeting", "WELCOME"],
  },
  {
    name: "a READY first",
    roles: ["server"],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      await curve.helloed();
      attack.peer.say(frameOf(curve.ready()));
    },
    end: UNEXPECTED,
    said: () => ["greeting", "HELLO"],
  },
  {
    name: "a WELCOME twice",
    roles: ["server"],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      await curve.helloed();
      const welcome = frameOf(curve.welcome());
      attack.peer.say(welcome, welcome);
    },
    end: UNEXPECTED,
    said: () => ["greeting", "HELLO", "INITIATE"],
    cut: true,
  },
  {
    name: "a refusal for a HELLO",
    roles: ["server"],
    mechanisms: CURVE,
    act: async (attack) => {
      const curve = await CurvePeer.greet(attack);
      await curve.helloed();
      attack.peer.say(command("ERROR", "\x03400"));
    },
    end: refused("400"),
    said: () => ["greeting", "HELLO"],
  },
];
