// Transports of reliable multicast in tests: what the suites for them, in
// compliance/, know of one, and how they find its library.
import { spawnSync } from "node:child_process";
import process from "node:process";
import type { MulticastTransport, Publisher, Subscriber } from "../../mod.ts";
import type { ForeignOptions } from "./foreign.ts";
import { skipWithoutKoffi } from "./native.ts";

/** Options of our publishers, and of our subscribers. */
export type PublisherOptions = ConstructorParameters<typeof Publisher>[0];
export type SubscriberOptions = ConstructorParameters<typeof Subscriber>[0];

/** A transport, as the suites see it. */
export interface MulticastSubject {
  /** Its scheme: `"epgm"`. */
  readonly scheme: string;
  /** Its protocol: `"PGM"`. */
  readonly protocol: string;
  /** The reason to skip what needs its library, or false. */
  readonly skip: string | false;
  /** Makes it. */
  readonly transport: () => MulticastTransport;
  /** What has a publisher of ours be fast enough for a test. */
  readonly fast: PublisherOptions;
  /** What subscribers of ours need besides, to hear such a publisher. */
  readonly hearing: SubscriberOptions;
  /** The same for sockets of libzmq. */
  readonly foreign: ForeignOptions;
  /** An endpoint on the loopback interface that nobody else uses. */
  endpoint(): string;
}

/**
 * The reason to skip what needs a library, or false.
 *
 * @param file as the system knows it.
 * @param install what gets it.
 */
export function skipWithoutLibrary(
  file: string,
  install: string,
): string | false {
  if (skipWithoutKoffi) return skipWithoutKoffi;
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return stdout?.includes(file) ? false : install;
}

let groups = 0;

/** A port that no other process's tests have: nobody gives out those of UDP. */
export function groupPort(): number {
  return 20_000 + (process.pid * 97 + groups++) % 10_000;
}

/**
 * A group on the loopback interface, and a port. There is nobody to give out
 * ports of groups: the process's number makes it another one than any other
 * process's. Those of the ports differ as well, for what is asked for again
 * goes to whoever has the port.
 *
 * @param network its first two octets: `"239.192"`.
 */
export function loopbackGroup(network: string): string {
  const { pid } = process;
  const group = `${network}.${(pid >> 8) & 255}.${pid & 255}`;
  return `127.0.0.1;${group}:${groupPort()}`;
}
