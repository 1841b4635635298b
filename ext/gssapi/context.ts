/**
 * A security context of the library: how the two sides come to know each
 * other, token by token, and what is encrypted afterwards. RFC 2743.
 *
 * Whatever may ask a KDC or read files is done off the main thread; what is
 * encrypted, is on it.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import {
  type CallConditions,
  type Memory,
  type Outcome,
  struct,
} from "../ffi/mod.ts";
import { Flag, INDEFINITE, Supplement, Usage } from "./constants.ts";
import { Credential, importName, type Name, ServerKeys } from "./credential.ts";
import type { Gssapi } from "./library.ts";
import {
  contextError,
  failed,
  isForPeer,
  messageError,
  type Status,
  textNow,
  textOf,
} from "./status.ts";

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
  /**
   * Encrypts an octet of flags and a body.
   *
   * @param room octets to be left free before the token.
   */
  wrap(flags: number, body: Uint8Array, room: number): Uint8Array;
  /** Decrypts: the octet of flags and the body. */
  unwrap(token: Uint8Array): Uint8Array;
  /** Gives everything back; harmless when that was done. */
  close(): void;
}

const NONE = new Uint8Array(0);

/** RFC 4121, 4.2.6.2: octets of a token's head, and where its number is. */
const TOKEN_HEAD = 16;
const TOKEN_NUMBER = 8;

