// The thread of a call is kept until it has told what was wrong: it is given
// back however that ends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { GssContext } from "../../../ext/gssapi/context.ts";
import { Gssapi } from "../../../ext/gssapi/library.ts";
import { context } from "../../../mod.ts";
import { Realm, skipWithoutKerberos } from "../../kit/kerberos.ts";
import { runtimeWith } from "../../kit/native_counts.ts";
import { within } from "../../kit/wait.ts";

/** One more than there are threads. */
const TIMES = 17;
const NONE = new Uint8Array(0);
const SERVICE = { text: "host@localhost", type: "hostBased" } as const;
const NOBODY = { text: "nobody", type: "userName" } as const;

/** The library, one function of which throws on the main thread. */
async function libraryWith(broken: string): Promise<Gssapi> {
  const koffi = context.runtime.loadAddon!("koffi") as {
    load(file: string): {
      func(...declaration: unknown[]): (...values: unknown[]) => unknown;
    };
  };
  const changed = {
    ...koffi,
    load: (file: string) => ({
      func: (...declaration: unknown[]) => {
        const call = koffi.load(file).func(...declaration);
        if (declaration[0] !== broken) return call;
        return Object.assign(() => {
          throw new Error("broken");
        }, call);
      },
    }),
  };
  return new Gssapi(await loadFfi(runtimeWith(() => changed)));
}

describe("a thread of GSSAPI", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    await realm.enter();
  });
  after(() => realm.end());

  const cases = [
    {
      when: "a step throws",
      broken: "gss_release_buffer",
      own: undefined,
      service: SERVICE,
    },
    {
      when: "a step fails",
      broken: "",
      own: undefined,
      service: { ...SERVICE, text: "nobody@localhost" },
    },
    {
      when: "it cannot be told why a step has failed",
      broken: "gss_release_buffer",
      own: undefined,
      service: { ...SERVICE, text: "nobody@localhost" },
    },
    {
      when: "there is no credential",
      broken: "",
      own: NOBODY,
      service: SERVICE,
    },
    {
      when: "it cannot be told why there is no credential",
      broken: "gss_release_buffer",
      own: NOBODY,
      service: SERVICE,
    },
  ];
  for (const { when, broken, own, service } of cases) {
    it(`is given back when ${when}`, async () => {
      const library = await libraryWith(broken);
      for (let i = 0; i < TIMES; i++) {
        const one = new GssContext(library, own, service);
        const step = within(one.step(NONE), `step ${i}`);
        if (broken !== "") await assert.rejects(step, /broken/);
        else assert.equal((await step).error?.code, "EACCES");
        one.close();
      }
    });
  }
});
