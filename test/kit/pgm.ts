// PGM in tests: whether it is there, and groups that nobody else uses.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { skipWithoutKoffi } from "./native.ts";

/** The reason to skip what needs OpenPGM, or false. */
export const skipWithoutPgm: string | false = skipWithoutKoffi || missing();

function missing(): string | false {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return stdout?.includes("libpgm-5.3.so.0")
    ? false
    : "install OpenPGM: apt-get install libpgm-5.3-0";
}

let groups = 0;

/**
 * An endpoint on the loopback interface. There is nobody to give out ports of
 * groups: the process's number makes it another one than any other process's.
 * Those of the ports differ as well, for what is asked for again goes to
 * whoever has the port.
 */
export function groupEndpoint(): string {
  const { pid } = process;
  const group = `239.192.${(pid >> 8) & 255}.${pid & 255}`;
  return `epgm://127.0.0.1;${group}:${20_000 + (pid * 97 + groups++) % 10_000}`;
}
