// Runs tables of what peers do after they were let in: in both roles, with
// each mechanism, over tcp or ipc.
import assert from "node:assert/strict";
import { it } from "node:test";
import { type Mechanism, mechanisms } from "../interop/security.ts";
import { octets } from "../kit/messages.ts";
import { type Arena, arena } from "./arena.ts";
import type { Reason } from "./encounter.ts";
import type { LoginOptions } from "./login.ts";
import { type Insider, type OwnType, TrafficScene } from "./traffic_scene.ts";
import type { Place, Role } from "./words.ts";

/** One thing that a peer does after it was let in. */
export interface TrafficCase {
  /** What it is, after "survives". */
  readonly name: string;
  /** The types of our sockets. Default: ROUTER if bound, DEALER if not. */
  readonly types?: readonly OwnType[];
  /** Default: both. */
  readonly roles?: readonly Role[];
  /** Default: all. */
  readonly mechanisms?: readonly Mechanism[];
  /** Default: each that a mechanism is tried over. */
  readonly schemes?: readonly Place["scheme"][];
  /** Options of our socket. */
  readonly socket?: object;
  /** What the peer tells of itself. */
  readonly login?: LoginOptions;
  readonly act: (
    insider: Insider,
    scene: TrafficScene,
  ) => void | Promise<void>;
  /** `"on"`: the connection goes on; else why it ends, nothing for no error. */
  readonly end: "on" | Reason | undefined;
  /** The messages that our socket hands over. Default: none. */
  readonly handsOver?: readonly (readonly string[])[];
}

/** The peer broke the protocol. */
export function broken(reason: string): Reason {
  return { code: "EPROTO", reason };
}

/** The peer sent more than is taken. */
export const tooLarge: Reason = { code: "EMSGSIZE" };

/** Mechanisms know no transports: two of them together try each. */
const SCHEMES: Readonly<Record<Mechanism, readonly Place["scheme"][]>> = {
  NULL: ["tcp", "ipc"],
  PLAIN: ["ipc"],
  CURVE: ["tcp"],
  GSSAPI: [],
};

interface Spot extends Place {
  readonly type: OwnType | undefined;
}

/** Registers a test for each place of each case, and shows how many. */
export function traffic(area: string, cases: readonly TrafficCase[]): void {
  arena(`hostile traffic, ${area}: the socket survives`, (shared) => {
    for (const one of cases) {
      for (const spot of spotsOf(one)) {
        const { role, mechanism, scheme, type } = spot;
        const at = type === undefined ? "" : ` at a ${type}`;
        it(`${one.name}, by a ${mechanism} ${role} over ${scheme}${at}`, async () => {
          await run(one, spot, shared);
          shared.survived(`${role} ${mechanism}`);
        });
      }
    }
  });
}

function spotsOf(one: TrafficCase): Spot[] {
  const { roles = ["client", "server"] } = one;
  return roles.flatMap((role) =>
    (one.mechanisms ?? mechanisms).flatMap((mechanism) =>
      (one.schemes ?? SCHEMES[mechanism]).flatMap((scheme) =>
        (one.types ?? [undefined]).map((type) => ({
          role,
          mechanism,
          scheme,
          type,
        }))
      )
    )
  );
}

async function run(
  one: TrafficCase,
  spot: Spot,
  shared: Arena,
): Promise<void> {
  const { type } = spot;
  const { socket = {}, end } = one;
  await using scene = await TrafficScene.open(spot, shared, {
    type,
    socket,
  });
  const insider = await scene.insider(one.login);
  await one.act(insider, scene);
  if (end === "on") {
    await hears(insider, scene);
    assert.deepEqual(scene.drain(), one.handsOver ?? []);
    await scene.keeps(insider);
  } else {
    await scene.drops(insider, end);
    assert.deepEqual(scene.drain(), one.handsOver ?? []);
  }
  await scene.servesGoodPeer();
}

const COMMAND = 4;
const PING = octets("\x04PING\0\0last");

/** Waits until our side has heard all that was said: it answers a PING. */
async function hears(insider: Insider, scene: TrafficScene): Promise<void> {
  insider.say(COMMAND, PING);
  for (;;) {
    const { flags, body } = await insider.hear();
    if (flags === COMMAND && String.fromCharCode(...body).endsWith("last")) {
      break;
    }
  }
  assert.equal(scene.count("disconnect"), 0);
}
