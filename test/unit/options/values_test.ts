// Values of options: what is accepted, what the engine reads and users get
// back.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toText } from "../../../src/base/bytes.ts";
import { z85Encode } from "../../../src/base/z85.ts";
import {
  defaultOptions,
  getOption,
  snapshot,
} from "../../../src/options/options.ts";
import { socketTypes } from "../../../src/options/socket_type.ts";
import { optionNames, optionTable } from "../../../src/options/table.ts";
import { Bench } from "./runtimes.ts";

describe("defaultOptions()", () => {
  it("gives SUB, XSUB and DISH a linger of 0, all others -1", () => {
    const without = socketTypes.filter((type) =>
      defaultOptions(type).linger === 0
    );
    assert.deepEqual(without, ["SUB", "XSUB", "DISH"]);
    assert.equal(defaultOptions("PUSH").linger, -1);
  });

  it("makes a STREAM socket notify, and a ROUTER not", () => {
    assert.equal(defaultOptions("STREAM").notify, 3);
    assert.equal(defaultOptions("ROUTER").notify, 0);
  });

  it("limits what peers cost", () => {
    const options = defaultOptions("PUB");
    assert.equal(options.maxMessageSize, -1);
    assert.equal(options.maxMessageBytes, 64 * 1024 * 1024);
    assert.equal(options.maxMessageParts, 16384);
    assert.equal(options.maxHandshakeSize, 64 * 1024);
    assert.equal(options.maxProperties, 64);
    assert.equal(options.maxPendingHandshakes, 1000);
    assert.equal(options.maxQueuedBytes, 64 * 1024 * 1024);
    assert.equal(options.maxTopicSize, 64 * 1024);
    assert.equal(options.maxTopics, 100000);
    assert.equal(options.maxTopicBytes, 16 * 1024 * 1024);
    assert.equal(options.handshakeInterval, 10000);
    assert.equal(options.reconnectInterval, 100);
    assert.equal(options.reconnectMaxInterval, 5000);
  });

  it("knows the type", () => {
    for (const type of socketTypes) {
      const options = defaultOptions(type);
      assert.equal(options.type, type);
      assert.equal(getOption(options, type, "type"), type);
    }
    assert.equal(defaultOptions("CLIENT").threadSafe, true);
    assert.equal(defaultOptions("PUSH").threadSafe, false);
  });

  it("has the same fields in the same order for all types", () => {
    const expected = Object.keys(defaultOptions("PAIR"));
    assert.equal(expected.length, Object.keys(optionTable()).length - 2);
    for (const type of socketTypes) {
      assert.deepEqual(Object.keys(defaultOptions(type)), expected);
    }
  });

  it("gives each socket its own", () => {
    const bench = new Bench("PUSH").set({ linger: 5 });
    assert.equal(bench.options.linger, 5);
    assert.equal(defaultOptions("PUSH").linger, -1);
  });
});

describe("getOption()", () => {
  it("gives every option of every type its default", () => {
    for (const type of socketTypes) {
      const options = defaultOptions(type);
      for (const name of optionNames(type)) {
        if (name === "type" || name === "threadSafe") continue;
        const { default: common, defaults } = optionTable()[name];
        const expected = defaults?.[type] ?? common;
        assert.deepEqual(getOption(options, type, name), expected, name);
      }
    }
  });

  it("refuses what the type does not have", () => {
    const options = defaultOptions("PUSH");
    assert.throws(() => getOption(options, "PUSH", "mandatory"), {
      code: "EINVAL",
      message: 'Cannot read "mandatory": expected a socket of type ROUTER, ' +
        "this one is PUSH",
    });
    assert.throws(() => getOption(options, "PUSH", "lingr"), {
      code: "EINVAL",
      message: 'Cannot read "lingr": there is no such option, expected ' +
        '"linger"',
    });
  });
});

describe("snapshot()", () => {
  it("stays as it is when the options change", () => {
    const bench = new Bench("ROUTER").set({
      linger: 1,
      tcpAcceptFilter: "::1",
      metadata: { "X-a": "b" },
      routingId: "one",
    });
    const before = snapshot(bench.options);
    const copy = structuredClone(before);
    bench.set({
      linger: 2,
      tcpAcceptFilter: "10.0.0.0/8",
      metadata: {},
      routingId: "two",
    });
    assert.equal(before.linger, 1);
    assert.deepEqual(structuredClone(before), copy);
  });
});

