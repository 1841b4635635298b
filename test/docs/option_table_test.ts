// The documents' tables of options and error codes say what the engine does.
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import {
  Context,
  context,
  Datagram,
  Dealer,
  Dish,
  Publisher,
  Push,
  type Runtime,
  type Socket,
  ZmqError,
} from "../../mod.ts";
import { isOptionOf, optionTable } from "../../src/options/table.ts";
import type { Option } from "../../src/options/option.ts";
import { DOCUMENTS, read } from "../structure/project.ts";
import { tables, tablesOf, withTables } from "./tables.ts";

const OPTIONS = read("docs/options.md");

const HINT = "Run: tsc && node .out/test/docs/write_tables.js";

/** Another value than the default that an option would take. */
function otherThanDefault(name: string, option: Option): unknown {
  if (name === "interface") return "lo";
  if (option.form !== undefined) return "host:1";
  switch (option.kind) {
    case "boolean":
      return !option.default;
    case "integer":
      return option.default === -1 ? 1 : (option.default as number) + 1;
    case "choice":
      return option.choices.find((each) => each !== option.default);
    case "origins":
      return ["*"];
  }
  return "value";
}

/** The row of the platform table that says where an option works. */
function columnsOf(name: string): string[] | undefined {
  const lines = OPTIONS.slice(OPTIONS.indexOf("\n## Platform options")).split(
    "\n",
  );
  const row = lines.find((line) =>
    line.startsWith(`| \`${name}\``) &&
    /(yes|no|newer|udp|koffi) +\|$/.test(line)
  );
  return row?.split("|").slice(2, -1).map((cell) => cell.trim());
}

function runtimeColumn(): number {
  if (process.versions.bun !== undefined) return 2;
  return process.versions.deno === undefined ? 0 : 1;
}

/** The runtime at hand, as if koffi were installed. */
function withKoffi(): Runtime {
  const { runtime } = context;
  const nativeOptions = {
    has: (name: string) => runtime.nativeOptions!.has(name),
    lack: () => undefined,
  };
  return { ...runtime, nativeOptions };
}

/** Whether a socket takes another value than the default. */
async function takes(
  socket: Socket,
  name: string,
  option: Option,
): Promise<"yes" | "no"> {
  const fields = socket as unknown as Record<string, unknown>;
  try {
    fields[name] = otherThanDefault(name, option);
    return "yes";
  } catch (error) {
    if (!(error instanceof ZmqError)) throw error;
    assert.equal(error.code, "ENOTSUP", `${name}: ${error.message}`);
    return "no";
  } finally {
    await socket.close();
  }
}

describe("the documents", () => {
  for (const name of DOCUMENTS) {
    it(`${name} has the tables that the engine's own make`, () => {
      assert.equal(read(name), withTables(read(name)), HINT);
    });
  }

  it("have a place for each table, and one only", () => {
    const places = DOCUMENTS.flatMap((name) => tablesOf(read(name)));
    assert.deepEqual(places.sort(), Object.keys(tables).sort());
  });
});

describe("docs/options.md", () => {
  it("says what the special values of options mean", () => {
    const from = OPTIONS.indexOf("\n## Special values");
    const section = OPTIONS.slice(from, OPTIONS.indexOf("\n## ", from + 1));
    for (const [name, row] of Object.entries(optionTable())) {
      const { lowest, needs } = row as Option;
      if (lowest === undefined || needs !== undefined) continue;
      assert.ok(section.includes(`\`${name}\``), `Expected ${name}`);
    }
  });

  it("says on which runtimes each platform option works", async () => {
    const column = runtimeColumn();
    const plain = new Context({ runtime: detectRuntime() });
    const helped = new Context({ runtime: withKoffi() });
    const sockets = { DEALER: Dealer, DISH: Dish, PUB: Publisher, PUSH: Push };
    const types = Object.keys(sockets) as (keyof typeof sockets)[];
    for (const [name, row] of Object.entries(optionTable())) {
      const option = row as Option;
      if (!option.platform || option.needs !== undefined) continue;
      const said = columnsOf(name)?.[column];
      assert.ok(said, `Expected a row for ${name}`);
      const type = types.find((each) => isOptionOf(option, each))!;
      const socket = (context: Context) => new sockets[type]({ context });
      const datagrams = new Datagram({ context: plain });
      const isOwn = await takes(socket(plain), name, option) === "yes";
      const ways = {
        yes: isOwn,
        udp: await takes(datagrams, name, option) === "yes" && !isOwn,
        koffi: await takes(socket(helped), name, option) === "yes" && !isOwn,
      };
      const works = Object.entries(ways).filter(([, is]) => is)
        .map(([way]) => way);
      // "newer": only some versions of the runtime can.
      if (said.startsWith("newer")) continue;
      const expected = said === "no" ? [] : said.split(", ");
      assert.deepEqual(works, expected, `${name} in column ${column + 1}`);
    }
  });
});
