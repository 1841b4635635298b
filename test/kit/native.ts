// Native code in tests: whether it is there, and what the system says of
// sockets that nobody else can name.
import { readdirSync, readlinkSync } from "node:fs";
import { loadAddon } from "../../adapters/addons.ts";
import { Addresses } from "../../ext/ffi/addresses.ts";
import { type Ffi, loadFfi } from "../../ext/ffi/mod.ts";
import { skipUnlessLinux } from "./runtime.ts";

/** The reason to skip what needs native code, or false. */
export const skipWithoutKoffi: string | false = skipUnlessLinux || missing();

function missing(): string | false {
  try {
    loadAddon("koffi");
    return false;
  } catch {
    return "koffi is not installed: npm ci, or npm install koffi@3";
  }
}

/** The descriptors of this process that are sockets. */
export function socketDescriptors(): number[] {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
    } catch {
      return false;
    }
  }).map(Number);
}

/** The descriptor of a TCP socket of this process, by the ports of its ends. */
export async function descriptorOf(
  localPort: number,
  remotePort?: number,
): Promise<number> {
  const { system } = await loadFfi();
  const addresses = new Addresses(system);
  const portOf = (ask: () => Uint8Array): number | undefined => {
    try {
      return addresses.decode(ask())?.port;
    } catch {
      return undefined;
    }
  };
  const found = socketDescriptors().find((fd) =>
    portOf(() => system.localAddress(fd)) === localPort &&
    portOf(() => system.peerAddress(fd)) === remotePort
  );
  if (found !== undefined) return found;
  throw new Error(`No socket from port ${localPort} to ${remotePort}`);
}

/** A number that the system has for an option of a socket. */
export function numberOf(
  { system }: Ffi,
  fd: number,
  level: number,
  name: number,
): number {
  return new Int32Array(system.option(fd, level, name).buffer)[0]!;
}
