// The traffic of CURVE as hostile peers, and whoever is on the path, send it.
// RFC 26 "MESSAGE".
import { concat, randomBytes, toBytes } from "../../src/base/bytes.ts";
import { encodeFrame } from "../../src/wire/framing.ts";
import { dropped, type HostileCase } from "./cases.ts";
import { CurvePeer, frameOf } from "./curve_peer.ts";
import { command, message } from "./words.ts";

const FORGED = dropped("ERR_ZMTP_CRYPTOGRAPHIC");
const SEQUENCE = dropped("ERR_ZMTP_INVALID_SEQUENCE");
const UNEXPECTED = dropped("ERR_ZMTP_UNEXPECTED_COMMAND");
const MALFORMED = dropped("ERR_ZMTP_MALFORMED_COMMAND_MESSAGE");
const UNSPECIFIED = dropped("ERR_ZMTP_UNSPECIFIED");

/** A frame of traffic as it should be. */
const outer = (body: Uint8Array) => encodeFrame(0, body);

/** The text of a MESSAGE: flags, then the frame's body. */
const text = (body: string, flags = 0) =>
  concat([Uint8Array.of(flags), toBytes(body)]);

/** A MESSAGE with one octet changed. */
const changed = (curve: CurvePeer, at: number) => {
  const body = curve.message(text("evil"));
  body[at < 0 ? body.length + at : at]! ^= 1;
  return outer(body);
};

const MAX = 0xffffffff;

type Say = (curve: CurvePeer) => Uint8Array;

/** One frame that ends the connection. */
const frames: readonly [name: string, say: Say, end: typeof FORGED][] = [
  ["a nonce of 0", (curve) => {
    const body = curve.message(text("evil"));
    body.fill(0, 8, 16);
    return outer(body);
  }, SEQUENCE],
  [
    "the nonce of the last command",
    (curve) =>
      outer(curve.message(
        text("evil"),
        { low: curve.place.role === "client" ? 1 : 0 },
      )),
    SEQUENCE,
  ],
  [
    "a MESSAGE that is cut",
    (curve) => outer(curve.message(text("")).subarray(0, 32)),
    MALFORMED,
  ],
  [
    "a MESSAGE whose box is cut",
    (curve) => outer(curve.message(text("evil")).subarray(0, -1)),
    FORGED,
  ],
  ["a MESSAGE with another nonce", (curve) => changed(curve, 15), FORGED],
  ["a MESSAGE with another tag", (curve) => changed(curve, 16), FORGED],
  ["a MESSAGE with other flags", (curve) => changed(curve, 32), FORGED],
  ["a MESSAGE with another text", (curve) => changed(curve, -1), FORGED],
  [
    "a MESSAGE of noise",
    () => outer(command("MESSAGE", randomBytes(64)).subarray(2)),
    FORGED,
  ],
  ["a MESSAGE of another name", (curve) => changed(curve, 7), UNEXPECTED],
  ["a MESSAGE of our own direction", (curve) =>
    outer(curve.message(
      text("evil"),
      { low: 8 },
      curve.place.role === "client",
    )), FORGED],
  ["a clear message", () => message("evil"), MALFORMED],
  ["a long clear message", () => message("e".repeat(300)), UNEXPECTED],
  ["a clear PING", () => command("PING", "\0\0"), UNSPECIFIED],
  ["a clear ERROR", () => command("ERROR", "\x03400"), UNSPECIFIED],
  ["an INITIATE again", (curve) => frameOf(curve.initiate()), UNSPECIFIED],
  ["a HELLO again", (curve) => frameOf(curve.hello()), UNSPECIFIED],
  ["a READY again", (curve) => frameOf(curve.ready()), UNSPECIFIED],
  [
    "MORE outside of the box",
    (curve) => encodeFrame(1, curve.message(text("evil"))),
    UNSPECIFIED,
  ],
  [
    "COMMAND outside of the box",
    (curve) => encodeFrame(4, curve.message(text("evil"))),
    UNSPECIFIED,
  ],
  [
    "a reserved bit outside of the box",
    (curve) => encodeFrame(8, curve.message(text("evil"))),
    UNSPECIFIED,
  ],
  [
    "MORE and COMMAND in the box",
    (curve) => outer(curve.message(text("evil", 3))),
    MALFORMED,
  ],
  [
    "a reserved bit in the box",
    (curve) => outer(curve.message(text("evil", 4))),
    MALFORMED,
  ],
];

