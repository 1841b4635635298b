// What is known of the extensions before they are loaded is what they say
// themselves: an option that one side forgot would be refused, or ignored.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mechanismsOf, transportsOf } from "../../../adapters/extensions.ts";
import * as gssapi from "../../../ext/gssapi/mod.ts";
import * as norm from "../../../ext/norm/mod.ts";
import * as pgm from "../../../ext/pgm/mod.ts";
import * as tipc from "../../../ext/tipc/mod.ts";
import { context } from "../../../mod.ts";

const { runtime } = context;
const extensions = {
  gssapi: () => Promise.resolve(gssapi),
  norm: () => Promise.resolve(norm),
  pgm: () => Promise.resolve(pgm),
  tipc: () => Promise.resolve(tipc),
};

/** The options of a transport or mechanism, in order. */
function optionsOf(of: object): string[] {
  const { options } = of as { readonly options?: Iterable<string> };
  return [...options ?? []].sort();
}

describe("what is known of extensions that are not loaded", () => {
  const loaded = new Map<string, object>([
    ["pgm", pgm.pgm()],
    ["epgm", pgm.epgm()],
    ["norm", norm.norm()],
    ["tipc", tipc.tipc()],
  ]);

  it("are their schemes, and the options of each", () => {
    const known = transportsOf(runtime, extensions);
    assert.deepEqual(known.map(({ scheme }) => scheme), [...loaded.keys()]);
    for (const each of known) {
      const own = loaded.get(each.scheme)!;
      assert.deepEqual(optionsOf(each), optionsOf(own), each.scheme);
    }
  });

  it("are the options of the mechanism", () => {
    const [known] = mechanismsOf(runtime, extensions);
    const own = gssapi.gssapi();
    assert.equal(known!.name, own.name);
    assert.deepEqual(optionsOf(known!), optionsOf(own));
    assert.ok(optionsOf(own).length > 0);
  });
});
