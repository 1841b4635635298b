// Builds dist/, what npm ships: the modules of all entries of package.json in
// a few files, since a process that loads a hundred small ones waits mostly
// for files; and their declarations, one a module. What is imported
// dynamically stays in files of its own, and browsers have other ones.
// Development dependencies that shipped modules import go into the files, with
// their licences; what package.json lists otherwise stays an import.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { buildWeb } from "./web.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const WEB = join(DIST, "web");
// What tsc makes is bundled, but for the examples.
const KEPT = /^(ext\/examples|web)\//;
const npm = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** The declarations of the entries, without "./dist/" and ".d.ts". */
const declared = Object.values(npm.exports)
  .filter((target) => typeof target === "object")
  .map(({ types }) => /^\.\/dist\/(.*)\.d\.ts$/.exec(types)[1]);
/** The modules of those that all runtimes load. */
const entries = declared.filter((name) => !name.startsWith("adapters/web/"));

rmSync(DIST, { recursive: true, force: true });
compile("--removeComments");
writeLicences([...await buildWeb(DIST, WEB), ...await bundle()]);
// Again, for the comments of the declarations.
compile("--emitDeclarationOnly");
finishDeclarations();

function compile(...options) {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const project = join(ROOT, ".ci/tsconfig.build.json");
  const { status } = spawnSync(
    process.execPath,
    [tsc, "-p", project, ...options],
    { stdio: "inherit" },
  );
  if (status !== 0) process.exit(status ?? 1);
}

function filesIn(extension) {
  return readdirSync(DIST, { recursive: true })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(extension));
}

/**
 * Makes the declarations import ".js": tsc leaves ".ts" in them, which it
 * resolves itself but other readers do not. Removes those that no entry
 * reaches.
 */
function finishDeclarations() {
  const imported = /(\bfrom |\bimport |\bimport\()(["'])(\.[^"']*)\.ts\2/g;
  const reached = new Set();
  const visit = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    const path = join(DIST, `${name}.d.ts`);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(imported, "$1$2$3.js$2"));
    for (const [, , , specifier] of text.matchAll(imported)) {
      visit(join(name, "..", specifier).replaceAll("\\", "/"));
    }
  };
  declared.forEach(visit);
  for (const name of filesIn(".d.ts")) {
    if (!reached.has(name.slice(0, -".d.ts".length))) rmSync(join(DIST, name));
  }
}

/** Puts the modules together; returns the paths of all that went in. */
async function bundle() {
  const { dependencies, optionalDependencies, peerDependencies } = npm;
  const external = Object.keys({
    ...dependencies,
    ...optionalDependencies,
    ...peerDependencies,
  });
  const { resolve } = createRequire(import.meta.url);
  const bundle = await rollup({
    input: Object.fromEntries(
      entries.map((name) => [name, join(DIST, `${name}.js`)]),
    ),
    external: (source) =>
      source.startsWith("node:") ||
      external.some((name) => source === name || source.startsWith(`${name}/`)),
    plugins: [{
      name: "development-dependencies",
      resolveId: (source) => /^[./]/.test(source) ? null : resolve(source),
    }],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  for (const name of filesIn(".js")) {
    if (!KEPT.test(name)) rmSync(join(DIST, name));
  }
  const { output } = await bundle.write({
    dir: DIST,
    chunkFileNames: "chunks/[name]-[hash].js",
    hashCharacters: "base36",
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    manualChunks: loadedTogether,
  });
  return output.flatMap(({ moduleIds }) => moduleIds);
}

/**
 * What the first endpoint loads comes in two files: sessions with what they
 * share with others, and the sockets that all runtimes can use.
 */
function loadedTogether(id, { getModuleInfo }) {
  const reaches = (root) => {
    const seen = new Set();
    const visit = (name) => {
      if (seen.has(name)) return;
      seen.add(name);
      getModuleInfo(name).importedIds.forEach(visit);
    };
    visit(join(DIST, root));
    return seen.has(id);
  };
  // A file takes what its modules import along, unless that has a file too.
  if (reaches("mod.js")) return "core";
  if (reaches("src/session/parts.js")) return "sessions";
  if (reaches("adapters/node/driver.js") || reaches("adapters/transports.js")) {
    return "sockets";
  }
  return null;
}

/** The licences of the packages that have parts in the files. */
function writeLicences(paths) {
  const folders = paths
    .map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const text = (name) => readFileSync(join(folder, name), "utf8").trim();
    const { name, version } = JSON.parse(text("package.json"));
    return `${name} ${version}\n\n${text("LICENSE")}\n`;
  });
  const head = "The files in chunks/ hold parts of these packages.\n";
  writeFileSync(
    join(DIST, "THIRD_PARTY_LICENSES"),
    [head, ...texts].join(`\n${"-".repeat(78)}\n\n`),
  );
}