describe("a number", () => {
  it("is taken at both ends of its range", () => {
    for (const value of [-1, 0, 1, 2147483647]) {
      assert.equal(
        new Bench("PUSH").set({ linger: value }).get("linger"),
        value,
      );
    }
    const bench = new Bench("PUSH").set({
      maxMessageSize: Number.MAX_SAFE_INTEGER,
      heartbeatTimeToLive: 6553599,
      inBatchSize: 1,
      reconnectInterval: -1,
    });
    assert.equal(bench.options.maxMessageSize, Number.MAX_SAFE_INTEGER);
  });

  it("is never -0", () => {
    const bench = new Bench("PUSH").set({ linger: -0 });
    assert.ok(Object.is(bench.options.linger, 0));
  });
});

describe("a text", () => {
  it("counts octets, not characters", () => {
    const name = "é".repeat(127);
    assert.equal(
      new Bench("PUSH").set({ plainUsername: name }).get("plainUsername"),
      name,
    );
  });

  it("may hold NUL where it goes to no C string", () => {
    const bench = new Bench("PUSH").set({ plainPassword: "a\0b" });
    assert.equal(bench.options.plainPassword, "a\0b");
  });

  it("is null when it is empty and may be", () => {
    assert.equal(
      new Bench("PUSH").set({ wssHostname: "" }).get("wssHostname"),
      null,
    );
    const bench = new Bench("PUSH").set({ zapDomain: "d" });
    assert.equal(bench.get("zapDomain"), "d");
    assert.equal(bench.set({ zapDomain: "" }).get("zapDomain"), null);
    bench.set({ zapDomain: "d", plainUsername: "u" });
    bench.set({ zapDomain: null, plainUsername: null });
    assert.equal(bench.get("zapDomain"), null);
    assert.equal(bench.get("plainUsername"), null);
  });
});

describe("octets", () => {
  const set = (value: unknown) => new Bench("ROUTER").set({ routingId: value });

  it("that were given as text read as text", () => {
    const bench = set("é");
    assert.deepEqual([...bench.options.routingId!], [0xc3, 0xa9]);
    assert.equal(bench.get("routingId"), "é");
  });

  it("that were given as octets read as octets", () => {
    for (
      const value of [
        Uint8Array.of(1, 2),
        new DataView(Uint8Array.of(9, 1, 2).buffer, 1),
        Uint8Array.of(1, 2).buffer,
      ]
    ) {
      const bench = set(value);
      assert.ok(bench.options.routingId instanceof Uint8Array);
      assert.deepEqual(bench.get("routingId"), Uint8Array.of(1, 2));
    }
  });

  it("share no memory with what was given or is read", () => {
    const given = Uint8Array.of(1, 2);
    const bench = set(given);
    given[0] = 9;
    const first = bench.get("routingId") as Uint8Array;
    assert.deepEqual(first, Uint8Array.of(1, 2));
    first[0] = 9;
    assert.deepEqual(bench.get("routingId"), Uint8Array.of(1, 2));
  });

  it("have 1 to 255 where they are a routing id", () => {
    assert.equal(set("x").options.routingId!.length, 1);
    assert.equal(set("x".repeat(255)).options.routingId!.length, 255);
  });

  it("of a message are none when there are none", () => {
    const bench = new Bench("XPUB").set({ welcomeMessage: "hello" });
    assert.equal(toText(bench.options.welcomeMessage!), "hello");
    bench.set({ welcomeMessage: "" });
    assert.equal(bench.options.welcomeMessage, null);
    bench.set({ welcomeMessage: new Uint8Array(0) });
    assert.equal(bench.get("welcomeMessage"), null);
  });
});

describe("a CURVE key", () => {
  const octets = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
  const text = z85Encode(octets);

  it("is Z85 or octets, is kept as octets and reads as Z85", () => {
    for (const value of [text, octets, octets.buffer]) {
      const bench = new Bench("PUSH").set({ curveServerKey: value });
      assert.deepEqual(bench.options.curveServerKey, octets);
      assert.equal(bench.get("curveServerKey"), text);
    }
  });

  it("is a copy of its own", () => {
    const given = octets.slice();
    const bench = new Bench("PUSH").set({ curveSecretKey: given });
    given.fill(0);
    assert.deepEqual(bench.options.curveSecretKey, octets);
  });
});

