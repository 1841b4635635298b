// Throughput of GSSAPI between two processes, in clear and encrypted, beside
// NULL and CURVE in the same run, with a KDC of its own. Needs what the tests
// of GSSAPI need:
//
//   npx tsc && node .out/bench/gssapi/run.js [SECONDS [ROUNDS]]
import process from "node:process";
import { Realm } from "../../test/kit/kerberos.ts";
import { Script, scriptUrl } from "../../test/kit/runtime.ts";

const [seconds = "1", rounds = "7"] = process.argv.slice(2);
const SIDE = scriptUrl("./isomq_gssapi", import.meta.url);
const MODES = ["null", "curve", "gssapi-clear", "gssapi"];
const SIZES = [1000, 100_000];

/** Messages a second. */
async function measure(mode: string, size: number): Promise<number> {
  const receiver = new Script(SIDE, ["receive", mode, `${size}`, seconds]);
  const endpoint = await receiver.line();
  const sender = new Script(SIDE, ["send", mode, `${size}`, endpoint]);
  try {
    return Number(await receiver.line());
  } finally {
    await sender.kill();
    await receiver.kill();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const realm = await Realm.start();
try {
  await realm.enter();
  for (const size of SIZES) {
    const speeds = new Map(MODES.map((mode) => [mode, [] as number[]]));
    for (let round = 0; round < Number(rounds); round++) {
      for (const [mode, values] of speeds) {
        values.push(await measure(mode, size));
      }
    }
    const plain = median(speeds.get("null")!);
    for (const [mode, values] of speeds) {
      const speed = median(values);
      const time = 1e6 / speed;
      console.log(
        `${`${size} B`.padEnd(9)} ${mode.padEnd(12)} ` +
          `${Math.round(speed).toString().padStart(8)} msg/s ` +
          `${time.toFixed(1).padStart(8)} µs ` +
          `${(speed / plain).toFixed(3)} of NULL`,
      );
    }
  }
} finally {
  await realm.end();
}