/** Frames of which the first is in order, and heard. */
const pairs: readonly [name: string, say: Say, end: HostileCase["end"]][] = [
  ["a MESSAGE twice", (curve) => {
    const frame = outer(curve.message(text("good")));
    return concat([frame, frame]);
  }, SEQUENCE],
  ["a nonce that is lower", (curve) =>
    concat([
      outer(curve.message(text("good"), { low: 100 })),
      outer(curve.message(text("evil"), { low: 99 })),
    ]), SEQUENCE],
  ["a MESSAGE after the last nonce", (curve) =>
    concat([
      outer(curve.message(text("good"), { high: MAX, low: MAX - 1 })),
      outer(curve.message(text("evil"), { low: 8 })),
    ]), SEQUENCE],
  ["the last nonce twice", (curve) => {
    const last = { high: MAX, low: MAX - 1 };
    return concat([
      outer(curve.message(text("good"), last)),
      outer(curve.message(text("evil"), last)),
    ]);
  }, SEQUENCE],
  ["a nonce beyond 2^53, replayed", (curve) => {
    const frame = outer(curve.message(text("good"), {
      high: 0x200000,
      low: 1,
    }));
    return concat([frame, frame]);
  }, SEQUENCE],
  ["a nonce beyond 2^53 that is lower by one", (curve) =>
    concat([
      outer(curve.message(text("good"), { high: 0x200000, low: 2 })),
      outer(curve.message(text("evil"), { high: 0x200000, low: 1 })),
    ]), SEQUENCE],
  ["a MESSAGE in the middle of one", (curve) => {
    const frame = outer(curve.message(text("evil"), { low: 20 }));
    return concat([
      outer(curve.message(text("good"))),
      frame.subarray(0, 20),
      frame,
    ]);
  }, FORGED],
];

async function loggedIn(
  attack: Parameters<typeof CurvePeer.greet>[0],
): Promise<CurvePeer> {
  const curve = await CurvePeer.greet(attack);
  await curve.login();
  return curve;
}

/** The traffic of CURVE. */
export const curveTrafficCases: readonly HostileCase[] = [
  ...frames.map(([name, say, end]): HostileCase => ({
    name,
    mechanisms: ["CURVE"],
    act: async (attack) => attack.peer.say(say(await loggedIn(attack))),
    end,
  })),
  ...pairs.map(([name, say, end]): HostileCase => ({
    name,
    mechanisms: ["CURVE"],
    act: async (attack) => {
      attack.peer.say(say(await loggedIn(attack)));
      await attack.scene.hears("good");
    },
    end,
  })),
  {
    name: "gaps between nonces, beyond 2^53 too",
    mechanisms: ["CURVE"],
    act: async (attack) => {
      const curve = await loggedIn(attack);
      for (
        const before of [
          { low: 8 },
          { low: MAX },
          { high: 0x1fffff, low: MAX },
          { high: 0x200000, low: 0 },
          { high: MAX, low: MAX - 1 },
        ]
      ) {
        attack.peer.say(outer(curve.message(text("good"), before)));
        await attack.scene.hears("good");
      }
    },
    end: "ready",
  },
  {
    name: "our own MESSAGE, sent back",
    mechanisms: ["CURVE"],
    roles: ["server"],
    act: async (attack) => {
      await loggedIn(attack);
      const { body } = await attack.peer.frame();
      attack.peer.say(outer(body));
    },
    end: FORGED,
  },
];
