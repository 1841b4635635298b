// The table of options against libzmq's and zeromq.js's.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Option } from "../../../src/options/option.ts";
import { defaultOptions } from "../../../src/options/options.ts";
import { socketTypes } from "../../../src/options/socket_type.ts";
import {
  findOption,
  formerNames,
  optionNames,
  optionTable,
  replacedOptions,
} from "../../../src/options/table.ts";
import { INVALID, publish, resolve } from "../../../src/options/values.ts";
import { libzmqOptions } from "./libzmq.ts";

const rows = Object.entries(optionTable()) as [string, Option][];

/** Where a default is not libzmq's, on purpose. */
const OWN_DEFAULTS: Readonly<Record<string, number>> = {
  reconnectMaxInterval: 5000,
  handshakeInterval: 10000,
  inBatchSize: 65536,
  outBatchSize: 65536,
};

/** The names of zeromq.js v6 for the options of all its sockets. */
const ZEROMQ_JS =
  `affinity rate recoveryInterval type linger reconnectInterval backlog
reconnectMaxInterval maxMessageSize lastEndpoint tcpKeepalive tcpKeepaliveCount
tcpKeepaliveIdle tcpKeepaliveInterval tcpAcceptFilter immediate ipv6
securityMechanism plainServer plainUsername plainPassword curveServer
curvePublicKey curveSecretKey curveServerKey zapDomain typeOfService
gssapiServer gssapiPrincipal gssapiServicePrincipal gssapiPlainText
handshakeInterval socksProxy heartbeatInterval heartbeatTimeToLive
heartbeatTimeout connectTimeout tcpMaxRetransmitTimeout threadSafe
multicastMaxTransportDataUnit vmciBufferSize vmciBufferMinSize
vmciBufferMaxSize vmciConnectTimeout gssapiPrincipalNameType
gssapiServicePrincipalNameType interface zapEnforceDomain loopbackFastPath`
    .split(/\s+/);

/** Its names of the options that only some sockets have. */
const ZEROMQ_JS_TYPES: Readonly<Record<string, string>> = {
  PAIR: "sendHighWaterMark sendTimeout sendBufferSize multicastHops " +
    "receiveHighWaterMark receiveTimeout receiveBufferSize",
  PUB: "noDrop conflate invertMatching sendHighWaterMark",
  SUB: "conflate invertMatching receiveTimeout",
  REQ: "routingId probeRouter correlate relaxed",
  REP: "routingId",
  DEALER: "routingId probeRouter conflate",
  ROUTER: "routingId mandatory probeRouter handover",
  PULL: "conflate",
  PUSH: "conflate",
  XPUB: "noDrop manual welcomeMessage invertMatching verbosity",
  STREAM: "notify",
  GATHER: "conflate",
  SCATTER: "conflate",
};

describe("optionTable()", () => {
  it("stands for each of libzmq's 112 numbers once", () => {
    const ours = [
      ...Object.values(optionTable()),
      ...Object.values(
        replacedOptions,
      ),
    ].flatMap(({ libzmq }) => libzmq)
      .map(([constant, number]) => `${number} ${constant}`);
    const theirs = libzmqOptions.map((one) => `${one.number} ${one.constant}`);
    assert.equal(theirs.length, 112);
    assert.deepEqual([...ours].sort(), [...theirs].sort());
  });

  it("leaves out the numbers that libzmq does not use", () => {
    const used = new Set(libzmqOptions.map(({ number }) => number));
    const unused = [...Array(125).keys()].filter((n) => n > 3 && !used.has(n));
    assert.deepEqual(unused, [10, 20, 26, 29, 30, 67, 70, 82, 83]);
  });

  it("has libzmq's defaults, but for four of its own", () => {
    const options = defaultOptions("PAIR") as unknown as Record<
      string,
      unknown
    >;
    for (const [name, row] of rows) {
      for (const [constant] of row.libzmq) {
        const theirs = libzmqOptions.find((one) => one.constant === constant);
        if (theirs?.default === undefined || row.access === "state") continue;
        const expected = OWN_DEFAULTS[name] ?? theirs.default;
        assert.equal(Number(options[name]), expected, name);
      }
    }
  });

  it("has names that zeromq.js v6 has", () => {
    for (const type of socketTypes) {
      const own = new Set<string>(optionNames(type));
      const more = (ZEROMQ_JS_TYPES[type] ?? "").split(" ").filter(Boolean);
      const missing = [...ZEROMQ_JS, ...more].filter((one) => !own.has(one));
      assert.deepEqual(missing, [], type);
    }
  });

  it("takes its own defaults and gives them back", () => {
    for (const [name, row] of rows) {
      if (row.access !== "settable") continue;
      for (const value of [row.default, ...Object.values(row.defaults ?? {})]) {
        const resolved = resolve(row, value);
        assert.notEqual(resolved, INVALID, name);
        assert.deepEqual(publish(row, resolved), value, name);
      }
    }
  });

  it("has names of letters that no Object has", () => {
    for (const [name] of rows) {
      assert.match(name, /^[a-z][a-zA-Z0-9]*$/);
      assert.equal(name in {}, false, name);
    }
  });

  it("gives every number a range with the default in it", () => {
    for (const [name, row] of rows) {
      if (row.kind !== "integer") continue;
      const value = row.default as number;
      assert.ok(row.min <= value && value <= row.max, name);
    }
  });

  it("never calls an option both live and a platform's", () => {
    for (const [name, row] of rows) {
      const isGated = row.platform || row.needs !== undefined;
      assert.ok(!(row.live && isGated), name);
    }
  });
});

describe("the live options", () => {
  it("are those that libzmq reads at each use", () => {
    const live = rows.filter(([, row]) => row.live).map(([name]) => name);
    const expected = `correlate handover invertMatching linger mandatory manual
manualLastValue noDrop onlyFirstSubscribe probeRouter receiveHighWaterMark
receiveTimeout relaxed sendHighWaterMark sendTimeout verboseUnsubscribe
verbosity`.split(/\s+/);
    assert.deepEqual(live.sort(), expected);
  });
});

describe("optionNames()", () => {
  it("without a type gives what every type has", () => {
    const common = optionNames();
    assert.ok(common.includes("linger") && !common.includes("mandatory"));
    for (const type of socketTypes) {
      const own = new Set(optionNames(type));
      assert.ok(common.every((name) => own.has(name)), type);
    }
  });

  it("gives a type what it has and nothing else", () => {
    const own = optionNames("PULL").filter((one) =>
      !optionNames().includes(one)
    );
    assert.deepEqual(own.sort(), [
      "conflate",
      "receiveBufferSize",
      "receiveHighWaterMark",
      "receiveTimeout",
    ]);
  });
});

describe("findOption()", () => {
  it("knows no name that the table only inherits", () => {
    for (const name of ["toString", "__proto__", "constructor", ""]) {
      assert.equal(findOption(name), undefined, name);
    }
  });
});

describe("formerNames and replacedOptions", () => {
  it("are no options, and lead to what is", () => {
    for (const [former, name] of Object.entries(formerNames)) {
      assert.equal(findOption(former), undefined, former);
      assert.ok(findOption(name), name);
    }
    for (const name of Object.keys(replacedOptions)) {
      assert.equal(findOption(name), undefined, name);
    }
  });
});
