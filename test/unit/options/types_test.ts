// The interfaces of the options against the table: read as source text, since
// types are gone when tests run.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Option } from "../../../src/options/option.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { findOption, optionNames } from "../../../src/options/table.ts";
import { filesIn, read } from "../../structure/project.ts";

const INTERFACES: Readonly<Record<SocketType, string>> = {
  PAIR: "PairOptions",
  PUB: "PublisherOptions",
  SUB: "SubscriberOptions",
  REQ: "RequestOptions",
  REP: "ReplyOptions",
  DEALER: "DealerOptions",
  ROUTER: "RouterOptions",
  PULL: "PullOptions",
  PUSH: "PushOptions",
  XPUB: "XPublisherOptions",
  XSUB: "XSubscriberOptions",
  STREAM: "RawStreamOptions",
  SERVER: "ServerOptions",
  CLIENT: "ClientOptions",
  RADIO: "RadioOptions",
  DISH: "DishOptions",
  GATHER: "GatherOptions",
  SCATTER: "ScatterOptions",
  DGRAM: "DatagramOptions",
  PEER: "PeerOptions",
  CHANNEL: "ChannelOptions",
};

/** One field of an interface. */
interface Field {
  readonly name: string;
  readonly isReadonly: boolean;
  readonly comment: string;
}

/** An interface: its own fields and what it extends. */
interface Declared {
  readonly fields: readonly Field[];
  readonly bases: string;
}

const declared = new Map<string, Declared>();
for (const path of filesIn(["src/options"], ".ts")) {
  const pattern =
    /^export interface (\w+)(?:\s+extends([^{]*?))?\s*\{(\}|[\s\S]*?^\})/gm;
  for (const [, name, bases = "", body] of read(path).matchAll(pattern)) {
    declared.set(name!, { bases, fields: fieldsOf(body!) });
  }
}

function fieldsOf(body: string): Field[] {
  const pattern = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(readonly )?(\w+)\??: /g;
  return [...body.matchAll(pattern)].map(([, comment, marked, name]) => ({
    name: name!,
    isReadonly: marked !== undefined,
    comment: comment!.replace(/\s*\n\s*\* ?/g, " ").trim(),
  }));
}

/** The fields of an interface and of all that it extends. */
function allFields(name: string): Field[] {
  const one = declared.get(name);
  assert.ok(one, `no interface ${name}`);
  const rest = one.bases.replace(
    /\b(Pick|Omit)<\s*(\w+),([^>]*)>/g,
    "",
  );
  const inherited = rest.split(",").map((base) => base.trim()).filter(Boolean)
    .flatMap(allFields);
  const chosen = [...one.bases.matchAll(/\b(Pick|Omit)<\s*(\w+),([^>]*)>/g)]
    .flatMap(([, verb, base, list]) => {
      const names = [...list!.matchAll(/"(\w+)"/g)].map(([, field]) => field);
      return allFields(base!).filter((field) =>
        names.includes(field.name) === (verb === "Pick")
      );
    });
  return [...one.fields, ...inherited, ...chosen];
}

describe("the interface of each socket type", () => {
  for (const [type, name] of Object.entries(INTERFACES)) {
    it(`${name} has the options of ${type}, each once`, () => {
      const fields = allFields(name).map((field) => field.name).sort();
      // The class of all sockets itself has `lastEndpoint`.
      const expected = optionNames(type as SocketType)
        .filter((option) => option !== "lastEndpoint");
      assert.deepEqual(fields, [...expected].sort());
    });
  }
});

describe("the fields of the interfaces", () => {
  const fields = Object.values(INTERFACES).flatMap(allFields);

  it("are read-only exactly where the table says so", () => {
    for (const { name, isReadonly } of fields) {
      const { access } = findOption(name)!;
      assert.equal(isReadonly, access !== "settable", name);
    }
  });

  it("name the libzmq constants, or say that libzmq has none", () => {
    for (const { name, comment } of fields) {
      const { libzmq } = findOption(name)!;
      for (const [constant] of libzmq) {
        assert.ok(comment.includes(`\`${constant}\``), `${name}: ${constant}`);
      }
      if (libzmq.length === 0) assert.match(comment, /libzmq/, name);
    }
  });

  it("say the default", () => {
    for (const { name, comment } of fields) {
      if (name === "type" || name === "threadSafe" || name === "ipv6") continue;
      const expected = `Default: ${JSON.stringify(findOption(name)!.default)}`;
      const text = comment.replaceAll("\\", "");
      assert.ok(text.includes(expected), `${name}: ${expected}`);
    }
  });

  it("say the defaults that only some types have", () => {
    for (const { name, comment } of fields) {
      for (const type of Object.keys(findOption(name)!.defaults ?? {})) {
        assert.ok(comment.includes(type), `${name}: ${type}`);
      }
    }
  });

  it("say at once what a number counts", () => {
    const words: Readonly<Record<string, string>> = {
      ms: "Milliseconds",
      s: "Seconds",
      "µs": "Microseconds",
      octets: "ctets",
      messages: "Messages",
      frames: "Frames",
      connections: "Connections",
      properties: "Properties",
      topics: "opics",
      probes: "Probes",
      hops: "Routers",
      "kbit/s": "Kilobits a second",
      KiB: "KiB",
      segments: "segments",
      bits: "bits",
    };
    for (const { name, comment } of fields) {
      const { unit, kind } = findOption(name) as Option;
      if (kind !== "integer" || unit === undefined) continue;
      assert.ok(words[unit], `unit ${unit}`);
      assert.ok(comment.includes(words[unit]), `${name}: ${words[unit]}`);
    }
  });
});
