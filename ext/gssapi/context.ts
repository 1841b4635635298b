/**
 * A security context of the library: how the two sides come to know each
 * other, token by token, and what is encrypted afterwards. RFC 2743.
 *
 * Whatever may ask a KDC or read files is done off the main thread; what is
 * encrypted, is on it.
 *
 * @module
 */

import { type GssapiNameType, ZmqError } from "../../mod.ts";
import { type Memory, type Outcome, struct } from "../ffi/mod.ts";
import { Flag, INDEFINITE, Supplement, Usage } from "./constants.ts";
import { Gate } from "./gate.ts";
import type { Gssapi } from "./library.ts";
import {
  contextError,
  failed,
  messageError,
  type Status,
  textNow,
  textOf,
} from "./status.ts";

/** A name as the options give it. */
export interface Name {
  /** `"host@localhost"`, `"alice"` or `"alice@EXAMPLE.ORG"`. */
  readonly text: string;
  /** Which of them it is. */
  readonly type: GssapiNameType;
}

/** What came of a token of the peer. */
export interface Step {
  /** A token for the peer; empty when there is none. */
  readonly token: Uint8Array;
  /** True: the context is there. */
  readonly done: boolean;
  /** Why there is going to be none. */
  readonly error?: ZmqError;
}

/** A context, as the mechanism sees it. */
export interface SecurityContext {
  /** Who the client is, for a server, once the context is there. */
  readonly peer: Uint8Array;
  /** Milliseconds for which it is good, if there is an end. */
  readonly lifetime: number | undefined;
  /** Takes a token; the first one of a client is empty. */
  step(token: Uint8Array): Promise<Step>;
  /** Encrypts an octet of flags and a body. */
  wrap(flags: number, body: Uint8Array): Uint8Array;
  /** Decrypts: the octet of flags and the body. */
  unwrap(token: Uint8Array): Uint8Array;
  /** Gives everything back; harmless when that was done. */
  close(): void;
}

const NONE = new Uint8Array(0);

/** What calls are given the addresses of. */
const registers = struct({
  minor: "u32",
  flags: "u32",
  lifetime: "u32",
  isConfidential: "i32",
  ignored: "u32",
  context: "pointer",
  credential: "pointer",
  target: "pointer",
  source: "pointer",
  inputLength: "u64",
  input: "pointer",
  outputLength: "u64",
  output: "pointer",
});
type Register = keyof typeof registers.offsets;

/** Its own side of a context. */
export class GssContext implements SecurityContext {
  peer: Uint8Array = NONE;
  lifetime: number | undefined;
  readonly #gssapi: Gssapi;
  readonly #own: Name | undefined;
  /** Whom a client wants to talk to; a server has none. */
  readonly #service: Name | undefined;
  readonly #gate: Gate;
  readonly #memory: Memory;
  readonly #words: BigUint64Array;
  readonly #numbers: Uint32Array;
  #busy = false;
  #closed = false;

  /**
   * @param own whose credentials to use. Default: those of the environment.
   * @param service absent for a server.
   * @param gate where those wait who want the same. Default: nobody does.
   */
  constructor(gssapi: Gssapi, own?: Name, service?: Name, gate?: Gate) {
    this.#gssapi = gssapi;
    this.#own = own;
    this.#service = service;
    this.#gate = gate ?? new Gate(1);
    this.#memory = gssapi.ffi.allocate(registers.size);
    const { buffer, byteOffset } = this.#memory.octets;
    this.#words = new BigUint64Array(buffer, byteOffset, registers.size / 8);
    this.#numbers = new Uint32Array(buffer, byteOffset, registers.size / 4);
  }

  /**
   * Gets a server's credentials, and gives them back.
   *
   * @throws {ZmqError} `EACCES` with the text of the library.
   */
  static async check(gssapi: Gssapi, own?: Name): Promise<void> {
    const context = new GssContext(gssapi, own);
    try {
      await context.#work(() => context.#acquire(Usage.ACCEPT));
    } finally {
      context.close();
    }
  }

