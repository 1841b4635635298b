// Names that somebody meant.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestName } from "../../../src/options/names.ts";
import { optionTable } from "../../../src/options/table.ts";

const options = Object.entries(optionTable()).map(([name, { libzmq }]) =>
  [name, libzmq] as const
);

describe("nearestName()", () => {
  it("finds a name from a slip", () => {
    const slips = {
      lnger: "linger",
      lingre: "linger",
      LINGER: "linger",
      send_timeout: "sendTimeout",
      recieveTimeout: "receiveTimeout",
      sendHighWatermark: "sendHighWaterMark",
      curvePublickey: "curvePublicKey",
      reconectInterval: "reconnectInterval",
      heartbeatTtl: "heartbeatTimeToLive",
    };
    for (const [slip, expected] of Object.entries(slips)) {
      assert.equal(nearestName(slip, options), expected, slip);
    }
  });

  it("finds a name from libzmq's constant", () => {
    for (const [name, libzmq] of options) {
      for (const [constant] of libzmq) {
        assert.equal(nearestName(constant, options), name);
        assert.equal(
          nearestName(constant.slice(4).toLowerCase(), options),
          name,
        );
      }
    }
  });

  it("finds every name in its own spelling", () => {
    for (const [name] of options) {
      assert.equal(nearestName(name, options), name);
    }
  });

  it("prefers the name with the fewest differences", () => {
    const near = (wrong: string, ...names: string[]) =>
      nearestName(wrong, names.map((name) => [name, []] as const));
    assert.equal(near("rate1", "rat", "rate12"), "rate12");
    assert.equal(near("rate1", "rate12", "rat"), "rate12");
    assert.equal(near("xrate", "rate", "xxrates"), "rate");
    assert.equal(near("abcd", "acbd"), "acbd");
    assert.equal(near("abcd", "dcba"), undefined);
    assert.equal(near("linger", "finders"), undefined);
  });

  it("gives none that is not near", () => {
    for (const wrong of ["", "foo", "x".repeat(5000), "securityDepartment"]) {
      assert.equal(nearestName(wrong, options), undefined, wrong.slice(0, 20));
    }
  });
});
