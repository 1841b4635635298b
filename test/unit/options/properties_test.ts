// Options as live properties of classes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  defaultOptions,
  defineOptionProperties,
  getOption,
  optionNames,
  setOption,
} from "../../../src/options/options.ts";
import type { OptionAccessors } from "../../../src/options/properties.ts";
import type { Options } from "../../../src/options/options.ts";
import type { PushOptions } from "../../../src/options/types.ts";
import { poor } from "./runtimes.ts";

class Base {
  readonly options: Options = defaultOptions("PUSH");
  get lastEndpoint(): string | null {
    return "tcp://127.0.0.1:1";
  }
}

class Sender extends Base {
  constructor(init: Partial<PushOptions> = {}) {
    super();
    Object.assign(this, init);
  }
}

interface Sender extends PushOptions {}

const accessors: OptionAccessors = {
  get: (owner, name) => getOption((owner as Base).options, "PUSH", name),
  set: (owner, name, value) =>
    setOption((owner as Base).options, "PUSH", name, value, poor),
};

defineOptionProperties(Base.prototype, undefined, accessors);
defineOptionProperties(Sender.prototype, "PUSH", accessors);

describe("defineOptionProperties()", () => {
  it("makes options that can be set and read", () => {
    const sender = new Sender({ linger: 5, sendHighWaterMark: 1 });
    assert.equal(sender.linger, 5);
    sender.linger = 6;
    assert.equal(sender.options.linger, 6);
    assert.equal(sender.sendHighWaterMark, 1);
    assert.equal(sender.type, "PUSH");
  });

  it("keeps the options of objects apart", () => {
    const [one, two] = [new Sender({ linger: 1 }), new Sender({ linger: 2 })];
    assert.deepEqual([one.linger, two.linger], [1, 2]);
  });

  it("reports wrong values and read-only options as setOption() does", () => {
    const sender = new Sender();
    assert.throws(() => sender.linger = -2, { code: "EINVAL" });
    assert.throws(() => (sender as { type: string }).type = "PUB", {
      code: "EINVAL",
      message: 'Cannot set "type" to "PUB": the option is read-only',
    });
    assert.equal(sender.linger, -1);
  });

  it("leaves alone what a class already has", () => {
    const sender = new Sender();
    const { lastEndpoint } = sender as unknown as { lastEndpoint: string };
    assert.equal(lastEndpoint, "tcp://127.0.0.1:1");
  });

  it("makes every option enumerable, none on the object", () => {
    const sender = new Sender();
    const seen = new Set<string>();
    for (const name in sender) seen.add(name);
    for (const name of optionNames("PUSH")) {
      if (name === "lastEndpoint") continue;
      assert.ok(seen.has(name), name);
      assert.ok(!Object.hasOwn(sender, name), name);
    }
    assert.equal(seen.has("mandatory"), false);
  });

  it("does not let an option of other types become a mere property", () => {
    const sender = new Sender() as Sender & { mandatory?: boolean };
    assert.equal(sender.mandatory, undefined);
    assert.throws(() => {
      sender.mandatory = true;
    }, { code: "EINVAL", message: /"mandatory".*ROUTER.*PUSH/ });
    assert.ok(!Object.hasOwn(sender, "mandatory"));
  });

  it("gives a subclass only what its base lacks", () => {
    assert.ok(Object.hasOwn(Base.prototype, "linger"));
    assert.ok(!Object.hasOwn(Sender.prototype, "linger"));
    assert.ok(Object.hasOwn(Sender.prototype, "sendHighWaterMark"));
  });

  it("shares the functions of an option between classes", () => {
    class Other {}
    class Another {}
    defineOptionProperties(Other.prototype, "PUSH", accessors);
    defineOptionProperties(Another.prototype, "DEALER", accessors);
    const functionsOf = (prototype: object) => {
      const own = Object.getOwnPropertyDescriptor(
        prototype,
        "sendHighWaterMark",
      );
      return [own?.get, own?.set];
    };
    const [get, set] = functionsOf(Other.prototype);
    assert.equal(typeof get, "function");
    assert.equal(functionsOf(Another.prototype)[0], get);
    assert.equal(functionsOf(Another.prototype)[1], set);
  });
});
