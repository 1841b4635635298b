// Runs tables of hostile cases: each in both roles, with each mechanism, over
// each transport it applies to. For every one of them the connection ends as
// the table says, within bounded time, no message is delivered before the
// handshake is done, we say nothing that is not meant, and a good peer is
// served afterwards by the same socket.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Context, type SocketEvent } from "../../mod.ts";
import { type Mechanism, mechanisms, USER } from "../interop/security.ts";
import { until } from "../kit/wait.ts";
import { type Arena, arena } from "./arena.ts";
import type { EncounterOptions } from "./encounter.ts";
import type { RawPeer } from "./raw_peer.ts";
import { type Failure, Scene } from "./scene.ts";
import {
  isBeginning,
  loggedIn,
  opening,
  type Place,
  type Role,
  wordsOf,
} from "./words.ts";

export type { Failure } from "./scene.ts";

/** The attack of one case, at a place. */
export interface Attack extends Place {
  readonly scene: Scene;
  readonly peer: RawPeer;
}

/** A context, and what lives in it beside the scene. */
export interface World {
  readonly context: Context;
  close(): Promise<void>;
}

/** One thing that a hostile peer does. */
export interface HostileCase {
  /** What it is, after "survives"; the name of the test. */
  readonly name: string;
  /** Default: both. */
  readonly roles?: readonly Role[];
  /** Default: all. */
  readonly mechanisms?: readonly Mechanism[];
  /** Default: both. */
  readonly schemes?: readonly Place["scheme"][];
  /** What is different about the scene. */
  readonly options?: EncounterOptions;
  /** Makes a context of the case's own. Default: all share one. */
  readonly world?: () => World | Promise<World>;
  /** What the peer says: one piece of octets, or whatever it does. */
  readonly act: (attack: Attack) => Uint8Array | Promise<void>;
  /**
   * Why it does not come in, or why it is dropped when it has come in;
   * `"ready"`: it has, and nothing is wrong.
   */
  readonly end: "ready" | Failure | ((place: Place) => "ready" | Failure);
  /**
   * All that our side says to a peer that does not come in. Default: what
   * begins the handshake.
   *
   * @param message that of the error.
   */
  readonly said?: (place: Place, message: string) => readonly string[];
  /** True: the end cuts off what we say, so that less of it may arrive. */
  readonly cut?: boolean;
}

/** The peer broke the protocol. */
export function broken(reason: string): Failure {
  return { event: "handshake:error:protocol", code: "EPROTO", reason };
}

/** The peer broke the protocol once it was let in. */
export function dropped(reason: string): Failure {
  return { event: "disconnect", code: "EPROTO", reason };
}

/** The peer said no. */
export function refused(reason: string): Failure {
  return { event: "handshake:error:auth", code: "EACCES", reason };
}

/** The peer said more than is taken before login. */
export const tooLarge: Failure = {
  event: "handshake:error:protocol",
  code: "EMSGSIZE",
};

/** The peer went away. */
export const gone: Failure = {
  event: "handshake:error:other",
  code: "ECONNRESET",
};

/** The peer took too long. */
export const late: Failure = {
  event: "handshake:error:other",
  code: "ETIMEDOUT",
};

/** A context whose authenticator knows one user, every key, and NULL. */
function hostileContext(): Context {
  return new Context({
    authenticate: ({ mechanism, username, password }) =>
      mechanism !== "PLAIN" ||
      (username === USER.name && password === USER.password),
  });
}

const ROLES: readonly Role[] = ["client", "server"];
const SCHEMES: readonly Place["scheme"][] = ["tcp", "ipc"];

/** Registers a test for each case, and shows how many were survived where. */
export function hostile(area: string, cases: readonly HostileCase[]): void {
  arena(`hostile peers, ${area}: the socket survives`, (shared) => {
    for (const [index, one] of cases.entries()) {
      it(one.name, async () => {
        // At once: most of the time is spent in waiting.
        const runs = placesOf(one, index).map(async (place) => {
          const { role, mechanism, scheme } = place;
          await run(one, place, shared).catch((error) => {
            const by = `by a ${mechanism} ${role} over ${scheme}`;
            throw new Error(`${by}: ${error.message}`, { cause: error });
          });
          shared.survived(`${role} ${mechanism}`);
        });
        const failures = (await Promise.allSettled(runs)).filter((each) =>
          each.status === "rejected"
        );
        if (failures.length > 0) throw failures[0]!.reason;
        shared.check();
      });
    }
  }, { context: hostileContext });
}

/** CURVE's handshakes cost too much for both transports: it takes turns. */
function placesOf(one: HostileCase, index: number): Place[] {
  const { roles = ROLES, schemes = SCHEMES } = one;
  const turn = [schemes[index % schemes.length]!];
  return roles.flatMap((role) =>
    (one.mechanisms ?? mechanisms).flatMap((mechanism) =>
      (mechanism === "CURVE" ? turn : schemes).map((scheme) => (
        { role, mechanism, scheme }
      ))
    )
  );
}

async function run(
  one: HostileCase,
  place: Place,
  { context: shared, places }: Arena,
): Promise<void> {
  const world = await one.world?.();
  const context = world?.context ?? shared;
  const scene = await Scene.open(place, { context, places }, one.options);
  try {
    await attack(one, scene);
  } finally {
    await scene[Symbol.asyncDispose]();
    await world?.close();
  }
}

async function attack(one: HostileCase, scene: Scene): Promise<void> {
  const { place } = scene;
  const peer = await scene.peer();
  const octets = await one.act({ ...place, scene, peer });
  if (octets !== undefined) peer.say(octets);
  const end = typeof one.end === "function" ? one.end(place) : one.end;
  if (end === "ready") {
    await scene.letsIn();
    const { length } = loggedIn(place);
    await until(
      () => wordsOf(peer.octets, place).length >= length,
      "our side finished its handshake",
    );
    peer.close();
    await scene.event("disconnect");
  } else if (end.event === "disconnect") await scene.drops(peer, end);
  else await scene.keepsOut(peer, end);
  let said = wordsOf(peer.octets, place);
  const why = scene.events.find((event) => event.error)?.error?.message ?? "";
  let expected = one.said?.(place, why) ?? opening(place);
  if (end === "ready" || end.event === "disconnect") {
    // What was queued may have followed the handshake.
    said = said.filter((word) => word !== "message");
    expected = loggedIn(place);
  }
  if (!one.cut || !isBeginning(said, expected)) {
    assert.deepEqual(said, expected);
  }
  scene.events.forEach(checkText);
  await scene.servesGoodPeer();
}

/** What a peer made of an error's text must be harmless in a log. */
function checkText({ type, error }: SocketEvent): void {
  const text = error?.message ?? "";
  assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u, type);
  assert.ok(text.length < 1000, `${text.length} characters of ${type}`);
}
