/**
 * Addresses of sockets as the system wants them: IPv4, IPv6, and Unix domain.
 *
 * @module
 */

import type {
  NativeHostPort,
  NativePlace,
} from "../../src/transport/native_sockets.ts";
import { SystemError } from "./errors.ts";
import { struct } from "./struct.ts";
import type { System } from "./system.ts";

/** The address family of Unix domain sockets. */
export const AF_UNIX = 1;
/** The address family of IPv4. */
export const AF_INET = 2;

const inet = struct({
  family: { octets: 2, align: 2 },
  port: "u16be",
  address: { octets: 4, align: 4 },
  zero: { octets: 8 },
});
const inet6 = struct({
  family: { octets: 2, align: 2 },
  port: "u16be",
  flow: "u32",
  address: { octets: 16 },
  scope: "u32",
});

/** Octets of the longest IPv6 address as text, and a zero. */
const TEXT_OCTETS = 46;

/** Turns addresses into octets and back. */
export class Addresses {
  readonly #system: System;
  readonly #calls: ReturnType<typeof declare>;

  /** Takes the system's calls. */
  constructor(system: System) {
    this.#system = system;
    this.#calls = declare(system);
  }

  /** The family of a place's address. */
  familyOf(place: NativePlace): number {
    if ("path" in place) return AF_UNIX;
    return place.host.includes(":") ? this.#system.constants.AF_INET6 : AF_INET;
  }

  /** The octets of a place's address. */
  encode(place: NativePlace): Uint8Array {
    if ("path" in place) return this.#encodePath(place.path);
    const { port } = place;
    const [host, zone] = place.host.split("%", 2) as [string, string?];
    if (this.familyOf(place) === AF_INET) {
      const address = this.#parse(AF_INET, host, 4);
      const family = this.#family(AF_INET, inet.size);
      return inet.make({ family, port, address });
    }
    const { AF_INET6 } = this.#system.constants;
    return inet6.make({
      family: this.#family(AF_INET6, inet6.size),
      port,
      address: this.#parse(AF_INET6, host, 16),
      scope: zone === undefined ? 0 : this.#scope(zone),
    });
  }

  /** The address and port in octets; `undefined` of other families. */
  decode(octets: Uint8Array): NativeHostPort | undefined {
    const { AF_INET6, hasAddressLength } = this.#system.constants;
    const family = octets[hasAddressLength ? 1 : 0];
    if (family === AF_INET) {
      const { address, port } = inet.read(octets);
      return { host: this.#format(AF_INET, address), port };
    }
    if (family !== AF_INET6) return undefined;
    const { address, port, scope } = inet6.read(octets);
    const host = this.#format(AF_INET6, address);
    return { host: scope === 0 ? host : `${host}%${this.#zone(scope)}`, port };
  }

  #encodePath(path: string): Uint8Array {
    const octets = new TextEncoder().encode(path);
    // An abstract name ends with the address, a path with a zero.
    const isAbstract = octets[0] === 0;
    const length = 2 + octets.length + (isAbstract ? 0 : 1);
    const address = new Uint8Array(length);
    address.set(this.#family(AF_UNIX, length));
    address.set(octets, 2);
    return address;
  }

  #family(family: number, length: number): Uint8Array {
    return this.#system.constants.hasAddressLength
      ? new Uint8Array([length, family])
      : new Uint8Array([family, 0]);
  }

  #parse(family: number, host: string, length: number): Uint8Array {
    const octets = new Uint8Array(length);
    if (this.#calls.parse(family, host, octets) === 1) return octets;
    throw new SystemError("inet_pton", "EADDRNOTAVAIL", 0);
  }

  #format(family: number, address: Uint8Array): string {
    const text = new Uint8Array(TEXT_OCTETS);
    this.#calls.format(family, address, text, TEXT_OCTETS);
    return textOf(text);
  }

  #scope(zone: string): number {
    if (/^\d+$/.test(zone)) return Number(zone);
    const scope = this.#calls.indexOf(zone);
    if (scope !== 0) return scope;
    throw new SystemError("if_nametoindex", "ENODEV", 0);
  }

  #zone(scope: number): string {
    const name = new Uint8Array(TEXT_OCTETS);
    const found = this.#calls.nameOf(scope, name);
    return found === null ? String(scope) : textOf(name);
  }
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder().decode(octets.subarray(0, octets.indexOf(0)));
}

function declare({ library }: System) {
  const parse = ["i32", "text", "pointer"] as const;
  const format = ["i32", "pointer", "pointer", "u32"] as const;
  return {
    parse: library.function("inet_pton", "i32", parse),
    format: library.function("inet_ntop", "pointer", format),
    indexOf: library.function("if_nametoindex", "u32", ["text"]),
    nameOf: library.function("if_indextoname", "pointer", ["u32", "pointer"]),
  };
}