describe("notify", () => {
  it("is bits for the engine: 1 connect, 2 disconnect", () => {
    const bench = new Bench("ROUTER");
    const expected = { true: 3, false: 0, connect: 1, disconnect: 2 };
    for (const value of [true, "connect", "disconnect", false]) {
      bench.set({ notify: value });
      const bits = expected[String(value) as keyof typeof expected];
      assert.equal(bench.options.notify, bits);
      assert.equal(bench.get("notify"), value);
    }
  });
});

describe("reconnectStop", () => {
  it("is libzmq's bits for the engine", () => {
    const bench = new Bench("PUSH").set({
      reconnectStop: ["afterDisconnect", "connectionRefused"],
    });
    assert.equal(bench.options.reconnectStop, 5);
    assert.deepEqual(bench.get("reconnectStop"), [
      "connectionRefused",
      "afterDisconnect",
    ]);
    bench.set({ reconnectStop: ["handshakeFailed"] });
    assert.equal(bench.options.reconnectStop, 2);
    bench.set({ reconnectStop: [] });
    assert.equal(bench.options.reconnectStop, 0);
  });
});

describe("webSocketOrigins", () => {
  it("is a copy of the array, and null again", () => {
    const origins = ["https://a.example", "http://[::1]:8080", "*"];
    const bench = new Bench("PULL").set({ webSocketOrigins: origins });
    origins.push("https://b.example");
    const read = bench.get("webSocketOrigins") as string[];
    assert.deepEqual(read, origins.slice(0, 3));
    read.pop();
    assert.deepEqual(bench.get("webSocketOrigins"), origins.slice(0, 3));
    bench.set({ webSocketOrigins: [] });
    assert.deepEqual(bench.get("webSocketOrigins"), []);
    bench.set({ webSocketOrigins: null });
    assert.equal(bench.get("webSocketOrigins"), null);
  });
});

describe("tcpAcceptFilter", () => {
  it("adds a string, replaces by an array, is cleared by null", () => {
    const bench = new Bench("PULL").set({ tcpAcceptFilter: "10.0.0.0/8" });
    bench.set({ tcpAcceptFilter: "::1" });
    assert.deepEqual(bench.get("tcpAcceptFilter"), ["10.0.0.0/8", "::1"]);
    assert.equal(bench.options.tcpAcceptFilter.length, 2);
    bench.set({ tcpAcceptFilter: ["127.0.0.1"] });
    assert.deepEqual(bench.get("tcpAcceptFilter"), ["127.0.0.1"]);
    bench.set({ tcpAcceptFilter: null });
    assert.equal(bench.get("tcpAcceptFilter"), null);
    assert.deepEqual(bench.options.tcpAcceptFilter, []);
  });

  it("stays as it was when one of several is wrong", () => {
    const bench = new Bench("PULL").set({ tcpAcceptFilter: "::1" });
    assert.throws(() => bench.set({ tcpAcceptFilter: ["::2", "no"] }));
    assert.deepEqual(bench.get("tcpAcceptFilter"), ["::1"]);
  });
});

describe("metadata", () => {
  it("is names and octets for the engine", () => {
    const metadata = { "X-name": "é", "X-empty": "" };
    const bench = new Bench("PUSH").set({ metadata });
    assert.deepEqual(bench.options.metadata, [
      ["X-name", Uint8Array.of(0xc3, 0xa9)],
      ["X-empty", new Uint8Array(0)],
    ]);
    assert.deepEqual(bench.get("metadata"), metadata);
    assert.notEqual(bench.get("metadata"), metadata);
  });

  it("takes 60 properties", () => {
    const names = Array.from({ length: 60 }, (_, i) => [`X-${i}`, "v"]);
    const bench = new Bench("PUSH").set({
      metadata: Object.fromEntries(names),
    });
    assert.equal(bench.options.metadata.length, 60);
  });

  it("takes names of 255 characters and 49152 octets in all", () => {
    const name = `X-${"n".repeat(253)}`;
    const metadata = { [name]: "v".repeat(49152 - 255) };
    const bench = new Bench("PUSH").set({ metadata });
    assert.equal(bench.options.metadata.length, 1);
  });
});
