// Options that a runtime or an extension must be there for.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../../src/base/errors.ts";
import type { Option } from "../../../src/options/option.ts";
import { platformOptions } from "../../../src/options/options.ts";
import { optionNames, optionTable } from "../../../src/options/table.ts";
import { Bench, poor, rich } from "./runtimes.ts";

const PLATFORM = `busyPoll inBatchSize interface ipcFilterGid ipcFilterPid
ipcFilterUid loopbackFastPath multicastHops multicastLoop outBatchSize priority
receiveBufferSize sendBufferSize socksPassword socksProxy socksUsername
tcpKeepalive tcpKeepaliveCount tcpKeepaliveIdle tcpKeepaliveInterval
tcpMaxRetransmitTimeout typeOfService useFd webSocketOrigins wssCertPem
wssHostname wssKeyPem wssTrustPem wssTrustSystem`.split(/\s+/);

const EXTENSIONS: Readonly<Record<string, string>> = {
  affinity: "I/O threads",
  rate: "the PGM and NORM transports",
  recoveryInterval: "the PGM transport",
  multicastMaxTransportDataUnit: "the PGM transport",
  normMode: "the NORM transport",
  normPush: "the NORM transport",
  gssapiServer: "the GSSAPI mechanism",
  gssapiPrincipal: "the GSSAPI mechanism",
  vmciBufferSize: "the VMCI transport",
  vmciConnectTimeout: "the VMCI transport",
};

/** A value that is right and not the default. */
function another(option: Option): unknown {
  switch (option.kind) {
    case "boolean":
      return !option.default;
    case "integer":
      return option.default === option.max ? option.min : option.max;
    case "choice":
      return option.choices.find((one) => one !== option.default);
    case "origins":
      return ["https://example.org", "*"];
    default:
      return option.form === undefined ? "other" : "other:1";
  }
}

const gated = (Object.entries(optionTable()) as [string, Option][])
  .filter(([, option]) => option.platform || option.needs !== undefined);

describe("setOption() on a runtime that cannot", () => {
  for (const [name, option] of gated) {
    it(`refuses ${name} with ENOTSUP`, () => {
      const bench = new Bench("PAIR", poor);
      const value = another(option);
      assert.throws(() => bench.set({ [name]: value }), (error: unknown) => {
        assert.ok(error instanceof ZmqError);
        assert.equal(error.code, "ENOTSUP");
        const { message } = error;
        assert.ok(message.startsWith(`Cannot set "${name}" to `), message);
        assert.match(message, /the runtime "poor" does not (support|have)/);
        assert.match(message, /, expected the default, \S+$/);
        if (option.needs) assert.ok(message.includes(option.needs), message);
        return true;
      });
      assert.deepEqual(bench.get(name), option.default);
    });
  }

  it("takes every default", () => {
    const bench = new Bench("PAIR", poor);
    for (const [name, option] of gated) bench.set({ [name]: option.default });
    assert.deepEqual(platformOptions(bench.options), {});
  });

  it("says EINVAL to a wrong value first", () => {
    const bench = new Bench("PAIR", poor);
    assert.throws(() => bench.set({ typeOfService: 256 }), { code: "EINVAL" });
  });

  it("takes the options that need nobody", () => {
    const bench = new Bench("PAIR", poor).set({
      linger: 1,
      sendHighWaterMark: 1,
      reconnectInterval: 1,
      ipv6: true,
      zapDomain: "d",
      curveServer: true,
      maxMessageSize: 1,
    });
    assert.equal(bench.options.linger, 1);
  });
});

describe("setOption() on a runtime that can", () => {
  it("takes every option, and getOption() gives it back", () => {
    const bench = new Bench("PAIR", rich);
    for (const [name, option] of gated) {
      bench.set({ [name]: another(option) });
      assert.deepEqual(bench.get(name), another(option), name);
    }
  });

  it("takes those that it names only", () => {
    const runtime = { name: "some", options: new Set(["typeOfService"]) };
    const bench = new Bench("PAIR", runtime).set({ typeOfService: 8 });
    assert.equal(bench.options.typeOfService, 8);
    assert.throws(() => bench.set({ priority: 1 }), { code: "ENOTSUP" });
  });
});

describe("the options that a runtime must be able to honour", () => {
  it("are those of the operating system's sockets", () => {
    const names = gated.filter(([, option]) => option.platform)
      .map(([name]) => name).sort();
    assert.deepEqual(names, PLATFORM);
  });

  it("or belong to what an extension brings", () => {
    for (const [name, needs] of Object.entries(EXTENSIONS)) {
      const option = gated.find(([own]) => own === name)?.[1];
      assert.equal(option?.needs, needs, name);
    }
    const others = gated.filter(([name, option]) =>
      !option.platform && !(name in EXTENSIONS)
    );
    const expected = /^(gssapi|norm|vmci)/;
    for (const [name] of others) assert.match(name, expected);
  });

  it("are of every socket, or of all that send or receive", () => {
    for (const [name] of gated) {
      const own: readonly string[] = optionNames("PAIR");
      assert.ok(own.includes(name), name);
    }
  });
});

describe("platformOptions()", () => {
  it("gives transports what is not at its default", () => {
    const bench = new Bench("PAIR", rich).set({
      tcpKeepalive: 1,
      tcpKeepaliveIdle: 30,
      socksProxy: "localhost:1080",
      priority: 0,
      linger: 5,
    });
    assert.deepEqual(platformOptions(bench.options), {
      tcpKeepalive: 1,
      tcpKeepaliveIdle: 30,
      socksProxy: "localhost:1080",
    });
  });
});
