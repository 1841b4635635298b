// Builds the package for browsers, from what tsc made of the sources: mod.js
// for bundlers, and isomq.js, the same made small, for pages. Each has a file
// beside it that is loaded for CURVE. `node .ci/web.mjs FROM TO` prints sizes.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path/posix";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rollup } from "rollup";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** What only CURVE needs, and so waits. */
const CURVE =
  /[\\/]node_modules[\\/]@noble[\\/]|[\\/]src[\\/]security[\\/](curve|curve_(client|server|handshake|messages|nonce|traffic)|noble)\.js$/;

/** Modules that browsers have others for, and those that they cannot have. */
const REPLACED = {
  "adapters/auto.js": (from) => join(from, "adapters/web/auto.js"),
  "adapters/upgrades.js": (from) => join(from, "adapters/web/upgrades.js"),
  "ext/ffi/sockets.js": () => "no-ffi",
  "ext/sodium/mod.js": () => "no-sodium",
};
const STUBS = {
  "no-ffi": `export function nativeSockets() {
    throw new Error("There is no native code in a browser");
  }`,
  "no-sodium": `export function sodium() {
    throw new Error("There is no native code in a browser");
  }`,
};

/**
 * Builds the files.
 *
 * @param {string} from the folder with mod.js, src/ and adapters/
 * @param {string} to the folder to write to
 * @returns the paths of all modules that went in
 */
export async function buildWeb(from, to) {
  const bundle = await rollup({
    input: join(from, "adapters/web/mod.js"),
    // What is loaded later imports from the entry: no third file for both.
    preserveEntrySignatures: "allow-extension",
    plugins: [{
      name: "web",
      resolveId(source, importer) {
        if (!/^[./]/.test(source)) return resolve(source);
        if (importer === undefined) return null;
        return REPLACED[relative(from, join(importer, "..", source))]?.(from);
      },
      load: (id) => STUBS[id],
    }],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const generate = (entry, curve) =>
    bundle.generate({
      entryFileNames: entry,
      chunkFileNames: (chunk) => chunk.name === "curve" ? curve : entry,
      hoistTransitiveImports: false,
      manualChunks: (id) => CURVE.test(id) ? "curve" : "isomq",
    });
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const { output } = await generate("mod.js", "curve.js");
  const small = await generate("isomq.js", "isomq_curve.js");
  for (const { fileName, code } of output) {
    writeFileSync(join(to, fileName), code);
  }
  for (const { fileName, code } of small.output) {
    writeFileSync(join(to, fileName), minified(code, to));
  }
  return output.flatMap(({ moduleIds }) => moduleIds);
}

/** The same program in fewer octets. */
function minified(code, folder) {
  const path = join(folder, "whole.js");
  writeFileSync(path, code);
  const bun = join(ROOT, "node_modules/bun/bin/bun.exe");
  const { status, stdout, stderr } = spawnSync(
    bun,
    ["build", "--minify", "--target=browser", "--external=*", path],
    { encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  rmSync(path);
  if (status !== 0) throw new Error(`Cannot make it small: ${stderr}`);
  return stdout;
}

/** The octets of a file that a server sends, compressed. */
export function transferSize(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to] = process.argv.slice(2);
  await buildWeb(join(process.cwd(), from), join(process.cwd(), to));
  for (const name of ["isomq.js", "isomq_curve.js"]) {
    const size = (transferSize(join(to, name)) / 1000).toFixed(1);
    console.log(`${name} ${size} kB gzip`);
  }
}
