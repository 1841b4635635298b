// How the security mechanism follows from the options.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Bench } from "./runtimes.ts";

const KEY = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";

/** Sets options in the order given; the mechanism and the server roles. */
function selected(...steps: Record<string, unknown>[]): string {
  const bench = new Bench("DEALER");
  for (const step of steps) bench.set(step);
  const { securityMechanism, plainServer, curveServer, gssapiServer } =
    bench.options;
  assert.equal(bench.get("securityMechanism"), securityMechanism);
  const servers = Object.entries({ plainServer, curveServer, gssapiServer })
    .filter(([, isServer]) => isServer).map(([name]) => name);
  return [securityMechanism ?? "null", ...servers].join(" ");
}

describe("securityMechanism", () => {
  const cases: readonly (readonly [string, ...Record<string, unknown>[]])[] = [
    ["null"],
    ["plain plainServer", { plainServer: true }],
    ["null", { plainServer: true }, { plainServer: false }],
    ["plain", { plainUsername: "u" }],
    ["plain", { plainPassword: "p" }],
    ["plain", { plainUsername: "u", plainPassword: "p" }],
    ["null", { plainUsername: "u" }, { plainUsername: null }],
    ["plain", { plainServer: true }, { plainUsername: "u" }],
    ["plain plainServer", { plainUsername: "u" }, { plainServer: true }],
    ["curve", { curvePublicKey: KEY }],
    ["curve", { curveSecretKey: KEY }],
    ["curve", { curveServerKey: KEY }],
    ["curve curveServer", { curveServer: true, curveSecretKey: KEY }],
    ["curve curveServer", { curveSecretKey: KEY, curveServer: true }],
    ["curve", { curveServer: true }, { curveServerKey: KEY }],
    ["curve", { plainServer: true }, { curveSecretKey: KEY }],
    ["plain plainServer", { curveServer: true }, { plainServer: true }],
    ["curve curveServer", { plainServer: true }, { curveServer: true }],
    ["plain", { curveServerKey: KEY }, { plainUsername: "u" }],
    ["gssapi gssapiServer", { plainServer: true }, { gssapiServer: true }],
    ["gssapi", { gssapiServer: true }, { gssapiServicePrincipal: "s" }],
    ["gssapi", { gssapiPrincipal: "p" }],
    ["null", { gssapiPlainText: true, zapDomain: "d" }],
  ];
  for (const [expected, ...steps] of cases) {
    it(`${expected} after ${JSON.stringify(steps)}`, () => {
      assert.equal(selected(...steps), expected);
    });
  }
});

describe("securityMechanism does not fall back to clear text", () => {
  it("when an option of another mechanism keeps its default", () => {
    const keys = { curveServerKey: KEY, curveSecretKey: KEY };
    for (
      const rest of [
        { plainServer: false },
        { plainUsername: null, plainPassword: null },
        { curveServer: false },
        { gssapiServer: false },
      ]
    ) {
      assert.equal(selected(keys, rest), "curve", JSON.stringify(rest));
    }
  });

  it("while an option of the mechanism is set", () => {
    const server = { curveServer: true, curveSecretKey: KEY };
    assert.equal(selected(server, { curveServer: false }), "curve");
    assert.equal(
      selected(server, { curveSecretKey: null }),
      "curve curveServer",
    );
    const client = { plainUsername: "u", plainPassword: "p" };
    assert.equal(selected(client, { plainUsername: null }), "plain");
  });

  it("while an option of a mechanism set before is", () => {
    const both = { curveServerKey: KEY, plainUsername: "u" };
    assert.equal(selected(both, { plainUsername: null }), "curve");
  });

  it("until all of them are cleared", () => {
    assert.equal(
      selected({ curveServer: true, curveSecretKey: KEY }, {
        curveServer: false,
        curveSecretKey: null,
      }),
      "null",
    );
  });

  it("by a wrong value", () => {
    const bench = new Bench("PUSH").set({ curveServerKey: KEY });
    assert.throws(() => bench.set({ plainUsername: "" }));
    assert.equal(bench.options.securityMechanism, "curve");
  });
});
