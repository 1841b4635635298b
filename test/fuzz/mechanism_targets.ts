/**
 * Fuzzing the mechanisms: two of them in a handshake, and somebody between
 * them who changes, drops, doubles and makes up commands.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { toBytes, toHex } from "../../src/base/bytes.ts";
import type { CurveLibrary } from "../../src/security/curve_crypto.ts";
import type { Mechanism } from "../../src/security/mechanism.ts";
import { NullMechanism } from "../../src/security/null.ts";
import { PlainClient, PlainServer } from "../../src/security/plain.ts";
import { libraries } from "../kit/curve_libraries.ts";
import {
  CLIENT_KEYS,
  curveClient,
  curveServer,
  readyPair,
} from "../unit/security/curve_pair.ts";
import { sealed, sent, setup } from "../unit/security/handshakes.ts";
import { errorFrom } from "./checks.ts";
import { mutated, type Mutation, mutations } from "./mutations.ts";
import type { Target } from "./target.ts";

/** What is done to each command on its way, in the order they are sent. */
const plan = fc.array(mutations, { maxLength: 4 });
type Plan = readonly (readonly Mutation[])[];

/** One side, and what is known of it. */
class Side {
  readonly mechanism: Mechanism;
  isRefused = false;
  #asked = 0;

  constructor(mechanism: Mechanism) {
    this.mechanism = mechanism;
  }

  /** Says what there is to say, letting the peer in where that is asked. */
  say(): Uint8Array[] {
    const { mechanism } = this;
    if (mechanism.status === "authenticating") {
      this.#asked++;
      assert.equal(this.#asked, 1, "asked once");
      mechanism.admit();
    }
    return sent(mechanism);
  }

  hear(command: Uint8Array): void {
    const { mechanism } = this;
    const before = mechanism.status;
    const error = errorFrom(() => mechanism.receive(command));
    if (error === undefined) {
      assert.ok(!this.isRefused, "after a wrong command none is right");
      return;
    }
    assert.ok(["EPROTO", "EACCES"].includes(error.code), error.code);
    if (before !== "ready") {
      assert.notEqual(mechanism.status, "ready", "a wrong command opens none");
    }
    this.isRefused = true;
  }
}

/** Lets two sides talk until neither has anything to say. */
function talk(one: Mechanism, other: Mechanism, changes: Plan): [Side, Side] {
  const sides: [Side, Side] = [new Side(one), new Side(other)];
  let count = 0;
  for (let quiet = 0; quiet < 2;) {
    quiet++;
    for (const [from, to] of [sides, [sides[1], sides[0]]] as const) {
      for (const command of from.say()) {
        quiet = 0;
        // Who was refused would have closed the connection.
        if (to.isRefused) continue;
        mutated([command], changes[count++] ?? []).forEach((each) =>
          to.hear(each)
        );
      }
    }
    assert.ok(count < 20, "a handshake ends");
  }
  if (changes.flat().length === 0) {
    for (const { mechanism } of sides) assert.equal(mechanism.status, "ready");
  }
  return sides;
}

/** The properties of a peer, to be compared. */
function told(mechanism: Mechanism): string[] {
  return [...mechanism.peerMetadata ?? []]
    .map(([name, value]) => `${name} ${toHex(value)}`);
}

const nulls: Target = {
  name: "null",
  runs: 500,
  property: fc.property(plan, fc.boolean(), (changes, authenticate) => {
    const one = new NullMechanism(setup("DEALER"), { authenticate });
    const other = new NullMechanism(setup("ROUTER"), { authenticate: false });
    talk(one, other, changes);
  }),
};

const plain: Target = {
  name: "plain",
  runs: 700,
  property: fc.property(plan, (changes) => {
    const client = new PlainClient(setup("DEALER"), {
      username: toBytes("admin"),
      password: toBytes("secret"),
    });
    const [, { mechanism }] = talk(
      client,
      new PlainServer(setup("ROUTER")),
      changes,
    );
    const { credentials, status } = mechanism;
    if (status === "ready") assert.equal(credentials.length, 2);
  }),
};

async function curveHandshake(
  changes: Plan,
  library: CurveLibrary,
): Promise<void> {
  const client = await curveClient({ library });
  const server = await curveServer({ library });
  talk(client, server, changes);
  // Whatever was done on the way, nobody is taken for somebody else.
  if (server.status === "ready") {
    assert.deepEqual(server.credentials, [CLIENT_KEYS.publicKey]);
    assert.deepEqual(told(server), [
      `Socket-Type ${toHex(toBytes("DEALER"))}`,
      "Identity ",
    ]);
  }
  if (client.status === "ready") {
    assert.deepEqual(told(client), [`Socket-Type ${toHex(toBytes("ROUTER"))}`]);
  }
}

const text = fc.tuple(
  fc.constantFrom(0, 1, 2),
  fc.uint8Array({ maxLength: 40 }),
);

/** What is opened was sealed, in that order, each at most once. */
async function curveTraffic(
  texts: readonly (readonly [flags: number, body: Uint8Array])[],
  changes: readonly Mutation[],
  library: CurveLibrary,
): Promise<void> {
  const { client, server } = await readyPair(library);
  const expected = texts.map(([flags, body]) =>
    toHex(Uint8Array.of(flags, ...body))
  );
  const bodies = texts.map(([flags, body]) => sealed(client, flags, body));
  const opened: string[] = [];
  errorFrom(() => {
    for (const body of mutated(bodies, changes)) {
      opened.push(toHex(server.open(body.slice())));
    }
  });
  let next = 0;
  for (const text of opened) {
    const found = expected.indexOf(text, next);
    assert.ok(found >= 0, "only what was sealed, in its order, and once");
    next = found + 1;
  }
  if (changes.length === 0) assert.deepEqual(opened, expected);
}

const curve = libraries.flatMap((library): Target[] => [
  {
    name: `curve-handshake-${library.name}`,
    runs: library.name === "sodium" ? 600 : 20,
    property: fc.asyncProperty(
      plan,
      (changes) => curveHandshake(changes, library),
    ),
  },
  {
    name: `curve-traffic-${library.name}`,
    runs: library.name === "sodium" ? 500 : 20,
    property: fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 6 }),
      mutations,
      (texts, changes) => curveTraffic(texts, changes, library),
    ),
  },
]);

/** NULL, PLAIN and CURVE. */
export const mechanismTargets: readonly Target[] = [nulls, plain, ...curve];
