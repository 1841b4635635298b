// Builds dist/, what npm ships: compiles mod.ts, src/, adapters/ and ext/, and
// makes the declarations import ".js" as the code does. tsc leaves ".ts" in
// them, which it resolves itself but other readers of declarations do not.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

rmSync(DIST, { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  [TSC, "-p", join(ROOT, ".ci/tsconfig.build.json")],
  { stdio: "inherit" },
);
for (const name of readdirSync(DIST, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const path = join(DIST, name);
  const text = readFileSync(path, "utf8");
  const imported = /(\bfrom |\bimport |\bimport\()(["'])(\.[^"']*)\.ts\2/g;
  writeFileSync(path, text.replace(imported, "$1$2$3.js$2"));
}
process.exitCode = status ?? 1;
