// NORM in tests: whether it is there, and groups that nobody else uses.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { skipWithoutKoffi } from "./native.ts";

/** The reason to skip what needs libnorm, or false. */
export const skipWithoutNorm: string | false = skipWithoutKoffi || missing();

function missing(): string | false {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return stdout?.includes("libnorm.so.1")
    ? false
    : "install libnorm: apt-get install libnorm1";
}

/** Fast enough for a test, where congestion control takes its time. */
export const FAST = { normMode: "fixed", rate: 100_000 } as const;

let groups = 0;

/** A port that no other process's tests have: nobody gives out those of UDP. */
export function normPort(): number {
  return 20_000 + (process.pid * 97 + groups++) % 10_000;
}

/**
 * An endpoint on the loopback interface. There is nobody to give out ports of
 * groups: the process's number makes it another one than any other process's.
 */
export function normEndpoint(): string {
  const { pid } = process;
  const group = `239.193.${(pid >> 8) & 255}.${pid & 255}`;
  return `norm://127.0.0.1;${group}:${normPort()}`;
}
