// runtimes: node
// What the hot functions allocate, as a gate: the count is the same on a busy
// machine and on an idle one, other than times. A figure that grows is a
// promise, closure, copy or object more for each message.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { show } from "../kit/show.ts";

/** At most so many octets an operation; beside it what Node 20 has. */
const LIMITS: Readonly<Record<string, number>> = {
  "ring": 1, // 0.3, which are those of the counting itself
  "outbox": 4, // 1.7
  "topic match": 1, // 0.3
  "decoder": 108, // 96.3: one view
  "websocket encoder": 4, // 1.4
  "websocket decoder": 108, // 96.3: one view
  "inproc, await": 736, // 701: await and the iterator 460, one view
  "inproc, many": 256, // 239, of which the view of the copy has 96
  "tcp, await": 800, // 747
  "tcp, many": 304, // 289: two arrays, one view, room in a list
  "ws, await": 800, // 747
  "ws, many": 312, // 293
  "publishing to 8": 272, // 256 for each that gets it
};

/** So large a young generation, in MiB, that nothing is collected meanwhile. */
const YOUNG = 128;

const PROGRAM = fileURLToPath(
  new URL("./allocations_program.js", import.meta.url),
);

async function measure(): Promise<Map<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    // The compiler's work takes its place at the same call every time, not
    // when a busy machine has got round to it; nor is anything swept between.
    "--single-threaded",
    `--min-semi-space-size=${YOUNG}`,
    `--max-semi-space-size=${YOUNG}`,
    PROGRAM,
  ], { timeout: 60_000 });
  const lines = stdout.trim().split("\n").map((line) =>
    JSON.parse(line) as { name: string; octets: number }
  );
  return new Map(lines.map(({ name, octets }) => [name, octets]));
}

describe("octets that an operation allocates", () => {
  let measured: Promise<Map<string, number>> | undefined;

  for (const [name, limit] of Object.entries(LIMITS)) {
    it(`${name}: at most ${limit}`, async () => {
      const octets = (await (measured ??= measure())).get(name);
      assert.ok(octets !== undefined, "it was not measured");
      show(`${name}: ${octets.toFixed(1)} octets allocated`);
      assert.ok(octets >= 0, `got ${octets}: something was collected`);
      assert.ok(octets <= limit, `got ${octets}`);
    });
  }
});
