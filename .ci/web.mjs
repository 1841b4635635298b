// Builds the package for browsers, from what tsc made of the sources: one
// module for pages and bundlers, and one beside it that is loaded for CURVE.
// `node .ci/web.mjs FROM TO` prints their sizes.
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

/** Modules that browsers have others for. */
const REPLACED = {
  "adapters/auto.js": "adapters/web/auto.js",
  "adapters/extensions.js": "adapters/web/extensions.js",
  "adapters/upgrades.js": "adapters/web/upgrades.js",
};

/**
 * Modules that nothing in a browser leads to: there is neither TCP nor UDP, no
 * peer of before ZMTP 3, and no native code.
 */
const LEFT_OUT = new Set([
  "ext/ffi/sockets.js",
  "ext/gssapi/mod.js",
  "ext/norm/mod.js",
  "ext/pgm/mod.js",
  "ext/sodium/mod.js",
  "ext/tipc/mod.js",
  "src/endpoint/tipc.js",
  "src/routing/datagram_pipe.js",
  "src/session/datagrams.js",
  "src/session/multicast.js",
  "src/session/raw_session.js",
  "src/session/reframer.js",
  "src/socket/datagrams.js",
  "src/socket/multicast.js",
  "src/wire/datagrams.js",
  "src/wire/old_framing.js",
]);

/** A module with the same exports, all of which throw when they are called. */
function emptied(code) {
  const names = code.matchAll(
    /^export (?:\w+ )*?(?:class|const|function) (\w+)/gm,
  );
  return [...names].map(([, name]) =>
    `export function ${name}() { throw new Error("This is no browser's"); }`
  ).join("\n");
}

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
        const path = join(importer, "..", source);
        return join(
          from,
          REPLACED[relative(from, path)] ?? relative(from, path),
        );
      },
      load(id) {
        if (!LEFT_OUT.has(relative(from, id))) return null;
        return emptied(readFileSync(id, "utf8"));
      },
    }],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const { output } = await bundle.generate({
    entryFileNames: "isomq.js",
    chunkFileNames: "[name].js",
    hoistTransitiveImports: false,
    manualChunks: (id) => CURVE.test(id) ? "isomq_curve" : "isomq",
  });
  for (const { fileName, code } of output) {
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
