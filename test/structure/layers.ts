// The layers of the engine, and which file may import which.
import { dirname, normalize } from "node:path/posix";
import type { Import } from "./source.ts";
import { importsOf } from "./source.ts";

/** The ranks of the folders of src/: a file imports lower ranks only. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0,
  message: 1,
  options: 1,
  endpoint: 1,
  wire: 2,
  security: 3,
  routing: 3,
  transport: 4,
  session: 5,
  socket: 6,
  context: 7,
};

/** Folders of ext/ that may use every other extension. */
const EXT_USERS: readonly string[] = ["cli", "examples"];

/** What of adapters/ is public, or finds out what there is here. */
const ADAPTER_DOORS: readonly string[] = [
  "adapters/auto.ts",
  "adapters/extensions.ts",
  "adapters/upgrades.ts",
];

/** The door for browsers: all of mod.ts, and more. */
const WEB_DOOR = "adapters/web/mod.ts";

/** An import inside the project. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: Import["kind"];
  readonly line: number;
}

/** Lists the imports of project files in one file. */
export function edgesOf(path: string, source: string): Edge[] {
  return importsOf(source)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, kind, line }) => ({
      from: path,
      to: normalize(`${dirname(path)}/${specifier}`),
      kind,
      line,
    }));
}

/**
 * Says what is wrong with an import.
 *
 * @returns the rule that it breaks, or undefined when it is allowed
 */
export function brokenRule({ from, to, kind }: Edge): string | undefined {
  const [area = "", folder = ""] = from.split("/");
  const [toArea = "", toFolder = ""] = to.split("/");
  if (area === "src") return brokenInSrc(folder, toArea, toFolder);
  if (area === "adapters") {
    const isLow = toArea === "src" &&
      (RANKS[toFolder] ?? Infinity) <= (RANKS.transport as number);
    if (toArea === "adapters" || isLow) return undefined;
    if (from === WEB_DOOR && to === "mod.ts") return undefined;
    return "adapters/ may import src/transport and the ranks below it";
  }
  if (area === "ext") {
    const isOwn = toArea === "ext" &&
      (toFolder === folder || toFolder === "ffi" || EXT_USERS.includes(folder));
    const isSeam = to.startsWith("src/transport/") && kind === "type";
    if (isOwn || isSeam || to === "mod.ts") return undefined;
    return "ext/ may import mod.ts and the types of src/transport";
  }
  if (from === "mod.ts") {
    const isLazy = toArea === "ext" && kind === "dynamic";
    if (isLazy || toArea === "src" || ADAPTER_DOORS.includes(to)) {
      return undefined;
    }
    return `mod.ts may import src/ and ${ADAPTER_DOORS.join(", ")}, and ext/ ` +
      "lazily";
  }
  return undefined;
}

function brokenInSrc(
  folder: string,
  toArea: string,
  toFolder: string,
): string | undefined {
  if (toArea !== "src") return "src/ may import only src/";
  const own = RANKS[folder];
  const other = RANKS[toFolder];
  if (own === undefined) return `src/${folder} has no rank`;
  if (other === undefined) return `src/${toFolder} has no rank`;
  if (folder === toFolder || other < own) return undefined;
  return `src/${folder} [${own}] may import only itself and lower ranks, ` +
    `src/${toFolder} has [${other}]`;
}

/**
 * Finds a cycle of imports, types included. What mod.ts loads lazily from
 * ext/ leads back to mod.ts by design and does not count.
 *
 * @returns the files of one cycle, the first repeated as the last
 */
export function findCycle(edges: readonly Edge[]): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === "dynamic" && to.startsWith("ext/")) continue;
    targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const index = path.indexOf(file);
    if (index >= 0) return [...path.slice(index), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Lists every file that loading `start` loads, dynamic imports left out. */
export function loadedBy(start: string, edges: readonly Edge[]): Set<string> {
  const reached = new Set([start]);
  for (const file of reached) {
    for (const { from, to, kind } of edges) {
      if (from === file && kind !== "dynamic") reached.add(to);
    }
  }
  return reached;
}