/** What calls are given the addresses of. */
const registers = struct({
  minor: "u32",
  flags: "u32",
  lifetime: "u32",
  isConfidential: "i32",
  ignored: "u32",
  context: "pointer",
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
  readonly #keys: ServerKeys;
  readonly #memory: Memory;
  readonly #words: BigUint64Array;
  readonly #numbers: Uint32Array;
  /** Ends what waits for its turn; who closes the context fires it. */
  readonly #closing = new AbortController();
  #credential: Credential | undefined;
  #busy = false;
  #released = false;
  /** The number of the peer's last message, where it is in clear. */
  #last: bigint | undefined;

  /**
   * @param own whose credentials to use. Default: those of the environment.
   * @param service absent for a server.
   * @param keys those of a server. Default: as `own` says.
   */
  constructor(gssapi: Gssapi, own?: Name, service?: Name, keys?: ServerKeys) {
    this.#gssapi = gssapi;
    this.#own = own;
    this.#service = service;
    this.#keys = keys ?? new ServerKeys(gssapi, own);
    this.#memory = gssapi.ffi.allocate(registers.size);
    const { buffer, byteOffset } = this.#memory.octets;
    this.#words = new BigUint64Array(buffer, byteOffset, registers.size / 8);
    this.#numbers = new Uint32Array(buffer, byteOffset, registers.size / 4);
  }

  async step(token: Uint8Array): Promise<Step> {
    if (this.#closed) throw closedContext();
    if (this.#busy) {
      throw new ZmqError("EFSM", "Cannot take two tokens at once");
    }
    // The peer's octets are a view of what comes next.
    const own = token.slice();
    this.#busy = true;
    try {
      return await this.#take(own);
    } catch (error) {
      if (!(error instanceof ZmqError)) throw error;
      return { token: NONE, done: false, error };
    } finally {
      this.#busy = false;
      // What was closed meanwhile, goes now.
      if (this.#closed) this.#release();
    }
  }

  wrap(flags: number, body: Uint8Array, room = 0): Uint8Array {
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
      const token = this.#output(room);
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
      this.#follow(token);
      return text;
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closing.abort(
      new ZmqError("EBADF", "Cannot go on: the connection is closed"),
    );
    // A thread may be at work in it.
    if (!this.#busy) this.#release();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Waits for its turn, and goes on. */
  #take(token: Uint8Array): Promise<Step> {
    const { acceptances, initiations, tickets } = this.#gssapi;
    const { signal } = this.#closing;
    const service = this.#service;
    if (service === undefined) {
      return acceptances.pass(signal, () => this.#accept(token));
    }
    // Who waits for a KDC that does not answer, holds up who wants the same,
    // from whatever endpoint, and nobody else.
    const name = JSON.stringify([this.#own, service]);
    return tickets.pass(
      name,
      signal,
      () => initiations.pass(signal, () => this.#initiate(token, service)),
    );
  }

  async #initiate(token: Uint8Array, service: Name): Promise<Step> {
    const { signal } = this.#closing;
    if (this.#own !== undefined) {
      this.#credential ??= await Credential.acquire(
        this.#gssapi,
        this.#own,
        Usage.INITIATE,
        signal,
      );
    }
    if (this.#get("target") === 0n) {
      importName(this.#gssapi, service, this.#memory, this.#at("target"));
    }
    const doing = `Cannot prove who we are to ${JSON.stringify(service.text)}`;
    return await this.#exchange(
      token,
      doing,
      (conditions) =>
        this.#gssapi.calls.init_sec_context.when(
          conditions,
          this.#at("minor"),
          this.#credential?.handle ?? null,
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
    this.#credential ??= await this.#keys.get(this.#closing.signal);
    const { handle } = this.#credential;
    const doing = "Cannot find out who the peer is";
    return await this.#exchange(
      token,
      doing,
      (conditions) =>
        this.#gssapi.calls.accept_sec_context.when(
          conditions,
          this.#at("minor"),
          this.#at("context"),
          handle,
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
    call: (conditions: CallConditions) => Promise<Outcome<number>>,
  ): Promise<Step> {
    const input = this.#gssapi.ffi.allocate(Math.max(1, token.length));
    try {
      input.octets.set(token);
      this.#input(input.address, token.length);
      const { signal } = this.#closing;
      // The thread has kept what was wrong.
      const outcome = await call({ signal, keepsThread: true });
      try {
        const answer = this.#output();
        // Hints, of a token that came before, are as good as errors.
        if ((outcome.value & ~Supplement.CONTINUE_NEEDED) !== 0) {
          const isTold = isForPeer(this.#status(outcome.value));
          const error = await this.#failure(outcome, doing);
          return { token: isTold ? answer : NONE, done: false, error };
        }
        const done = (outcome.value & Supplement.CONTINUE_NEEDED) === 0;
        if (done) this.#conclude(doing);
        return { token: answer, done };
      } finally {
        outcome.release();
      }
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

  async #failure(
    outcome: Outcome<number>,
    doing: string,
  ): Promise<ZmqError> {
    const status = this.#status(outcome.value);
    try {
      const text = await textOf(this.#gssapi, status, outcome);
      return contextError(doing, status, text);
    } finally {
      outcome.release();
    }
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

  /**
   * Fails unless a message follows the last one. RFC 4121: tokens are
   * numbered one by one, and the number is encrypted too. The library looks
   * for a gap only where the client has asked for it.
   */
  #follow(token: Uint8Array): void {
    const isNumbered = token[0] === 5 && token[1] === 4 &&
      token.length >= TOKEN_HEAD;
    if (!isNumbered) return;
    const { buffer, byteOffset } = token;
    const number = new DataView(buffer, byteOffset).getBigUint64(TOKEN_NUMBER);
    const last = this.#last;
    this.#last = number;
    if (last === undefined || number === BigInt.asUintN(64, last + 1n)) return;
    throw new ZmqError(
      "EPROTO",
      "Cannot decrypt a message: expected the one that follows the last, got " +
        `the one that is ${BigInt.asIntN(64, number - last)} after it`,
      { reason: "ERR_ZMTP_INVALID_SEQUENCE" },
    );
  }

  #status(major: number): Status {
    return { major, minor: this.#number("minor") };
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    const { calls } = this.#gssapi;
    if (this.#get("context") !== 0n) {
      calls.delete_sec_context(this.#at("minor"), this.#at("context"), null);
    }
    this.#credential?.release();
    this.#credential = undefined;
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
    if (this.#released) throw closedContext();
    this.#numbers[registers.offsets.isConfidential / 4] = 0;
    this.#words[registers.offsets.inputLength / 8] = BigInt(length);
    this.#words[registers.offsets.input / 8] = address;
    this.#words[registers.offsets.outputLength / 8] = 0n;
    this.#words[registers.offsets.output / 8] = 0n;
  }

  /** Copies what the library has made, behind some room, and gives it back. */
  #output(room = 0): Uint8Array {
    const length = Number(this.#get("outputLength"));
    const address = this.#get("output");
    const octets = length === 0 ? NONE : new Uint8Array(room + length);
    if (length > 0) octets.set(this.#gssapi.ffi.view(address, length), room);
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
