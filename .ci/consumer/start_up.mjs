// What importing the installed package costs: the files that it loads, none
// of them with CURVE's cryptography before a CURVE socket, and the time.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const IMPORT = 'await import("isomq")';
const TIMED = `const start = performance.now();
${IMPORT};
console.log(performance.now() - start);`;
// The modules were a hundred files once, and took three times as long.
const MOST_FILES = 3;
const RUNS = 11;
/** What only the files of extensions say. */
const EXTENSIONS = /EINPROGRESS|crypto_secretbox/;
/** What only the files for CURVE say: of noble, and of the handshake. */
const CURVE = /noble-(ciphers|curves)|CurveZMQ/;

function run(code, environment = {}) {
  const options = ["--input-type=module", "--eval", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) {
    throw new Error(`Expected exit 0, got ${status}: ${stderr}`);
  }
  return stdout;
}

/** The texts of the package's files that a program loads. */
function loadedBy(code) {
  const folder = mkdtempSync(join(tmpdir(), "isomq-"));
  try {
    run(code, { NODE_V8_COVERAGE: folder });
    return readdirSync(folder)
      .flatMap((name) =>
        JSON.parse(readFileSync(join(folder, name), "utf8")).result
      )
      .filter(({ url }) => url.includes("/node_modules/isomq/"))
      .map(({ url }) => readFileSync(fileURLToPath(url), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function check(isSo, otherwise) {
  if (isSo) return;
  console.error(otherwise);
  process.exitCode = 1;
}

const files = loadedBy(IMPORT);
const size = files.reduce((sum, text) => sum + text.length, 0);
const times = Array.from({ length: RUNS }, () => Number(run(TIMED)))
  .sort((a, b) => a - b);
console.log(
  `import: ${times[(RUNS - 1) / 2].toFixed(1)} ms, the median of ${RUNS} ` +
    `processes; ${files.length} files, ${(size / 1000).toFixed(0)} kB`,
);
check(
  files.length >= 1 && files.length <= MOST_FILES,
  `Expected to load at most ${MOST_FILES} files, got ${files.length}`,
);
check(
  !files.some((text) => CURVE.test(text)),
  "Expected nothing of CURVE to be loaded with the package",
);
check(
  !files.some((text) => EXTENSIONS.test(text)),
  "Expected nothing of ext/ to be loaded with the package",
);
check(
  loadedBy('await import("isomq/ext/ffi")').some((text) =>
    EXTENSIONS.test(text)
  ),
  "Expected ext/ffi to be loaded by its entry: this check sees nothing",
);
check(
  loadedBy('await import("./import.mjs")').some((text) => CURVE.test(text)),
  "Expected CURVE to be loaded by its sockets: this check sees nothing",
);
