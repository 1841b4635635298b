// Processes that may have few descriptors.
import { execFileSync } from "node:child_process";

/**
 * Limits the descriptors of a process that runs. From the beginning on, few
 * would not do: runtimes read all modules of a program at once.
 */
export function limitDescriptors(pid: number, most: number): void {
  execFileSync("prlimit", ["--pid", `${pid}`, `--nofile=${most}:${most}`]);
}
