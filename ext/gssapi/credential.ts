/**
 * Whose keys or tickets are used: a credential of the library. That of a
 * server that is bound is shared by all its contexts, so that a stranger
 * makes nobody look for keys; which key opens a token is read from the keytab
 * each time anyway.
 *
 * @module
 */

import type { GssapiNameType } from "../../mod.ts";
import { type Memory, struct } from "../ffi/mod.ts";
import { Usage } from "./constants.ts";
import type { Gssapi } from "./library.ts";
import { contextError, failed, textNow, textOf } from "./status.ts";

/** A name as the options give it. */
export interface Name {
  /** `"host@localhost"`, `"alice"` or `"alice@EXAMPLE.ORG"`. */
  readonly text: string;
  /** Which of them it is. */
  readonly type: GssapiNameType;
}

const registers = struct({
  minor: "u32",
  ignored: "u32",
  handle: "pointer",
  name: "pointer",
});

/**
 * Imports a name; the library writes it where `into` is.
 *
 * @param minor where its status goes.
 * @throws {ZmqError} `EACCES` with the text of the library.
 */
export function importName(
  gssapi: Gssapi,
  { text, type }: Name,
  minor: Memory,
  into: bigint,
): void {
  const octets = new TextEncoder().encode(text);
  // gss_buffer_desc: how many octets, and where they are.
  const head = 16;
  const major = gssapi.borrow(head + octets.length, (memory) => {
    const { buffer, byteOffset } = memory.octets;
    const view = new DataView(buffer, byteOffset);
    view.setBigUint64(0, BigInt(octets.length), true);
    view.setBigUint64(8, memory.address + BigInt(head), true);
    memory.octets.set(octets, head);
    return gssapi.calls.import_name(
      minor.address,
      memory.address,
      gssapi.nameTypes[type],
      into,
    );
  });
  if (!failed(major)) return;
  const status = { major, minor: minorOf(minor) };
  throw contextError(
    `Cannot use the name ${JSON.stringify(text)}`,
    status,
    textNow(gssapi, status),
  );
}

/** A credential, which is given back with the last of those who use it. */
export class Credential {
  /** The library's name of it. */
  readonly handle: bigint;
  readonly #gssapi: Gssapi;
  readonly #memory: Memory;
  #users = 1;

  private constructor(gssapi: Gssapi, memory: Memory) {
    this.#gssapi = gssapi;
    this.#memory = memory;
    this.handle = registers.read(memory.octets).handle;
  }

  /**
   * Gets one.
   *
   * @param own whose. Default: whoever the environment says.
   * @throws {ZmqError} `EACCES` with the text of the library.
   */
  static async acquire(
    gssapi: Gssapi,
    own: Name | undefined,
    usage: number,
    signal?: AbortSignal,
  ): Promise<Credential> {
    const memory = gssapi.ffi.allocate(registers.size);
    const at = (offset: number): bigint => memory.address + BigInt(offset);
    const { offsets } = registers;
    let isDone = false;
    try {
      if (own !== undefined) {
        importName(gssapi, own, memory, at(offsets.name));
      }
      await acquire(gssapi, own, usage, memory, signal);
      isDone = true;
      return new Credential(gssapi, memory);
    } finally {
      if (registers.read(memory.octets).name !== 0n) {
        gssapi.calls.release_name(at(offsets.ignored), at(offsets.name));
      }
      if (!isDone) memory.free();
    }
  }

  /** The same, for one more who uses it. */
  share(): Credential {
    this.#users++;
    return this;
  }

  /** Each who uses it does this once. */
  release(): void {
    if (--this.#users > 0) return;
    const { offsets } = registers;
    const { address } = this.#memory;
    this.#gssapi.calls.release_cred(
      address + BigInt(offsets.ignored),
      address + BigInt(offsets.handle),
    );
    this.#memory.free();
  }
}

/** The credential of a server: of all its contexts while it is bound. */
export class ServerKeys {
  readonly #gssapi: Gssapi;
  readonly #own: Name | undefined;
  #held: Credential | undefined;

  /** @param own whose keys. Default: all that there are. */
  constructor(gssapi: Gssapi, own?: Name) {
    this.#gssapi = gssapi;
    this.#own = own;
  }

  /**
   * Gets the credential for all contexts to come; returns what ends that.
   *
   * @throws {ZmqError} `EACCES` with the text of the library.
   */
  async hold(): Promise<() => void> {
    const credential = await this.#acquire();
    this.#held = credential;
    return () => {
      if (this.#held !== credential) return;
      this.#held = undefined;
      credential.release();
    };
  }

  /** A share, or one's own where the server is not bound. */
  get(signal: AbortSignal): Promise<Credential> {
    const held = this.#held;
    return held === undefined
      ? this.#acquire(signal)
      : Promise.resolve(held.share());
  }

  #acquire(signal?: AbortSignal): Promise<Credential> {
    return Credential.acquire(this.#gssapi, this.#own, Usage.ACCEPT, signal);
  }
}

async function acquire(
  gssapi: Gssapi,
  own: Name | undefined,
  usage: number,
  memory: Memory,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { offsets } = registers;
  const outcome = await gssapi.calls.acquire_cred.when(
    { keepsThread: true, ...signal !== undefined && { signal } },
    memory.address,
    registers.read(memory.octets).name,
    0,
    gssapi.mechanisms,
    usage,
    memory.address + BigInt(offsets.handle),
    null,
    null,
  );
  try {
    if (!failed(outcome.value)) return;
    const whose = own === undefined
      ? "credentials"
      : `the credentials of ${JSON.stringify(own.text)}`;
    const status = { major: outcome.value, minor: minorOf(memory) };
    const text = await textOf(gssapi, status, outcome);
    throw contextError(`Cannot get ${whose}`, status, text);
  } finally {
    outcome.release();
  }
}

/** Each memory of a call begins with its minor status. */
function minorOf({ octets }: Memory): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0, true);
}
