// Throughput of epgm or norm at 1 kB between two processes in two network
// namespaces, beside libzmq's own between two C programs at the same rate.
// Needs Linux, root, iproute2, gcc and libzmq3-dev:
//
//   npx tsc && node .out/bench/multicast/run.js [RATE [SECONDS [SCHEME]]]
//
// RATE is in kilobits a second; norm finds one by its congestion control.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { scriptCommand, scriptUrl } from "../../test/kit/runtime.ts";
import { VethCable } from "../../test/kit/veth.ts";
import { ROOT } from "../../test/structure/project.ts";

const [rate = "1000000", seconds = "4", scheme = "epgm"] = process.argv.slice(
  2,
);
const folder = mkdtempSync(join(tmpdir(), "isomq-bench-"));
const control = join(folder, "libzmq_multicast");
execFileSync("gcc", [
  "-O2",
  "-o",
  control,
  join(ROOT, "bench/multicast/libzmq_multicast.c"),
  "-lzmq",
]);

const commands: Readonly<Record<string, readonly string[]>> = {
  isomq: scriptCommand(scriptUrl("./isomq_multicast", import.meta.url), []),
  libzmq: [control],
};

/** Starts a side; gives its lines. */
function start(command: readonly string[]): AsyncIterator<string> {
  const [name, ...rest] = command;
  const child = spawn(name!, rest, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PGM_MIN_LOG_LEVEL: "ERROR" },
  });
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
}

await using cable = new VethCable();
const [near, far] = cable.ends;
let port = 7500;
for (let round = 0; round < 3; round++) {
  for (const [name, command] of Object.entries(commands)) {
    const group = `239.192.5.1:${port++}`;
    const receiver = start([
      ...[...far.launcher, ...command],
      ...["receive", `${scheme}://${far.address};${group}`, rate, seconds],
    ]);
    await receiver.next();
    const sender = start([
      ...[...near.launcher, ...command],
      ...["send", `${scheme}://${near.address};${group}`, rate, seconds],
    ]);
    const { value } = await receiver.next();
    await sender.next();
    const [speed, missing] = String(value).split(" ");
    console.log(`${name.padEnd(8)} ${speed} msg/s, ${missing} missing`);
  }
}
rmSync(folder, { recursive: true });
const pace = scheme === "norm" ? "congestion control" : `${rate} kbit/s`;
console.log(`${scheme} at ${pace}, by ${fileURLToPath(import.meta.url)}`);