  async step(token: Uint8Array): Promise<Step> {
    // The peer's octets are a view of what comes next.
    const own = token.slice();
    const service = this.#service;
    try {
      return await this.#work(() =>
        service === undefined
          ? this.#accept(own)
          : this.#gate.pass(() =>
            this.#gssapi.gate.pass(() => this.#initiate(own, service))
          )
      );
    } catch (error) {
      if (!(error instanceof ZmqError)) throw error;
      return { token: NONE, done: false, error };
    }
  }

  wrap(flags: number, body: Uint8Array): Uint8Array {
    const { calls } = this.#gssapi;
    return this.#gssapi.borrow(1 + body.length, ({ octets, address }) => {
      octets[0] = flags;
      octets.set(body, 1);
      this.#input(address, 1 + body.length);
      const major = calls.wrap(
        this.#at("minor"),
        this.#get("context"),
        1,
        0,
        this.#at("inputLength"),
        this.#at("isConfidential"),
        this.#at("outputLength"),
      );
      const token = this.#output();
      this.#check(major, "Cannot encrypt a message");
      return token;
    });
  }

  unwrap(token: Uint8Array): Uint8Array {
    const { calls } = this.#gssapi;
    return this.#gssapi.borrow(token.length, ({ octets, address }) => {
      octets.set(token);
      this.#input(address, token.length);
      const major = calls.unwrap(
        this.#at("minor"),
        this.#get("context"),
        this.#at("inputLength"),
        this.#at("outputLength"),
        this.#at("isConfidential"),
        null,
      );
      const text = this.#output();
      this.#check(major, "Cannot decrypt a message");
      return text;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // A thread may be at work in it.
    if (!this.#busy) this.#release();
  }

  async #initiate(token: Uint8Array, service: Name): Promise<Step> {
    this.#stop();
    if (this.#own !== undefined) await this.#acquire(Usage.INITIATE);
    if (this.#get("target") === 0n) this.#import(service, "target");
    const doing = `Cannot prove who we are to ${JSON.stringify(service.text)}`;
    return await this.#exchange(
      token,
      doing,
      () =>
        this.#gssapi.calls.init_sec_context.async(
          this.#at("minor"),
          this.#get("credential"),
          this.#at("context"),
          this.#get("target"),
          this.#gssapi.kerberos,
          Flag.MUTUAL | Flag.REPLAY | Flag.SEQUENCE,
          0,
          null,
          token.length === 0 ? null : this.#at("inputLength"),
          null,
          this.#at("outputLength"),
          this.#at("flags"),
          this.#at("lifetime"),
        ),
    );
  }

  async #accept(token: Uint8Array): Promise<Step> {
    await this.#acquire(Usage.ACCEPT);
    const doing = "Cannot find out who the peer is";
    return await this.#exchange(
      token,
      doing,
      () =>
        this.#gssapi.calls.accept_sec_context.async(
          this.#at("minor"),
          this.#at("context"),
          this.#get("credential"),
          this.#at("inputLength"),
          null,
          this.#at("source"),
          null,
          this.#at("outputLength"),
          this.#at("flags"),
          this.#at("lifetime"),
          null,
        ),
    );
  }

  /** Gives the library a token, and takes what it has to say. */
  async #exchange(
    token: Uint8Array,
    doing: string,
    call: () => Promise<Outcome<number>>,
  ): Promise<Step> {
    this.#stop();
    const input = this.#gssapi.ffi.allocate(Math.max(1, token.length));
    try {
      input.octets.set(token);
      this.#input(input.address, token.length);
      const outcome = await call();
      const answer = this.#output();
      // Hints, of a token that came before, are as good as errors.
      if ((outcome.value & ~Supplement.CONTINUE_NEEDED) !== 0) {
        const error = await this.#failure(outcome, doing);
        return { token: answer, done: false, error };
      }
      const done = (outcome.value & Supplement.CONTINUE_NEEDED) === 0;
      if (done) this.#conclude(doing);
      return { token: answer, done };
    } finally {
      input.free();
    }
  }

  /** The context is there: who is the peer, and for how long? */
  #conclude(doing: string): void {
    const flags = this.#number("flags");
    const needed = Flag.MUTUAL | Flag.REPLAY;
    const isAnonymous = (flags & Flag.ANONYMOUS) !== 0;
    if ((flags & needed) !== needed || isAnonymous) {
      throw new ZmqError(
        "EACCES",
        `${doing}: expected that both sides prove who they are, and notice ` +
          `what is repeated, got the flags 0x${flags.toString(16)}`,
        { reason: "ERR_GSS_UNAVAILABLE" },
      );
    }
    const seconds = this.#number("lifetime");
    if (seconds !== INDEFINITE) this.lifetime = seconds * 1000;
    if (this.#service !== undefined) return;
    const major = this.#gssapi.calls.display_name(
      this.#at("minor"),
      this.#get("source"),
      this.#at("outputLength"),
      null,
    );
    const name = this.#output();
    if (failed(major)) throw this.#failureNow(major, doing);
    this.peer = name;
  }

  /** Gets the credential, once. */
  async #acquire(usage: number): Promise<void> {
    this.#stop();
    if (this.#get("credential") !== 0n) return;
    const own = this.#own;
    if (own !== undefined) this.#import(own, "target");
    const outcome = await this.#gssapi.calls.acquire_cred.async(
      this.#at("minor"),
      this.#get("target"),
      0,
      this.#gssapi.mechanisms,
      usage,
      this.#at("credential"),
      null,
      null,
    );
    if (own !== undefined) this.#releaseName("target");
    if (!failed(outcome.value)) return;
    const whose = own === undefined
      ? "credentials"
      : `the credentials of ${JSON.stringify(own.text)}`;
    throw await this.#failure(outcome, `Cannot get ${whose}`);
  }

  #import({ text, type }: Name, into: Register): void {
    const octets = new TextEncoder().encode(text);
    const major = this.#gssapi.borrow(octets.length, (memory) => {
      memory.octets.set(octets);
      this.#input(memory.address, octets.length);
      return this.#gssapi.calls.import_name(
        this.#at("minor"),
        this.#at("inputLength"),
        this.#gssapi.nameTypes[type],
        this.#at(into),
      );
    });
    if (!failed(major)) return;
    throw this.#failureNow(
      major,
      `Cannot use the name ${JSON.stringify(text)}`,
    );
  }

  /** Runs what others must wait for; what is closed meanwhile, goes then. */
  async #work<Result>(action: () => Promise<Result>): Promise<Result> {
    this.#busy = true;
    try {
      return await action();
    } finally {
      this.#busy = false;
      if (this.#closed) this.#release();
    }
  }

  /** Does not begin what nobody waits for any more. */
  #stop(): void {
    if (!this.#closed) return;
    throw new ZmqError("EBADF", "Cannot go on: the connection is closed");
  }

  async #failure(
    outcome: Outcome<number>,
    doing: string,
  ): Promise<ZmqError> {
    const status = this.#status(outcome.value);
    const text = await textOf(this.#gssapi, status, outcome);
    return contextError(doing, status, text);
  }

  #failureNow(major: number, doing: string): ZmqError {
    const status = this.#status(major);
    return contextError(doing, status, textNow(this.#gssapi, status));
  }

  /** Fails unless a message was made or read, and is secret. */
  #check(major: number, doing: string): void {
    if (major !== 0) {
      const status = this.#status(major);
      throw messageError(doing, status, textNow(this.#gssapi, status));
    }
    if (this.#number("isConfidential") !== 0) return;
    // A token may be signed only, and others could have read it.
    throw new ZmqError("EPROTO", `${doing}: it is in clear`, {
      reason: "ERR_ZMTP_CRYPTOGRAPHIC",
    });
  }

  #status(major: number): Status {
    return { major, minor: this.#number("minor") };
  }

  #release(): void {
    const { calls } = this.#gssapi;
    if (this.#get("context") !== 0n) {
      calls.delete_sec_context(this.#at("minor"), this.#at("context"), null);
    }
    if (this.#get("credential") !== 0n) {
      calls.release_cred(this.#at("minor"), this.#at("credential"));
    }
    this.#releaseName("target");
    this.#releaseName("source");
    this.#memory.free();
  }

  #releaseName(register: "target" | "source"): void {
    if (this.#get(register) === 0n) return;
    // Its own place for an error: the one to be told of is still there.
    this.#gssapi.calls.release_name(this.#at("ignored"), this.#at(register));
  }

  #input(address: bigint, length: number): void {
    // Of memory that was given back nothing may be written or read.
    if (this.#closed && !this.#busy) throw closedContext();
    this.#words[registers.offsets.inputLength / 8] = BigInt(length);
    this.#words[registers.offsets.input / 8] = address;
    this.#words[registers.offsets.outputLength / 8] = 0n;
    this.#words[registers.offsets.output / 8] = 0n;
  }

  /** Copies what the library has made, and gives it back. */
  #output(): Uint8Array {
    const length = Number(this.#get("outputLength"));
    const address = this.#get("output");
    const octets = length === 0
      ? NONE
      : this.#gssapi.ffi.view(address, length).slice();
    if (address !== 0n) {
      const at = this.#at("outputLength");
      this.#gssapi.calls.release_buffer(this.#at("ignored"), at);
    }
    return octets;
  }

  #at(register: Register): bigint {
    return this.#memory.address + BigInt(registers.offsets[register]);
  }

  #get(register: Register): bigint {
    return this.#words[registers.offsets[register] / 8]!;
  }

  #number(register: Register): number {
    return this.#numbers[registers.offsets[register] / 4]!;
  }
}

function closedContext(): ZmqError {
  return new ZmqError("EFSM", "Cannot use a context that is closed");
}
