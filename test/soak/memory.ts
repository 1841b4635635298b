// How much memory a process has in use once its garbage is gone, on each
// runtime.
import process from "node:process";
import { runtimeName } from "../kit/runtime.ts";
import { pause } from "../kit/wait.ts";

/** Has to be among the arguments of Deno's V8 to make `liveMemory` exact. */
export const COLLECTABLE: readonly string[] = runtimeName === "deno"
  ? ["--allow-all", "--v8-flags=--expose-gc"]
  : ["--allow-all"];

let collect: (() => void) | undefined;

async function collector(): Promise<() => void> {
  if (runtimeName === "bun") {
    const { Bun } = globalThis as unknown as {
      readonly Bun: { gc(force: boolean): void };
    };
    return () => Bun.gc(true);
  }
  const given = (globalThis as { readonly gc?: () => void }).gc;
  if (given !== undefined) return given;
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** The octets in use once the garbage is gone. */
export async function liveMemory(): Promise<number> {
  collect ??= await collector();
  for (let i = 0; i < 3; i++) {
    await pause();
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
