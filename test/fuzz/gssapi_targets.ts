/**
 * Fuzzing GSSAPI: its commands as octets, two sides in a handshake, and their
 * traffic, with somebody between them. What Kerberos would do is done by a
 * context that takes nothing forged.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { GssapiClient } from "../../ext/gssapi/client.ts";
import type { GssapiHandshake } from "../../ext/gssapi/handshake.ts";
import {
  encodeInitiate,
  encodeMessage,
  parseInitiate,
  parseMessage,
  readText,
} from "../../ext/gssapi/messages.ts";
import { GssapiServer } from "../../ext/gssapi/server.ts";
import { toBytes, toHex } from "../../src/base/bytes.ts";
import { FakeGssContext } from "../kit/fake_gss_context.ts";
import { sent, setup } from "../unit/security/handshakes.ts";
import { checkError, errorFrom } from "./checks.ts";
import { mutated, type Mutation, mutations } from "./mutations.ts";
import type { Target } from "./target.ts";

const plan = fc.array(mutations, { maxLength: 4 });
type Plan = readonly (readonly Mutation[])[];
const octets = fc.uint8Array({ maxLength: 300 });

const INITIATE_HEAD = 9;

const commands: Target = {
  name: "gssapi-commands",
  runs: 3000,
  property: fc.property(octets, octets, mutations, (token, noise, changes) => {
    const initiate = encodeInitiate(token);
    const message = encodeMessage(token);
    if (token.length > 0) {
      const data = initiate.subarray(INITIATE_HEAD);
      assert.deepEqual(parseInitiate(data), token);
      assert.deepEqual(parseMessage(message), token);
    }
    for (const each of mutated([message, noise], changes)) {
      errorFrom(() => {
        const found = parseMessage(each);
        // Whatever it is, it is the end of the command, and all of it.
        assert.ok(found.length > 0 && found.length === each.length - 12);
        assert.equal(toHex(encodeMessage(found)), toHex(each));
      });
      errorFrom(() =>
        assert.equal(parseInitiate(each).length, each.length - 4)
      );
      errorFrom(() => {
        const text = readText(each);
        assert.ok([0, 1, 2].includes(text[0]!));
        assert.ok(text.length >= each.length);
      });
    }
  }),
};

/** One side, and what is known of it. */
class Side {
  readonly mechanism: GssapiHandshake;
  isRefused = false;
  #asked = 0;

  constructor(mechanism: GssapiHandshake) {
    this.mechanism = mechanism;
  }

  async say(): Promise<Uint8Array[]> {
    await this.settle();
    const { mechanism } = this;
    if (mechanism.status === "authenticating" && !this.isRefused) {
      this.#asked++;
      assert.equal(this.#asked, 1, "asked once");
      mechanism.admit();
    }
    return sent(mechanism);
  }

  async hear(command: Uint8Array): Promise<void> {
    await this.settle();
    if (this.isRefused) return;
    const before = this.mechanism.status;
    const error = errorFrom(() => this.mechanism.receive(command));
    await this.settle();
    if (error === undefined) return;
    assert.ok(["EPROTO", "EACCES"].includes(error.code), error.code);
    if (before !== "ready") assert.notEqual(this.mechanism.status, "ready");
    this.isRefused = true;
  }

  async settle(): Promise<void> {
    try {
      await this.mechanism.work;
    } catch (error) {
      checkError(error);
      this.isRefused = true;
    }
  }
}

function sides(encrypts: boolean): [Side, Side] {
  const client = new GssapiClient(setup("DEALER"), {
    context: new FakeGssContext(true),
    encrypts,
  });
  const server = new GssapiServer(setup("ROUTER"), {
    context: new FakeGssContext(false),
    encrypts,
  });
  return [new Side(client), new Side(server)];
}

/** Lets two sides talk until neither has anything to say. */
async function talk(pair: [Side, Side], changes: Plan): Promise<void> {
  let count = 0;
  for (let quiet = 0; quiet < 2;) {
    quiet++;
    for (const [from, to] of [pair, [pair[1], pair[0]]] as const) {
      for (const command of await from.say()) {
        quiet = 0;
        for (const each of mutated([command], changes[count++] ?? [])) {
          await to.hear(each);
        }
      }
    }
    assert.ok(count < 40, "a handshake ends");
  }
  if (changes.flat().length > 0) return;
  for (const { mechanism } of pair) assert.equal(mechanism.status, "ready");
}

/** The properties of a peer, to be compared. */
function told(mechanism: GssapiHandshake): string[] {
  return [...mechanism.peerMetadata ?? []]
    .map(([name, value]) => `${name} ${toHex(value)}`);
}

const handshake: Target = {
  name: "gssapi-handshake",
  runs: 1000,
  property: fc.asyncProperty(
    plan,
    fc.boolean(),
    async (changes, encrypts) => {
      const pair = sides(encrypts);
      await talk(pair, changes);
      if (!encrypts) return;
      // Whatever was done on the way, nobody is taken for somebody else.
      for (const [i, type] of ["ROUTER", "DEALER"].entries()) {
        const { mechanism } = pair[i]!;
        if (mechanism.status !== "ready") continue;
        assert.deepEqual(told(mechanism), [
          `Socket-Type ${toHex(toBytes(type))}`,
          "Identity ",
        ]);
      }
    },
  ),
};

const text = fc.tuple(fc.constantFrom(0, 1, 2), octets);

const traffic: Target = {
  name: "gssapi-traffic",
  runs: 1000,
  property: fc.asyncProperty(
    fc.array(text, { minLength: 1, maxLength: 6 }),
    mutations,
    async (texts, changes) => {
      const pair = sides(true);
      await talk(pair, []);
      const [client, server] = pair.map(({ mechanism }) => mechanism);
      const expected = texts.map(([flags, body]) =>
        toHex(Uint8Array.of(flags, ...body))
      );
      const bodies = texts.map(([flags, body]) => client!.wrap(flags, body));
      const opened: string[] = [];
      errorFrom(() => {
        for (const body of mutated(bodies, changes)) {
          opened.push(toHex(server!.open(body)));
        }
      });
      // What is opened was wrapped, in that order and without a gap.
      assert.deepEqual(opened, expected.slice(0, opened.length));
      if (changes.length === 0) assert.deepEqual(opened, expected);
    },
  ),
};

/** The commands, the handshake and the traffic. */
export const gssapiTargets: readonly Target[] = [commands, handshake, traffic];
