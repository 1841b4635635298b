// Options of a context.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  contextOptionNames,
  type ContextOptions,
  contextOptionTable,
  defaultContextOptions,
  defineContextOptionProperties,
  getContextOption,
  setContextOption,
} from "../../../src/options/context_options.ts";
import { read } from "../../structure/project.ts";

function set(name: string, value: unknown): ContextOptions {
  const options = defaultContextOptions();
  setContextOption(options, name, value);
  return options;
}

describe("defaultContextOptions()", () => {
  it("has libzmq's defaults", () => {
    assert.deepEqual(defaultContextOptions(), {
      maxSockets: 1023,
      maxSocketsLimit: 65535,
      ipv6: false,
      blocky: true,
      ioThreads: 1,
      maxMessageSize: 2147483647,
      threadPriority: -1,
      threadSchedulingPolicy: -1,
      threadNamePrefix: null,
      zeroCopyReceive: true,
    });
  });

  it("is a new object each time", () => {
    assert.notEqual(defaultContextOptions(), defaultContextOptions());
  });
});

describe("setContextOption()", () => {
  it("sets what the engine honours", () => {
    assert.equal(set("maxSockets", 1).maxSockets, 1);
    assert.equal(set("maxSockets", 65535).maxSockets, 65535);
    assert.equal(set("ipv6", true).ipv6, true);
    assert.equal(set("blocky", false).blocky, false);
  });

  it("takes every default", () => {
    for (const name of contextOptionNames) {
      if (name === "maxSocketsLimit") continue;
      const value = contextOptionTable[name].default;
      assert.deepEqual(set(name, value), defaultContextOptions(), name);
    }
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ["maxSockets", 0, "0: expected an integer from 1 to 65535 sockets"],
    ["maxSockets", 65536, "65536: expected an integer from 1 to 65535"],
    ["maxSockets", "10", '"10": expected an integer from 1 to 65535'],
    ["ipv6", 1, "1: expected true or false"],
    ["blocky", null, "null: expected true or false"],
    ["ioThreads", -1, "-1: expected an integer from 0 to"],
    ["maxSocketsLimit", 5, "5: the option is read-only"],
    ["maxSocket", 5, '5: there is no such option, expected "maxSockets"'],
    ["ZMQ_BLOCKY", 0, '0: there is no such option, expected "blocky"'],
    ["toString", 1, "1: there is no such option"],
    ["linger", 1, "1: there is no such option"],
  ];
  for (const [name, value, end] of wrong) {
    it(`refuses ${name} = ${String(value)} with EINVAL`, () => {
      assert.throws(() => set(name, value), (error: unknown) => {
        const { code, message } = error as { code: string; message: string };
        assert.equal(code, "EINVAL");
        const expected = `Cannot set "${name}" of the context to ${end}`;
        assert.ok(message.startsWith(expected), message);
        return true;
      });
    });
  }

  const unsupported: readonly (readonly [string, unknown, string])[] = [
    ["ioThreads", 4, "I/O threads"],
    ["ioThreads", 0, "I/O threads"],
    ["threadPriority", 1, "I/O threads"],
    ["threadSchedulingPolicy", 1, "I/O threads"],
    ["threadNamePrefix", "zmq", "I/O threads"],
    ["zeroCopyReceive", false, "copying receivers"],
    ["maxMessageSize", 1000, "limits on what is sent"],
  ];
  for (const [name, value, needs] of unsupported) {
    it(`refuses ${name} = ${String(value)} with ENOTSUP`, () => {
      assert.throws(() => set(name, value), (error: unknown) => {
        const { code, message } = error as { code: string; message: string };
        assert.equal(code, "ENOTSUP");
        assert.ok(message.includes(`"${name}"`), message);
        assert.ok(message.includes(needs), message);
        return true;
      });
    });
  }
});

describe("getContextOption()", () => {
  it("reads what was set", () => {
    assert.equal(getContextOption(set("maxSockets", 7), "maxSockets"), 7);
  });

  it("refuses a name that is none", () => {
    assert.throws(() => getContextOption(defaultContextOptions(), "ipv4"), {
      code: "EINVAL",
      message: 'Cannot read "ipv4" of the context: there is no such option, ' +
        'expected "ipv6"',
    });
  });
});

describe("defineContextOptionProperties()", () => {
  it("makes every option a live property", () => {
    class Owner {
      readonly options: ContextOptions = defaultContextOptions();
    }
    defineContextOptionProperties(Owner.prototype, {
      get: (owner, name) => getContextOption((owner as Owner).options, name),
      set: (owner, name, value) =>
        setContextOption((owner as Owner).options, name, value),
    });
    const owner = new Owner() as Owner & ContextOptions;
    owner.maxSockets = 3;
    assert.equal(owner.options.maxSockets, 3);
    assert.equal(owner.maxSocketsLimit, 65535);
    assert.throws(() => owner.ioThreads = 2, { code: "ENOTSUP" });
  });
});

describe("contextOptionTable", () => {
  it("stands for libzmq's context options that mean something to users", () => {
    const numbers = Object.values(contextOptionTable)
      .flatMap(({ libzmq }) => libzmq).map(([, number]) => number);
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      [1, 2, 3, 3, 4, 5, 9, 10, 42, 70],
    );
  });

  it("has a documented field for every option", () => {
    const source = read("src/options/context_options.ts");
    for (const name of contextOptionNames) {
      const row = contextOptionTable[name];
      const pattern = new RegExp(
        `/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+(?:readonly )?${name}: `,
      );
      const comment = pattern.exec(source)?.[1]?.replace(/\s*\n\s*\*/g, "");
      assert.ok(comment?.includes(`\`${row.libzmq[0]![0]}\``), name);
      assert.ok(comment?.includes(String(row.default)), name);
    }
  });
});
