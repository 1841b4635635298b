// Two network namespaces joined by a virtual cable, with multicast and IPv6.
// Needs Linux and root.
import { spawnSync } from "node:child_process";
import process from "node:process";

function ip(...args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync("ip", args, { encoding: "utf8" });
  return status === 0 ? undefined : String(error ?? stderr);
}

/** Why there can be no cable here; `false`: there can. */
export const noVeth: string | false = findVeth();

function findVeth(): string | false {
  if (process.platform !== "linux") return "only Linux has namespaces";
  if (process.getuid?.() !== 0) return "needs root, for network namespaces";
  if (ip("-V") !== undefined) {
    return "install iproute2: apt-get install iproute2";
  }
  const name = `isomq-probe-${process.pid}`;
  const fault = ip("netns", "add", name);
  if (fault !== undefined) return `no network namespaces here: ${fault}`;
  ip("netns", "del", name);
  return false;
}

/** One end of the cable. */
export interface VethEnd {
  /** What a command begins with to run there. */
  readonly launcher: readonly string[];
  /** The name of the network interface. */
  readonly device: string;
  /** Its IPv4 address. */
  readonly address: string;
  /** Its IPv6 address. */
  readonly address6: string;
  /** Its IPv6 address on the link alone, with the interface as zone. */
  readonly linkLocal: string;
}

/** Where what is sent to all goes. */
export const BROADCAST = "10.202.0.255";

let cables = 0;

/** A cable. */
export class VethCable implements AsyncDisposable {
  readonly ends: readonly [VethEnd, VethEnd];
  readonly #names: readonly [string, string];

  constructor() {
    const base = `isomq-${process.pid}-${++cables}`;
    const names = [`${base}-a`, `${base}-b`] as const;
    this.#names = names;
    try {
      for (const name of names) must("netns", "add", name);
      must(
        ...["link", "add", "cable0", "netns", names[0], "type", "veth"],
        ...["peer", "name", "cable1", "netns", names[1]],
      );
      this.ends = [end(names[0], 0), end(names[1], 1)];
    } catch (error) {
      this.#remove();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#remove();
    return Promise.resolve();
  }

  #remove(): void {
    for (const name of this.#names) ip("netns", "del", name);
  }
}

function must(...args: string[]): void {
  const fault = ip(...args);
  if (fault !== undefined) throw new Error(`ip ${args.join(" ")}: ${fault}`);
}

function end(namespace: string, number: 0 | 1): VethEnd {
  const device = `cable${number}`;
  const address = `10.202.0.${number + 1}`;
  const address6 = `fd00:202::${number + 1}`;
  const local = `fe80::202:${number + 1}`;
  const on = ["-n", namespace];
  must(...on, "link", "set", "lo", "up");
  must(...on, "addr", "add", `${address}/24`, "brd", BROADCAST, "dev", device);
  for (const each of [address6, local]) {
    must(...on, "addr", "add", `${each}/64`, "dev", device, "nodad");
  }
  must(...on, "link", "set", device, "up");
  must(...on, "route", "add", "224.0.0.0/4", "dev", device);
  const launcher = ["ip", "netns", "exec", namespace];
  const linkLocal = `${local}%${device}`;
  return { launcher, device, address, address6, linkLocal };
}
