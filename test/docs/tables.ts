// The tables of the documents that are made from the engine's own: options and
// error codes. `node .out/test/docs/write_tables.js` puts them there.
import { errorCodes } from "../../src/base/errors.ts";
import { contextOptionTable } from "../../src/options/context_options.ts";
import type { Option } from "../../src/options/option.ts";
import { optionTable, replacedOptions } from "../../src/options/table.ts";
import {
  receivingTypes,
  sendingTypes,
  type SocketType,
} from "../../src/options/socket_type.ts";

type Cells = readonly string[];

/** A table in Markdown as `deno fmt` writes it. */
function markdown(head: Cells, rows: readonly Cells[]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]!.length))
  );
  const line = (cells: Cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

const options = Object.entries(optionTable() as Record<string, Option>);

function isOf(types: readonly SocketType[], all: readonly SocketType[]) {
  return types.length === all.length && types.every((t) => all.includes(t));
}

function socketsOf({ types }: Option): string {
  if (types === undefined) return "all";
  if (isOf(types, sendingTypes)) return "all that send";
  if (isOf(types, receivingTypes)) return "all that receive";
  return types.join(", ");
}

function typeOf({ kind, choices }: Option): string {
  switch (kind) {
    case "integer":
      return "number";
    case "text":
      return "string";
    case "octets":
      return "string, Uint8Array";
    case "key":
      return "Z85 string, Uint8Array";
    case "choice":
      return choices.length > 8
        ? "string"
        : choices.map((choice) => JSON.stringify(choice)).join(", ");
    case "flags":
      return `array of ${
        choices.map((choice) => JSON.stringify(choice)).join(", ")
      }`;
    case "filters":
      return "string, string[]";
    case "origins":
      return "string[]";
    case "properties":
      return "object of strings";
  }
  return kind;
}

function shownDefaultOf(option: Option): string {
  const meaning = option.default === option.min && option.lowest;
  return JSON.stringify(option.default) + (meaning ? ` (${meaning})` : "");
}

function defaultOf(option: Option): string {
  const others = Object.entries(option.defaults ?? {}).map(([type, value]) =>
    `${type} ${JSON.stringify(value)}`
  );
  return [shownDefaultOf(option), ...others].join("; ");
}

function libzmqOf({ libzmq }: Option): string {
  return libzmq.map(([constant]) => `\`${constant}\``).join(", ") || "–";
}

function rowOf([name, option]: readonly [string, Option]): Cells {
  return [
    `\`${name}\``,
    typeOf(option),
    defaultOf(option),
    option.unit ?? "",
    option.live ? "yes" : "",
    socketsOf(option),
    libzmqOf(option),
  ];
}

const HEAD = [
  "Option",
  "Type",
  "Default",
  "Unit",
  "Live",
  "Sockets",
  "libzmq",
];

/** True for options that some runtime or extension must offer. */
function isGated(option: Option): boolean {
  return option.platform || option.needs !== undefined;
}

/** Every option that works on every runtime and can be set. */
function optionRows(): string {
  const rows = options
    .filter(([, option]) => !isGated(option) && option.access === "settable");
  return markdown(HEAD, rows.map(rowOf));
}

/** What most programs set, and what each does in a line. */
const COMMON: Readonly<Record<string, string>> = {
  linger: "how long `close()` waits for what is unsent; 0 for subscribers",
  sendHighWaterMark: "what may wait to be sent to a peer",
  receiveHighWaterMark: "what may wait to be received from a peer",
  sendTimeout: "how long `send()` waits before `EAGAIN`",
  receiveTimeout: "how long `receive()` waits before `EAGAIN`",
  immediate: "queue only for peers that are connected",
  heartbeatInterval: "notice a peer that vanished without a word; 0: do not",
  reconnectInterval: "the first wait before connecting again",
  reconnectMaxInterval: "the longest wait",
  connectTimeout: "for one attempt to connect; 0: as the system has it",
  maxMessageBytes: "the largest message that is accepted",
  maxQueuedBytes: "what may wait for a peer, and of it, beside the marks",
  ipv6: "IPv6 addresses beside IPv4",
  routingId: "the name that a `Router` knows the socket by",
  mandatory: "a `Router` fails or waits where it would drop",
  noDrop: "a publisher waits for a full subscriber",
  correlate: "a `Request` drops replies to another request",
  relaxed: "a `Request` may ask again before the reply",
  conflate: "keep the newest message only",
};

/** The options that most programs set. */
function commonRows(): string {
  const all = optionTable() as Record<string, Option>;
  return markdown(
    ["Option", "Default", "Unit", "What"],
    Object.entries(COMMON).map(([name, what]) => [
      `\`${name}\``,
      shownDefaultOf(all[name]!),
      all[name]!.unit ?? "",
      what,
    ]),
  );
}

/** Every property that can only be read. */
function readOnlyRows(): string {
  const rows = options.filter(([, option]) => option.access !== "settable");
  return markdown(
    ["Property", "libzmq"],
    rows.map(([name, option]) => [
      `\`${name}\``,
      libzmqOf(option),
    ]),
  );
}

/** Options that only some runtime can honour. */
function platformRows(): string {
  const rows = options
    .filter(([, option]) => option.platform && option.needs === undefined);
  return markdown(HEAD, rows.map(rowOf));
}

/** Options whose transport or mechanism does not exist yet. */
function missingRows(): string {
  const needs = new Map<string, string[]>();
  for (const [name, { needs: what }] of options) {
    if (what === undefined) continue;
    needs.set(what, [...needs.get(what) ?? [], `\`${name}\``]);
  }
  return markdown(
    ["Needs", "Options"],
    [...needs].map(([what, names]) => [what, names.join(", ")]),
  );
}

/** Every option of a context that can be set to something. */
function contextRows(): string {
  const rows = Object.entries(contextOptionTable as Record<string, Option>)
    .filter(([, { access, needs }]) =>
      access === "settable" && needs === undefined
    );
  return markdown(
    ["Option", "Type", "Default", "Unit", "libzmq"],
    rows.map(([name, option]) => [
      `\`${name}\``,
      typeOf(option),
      defaultOf(option),
      option.unit ?? "",
      libzmqOf(option),
    ]),
  );
}

/** Options of libzmq that are something else here. */
function replacedRows(): string {
  return markdown(
    ["libzmq", "Here"],
    Object.values(replacedOptions).map(({ libzmq, instead }) => [
      libzmq.map(([constant]) => `\`${constant}\``).join(", "),
      instead,
    ]),
  );
}

/** Every error code. */
function errorRows(): string {
  return markdown(
    ["Code", "Meaning"],
    Object.entries(errorCodes).map(([code, text]) => [`\`${code}\``, text]),
  );
}

/** The tables by the names of their places in the documents. */
export const tables: Readonly<Record<string, () => string>> = {
  options: optionRows,
  "common options": commonRows,
  "read-only options": readOnlyRows,
  "platform options": platformRows,
  "context options": contextRows,
  "missing options": missingRows,
  "replaced options": replacedRows,
  "error codes": errorRows,
};

/** The names of the tables that a document has a place for. */
export function tablesOf(document: string): string[] {
  return [...document.matchAll(/^<!-- table: (.*) -->$/gm)]
    .map(([, name]) => name!);
}

/** Puts tables into their places: between two comments that name them. */
export function withTables(document: string): string {
  return document.replaceAll(
    /^(<!-- table: (.*) -->\n)[\s\S]*?(\n<!-- end -->)$/gm,
    (_all, start: string, name: string, end: string) => {
      const make = tables[name];
      if (make === undefined) throw new Error(`There is no table ${name}`);
      return `${start}\n${make()}\n${end}`;
    },
  );
}
