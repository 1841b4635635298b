// Where the project's files are: its root, its source files, its documents,
// its settings.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of deno.json, whether this runs from test/ or compiled. */
export const ROOT: string = findRoot();

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "deno.json"))) {
    if (folder === dirname(folder)) {
      throw new Error(`No deno.json above ${import.meta.url}`);
    }
    folder = dirname(folder);
  }
  return folder;
}

/**
 * Lists the files below folders of the project, sorted.
 *
 * @param places folders, or single files, relative to the root; those that do
 *   not exist count as empty
 * @param ending what the names end in, all files by default
 * @returns paths relative to the root
 */
export function filesIn(places: readonly string[], ending = ""): string[] {
  const found: string[] = [];
  for (const place of places) {
    const path = join(ROOT, place);
    if (!existsSync(path)) continue;
    if (/\.\w+$/.test(place)) {
      found.push(place);
      continue;
    }
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = `${place}/${entry.name}`;
      if (entry.isDirectory()) found.push(...filesIn([inner], ending));
      else if (entry.name.endsWith(ending)) found.push(inner);
    }
  }
  return found.sort();
}

/** What users read: the README, and what it leads to. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  ...filesIn(["docs"], ".md"),
];

/** Reads a file of the project. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Reads a JSON file of the project. */
export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(read(path)) as Record<string, unknown>;
}
