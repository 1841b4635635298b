/**
 * What both sides of the GSSAPI mechanism have in common: RFC 38, as libzmq
 * speaks it. Tokens of a security context go to and fro until it is there,
 * then each side tells of itself, and everything is encrypted unless it was
 * asked not to be.
 *
 * @module
 */

import {
  type Command,
  Handshake,
  type HandshakeStart,
  type MechanismSetup,
} from "../../mod.ts";
import type { SecurityContext, Step } from "./context.ts";
import {
  encodeInitiate,
  encodeMessage,
  INITIATE,
  MESSAGE,
  MESSAGE_OVERHEAD,
  parseInitiate,
  parseMessage,
  protocolError,
  readText,
  READY,
} from "./messages.ts";

/** How a side of the mechanism is made. */
export interface GssapiOptions {
  /** The context, which belongs to it. */
  readonly context: SecurityContext;
  /** False with `gssapiPlainText`. */
  readonly encrypts: boolean;
  /** True: the connection goes on when the credentials of a side expire. */
  readonly outlivesTickets?: boolean | undefined;
}

/** Kerberos needs one; more than these are a loop without an end. */
const MOST_TOKENS = 8;

/** Octets that a token has beside the text, at most: flags included. */
const TOKEN_OVERHEAD = 256;

/** The name of the command that has no octet at all. */
const NOTHING = "";
const EMPTY = new Uint8Array(0);

/** One side of GSSAPI. */
export abstract class GssapiHandshake extends Handshake {
  /** The name in the greeting. */
  readonly name: string = "GSSAPI";
  /** Set while tokens are made. */
  work: Promise<void> | undefined;
  /** The security context. */
  protected readonly context: SecurityContext;
  readonly #encrypts: boolean;
  readonly #outlivesTickets: boolean;
  #tokens = 0;
  #lifetime: number | undefined;

  /** Begins a handshake. */
  constructor(
    setup: MechanismSetup,
    start: HandshakeStart,
    { context, encrypts, outlivesTickets = false }: GssapiOptions,
  ) {
    super(setup, start);
    this.context = context;
    this.#encrypts = encrypts;
    this.#outlivesTickets = outlivesTickets;
  }

  /** True: all traffic is wrapped. */
  override get encrypts(): boolean {
    return this.#encrypts;
  }

  /** How many octets `wrap` adds, at most. */
  override get overhead(): number {
    return this.#encrypts ? MESSAGE_OVERHEAD + TOKEN_OVERHEAD : 0;
  }

  /** Milliseconds until the credentials of a side expire. */
  get lifetime(): number | undefined {
    return this.#lifetime;
  }

  /** Encrypts a frame. */
  wrap(flags: number, body: Uint8Array): Uint8Array {
    return encodeMessage(this.context.wrap(flags, body, MESSAGE_OVERHEAD));
  }

  /** Decrypts a frame. */
  override open(body: Uint8Array): Uint8Array {
    return readText(this.context.unwrap(parseMessage(body)));
  }

  /** Gives the context back. */
  override close(): void {
    super.close();
    this.context.close();
  }

  /** What follows once the context is there. */
  protected abstract established(): void;

  /** Says to the peer that there is going to be no context. */
  protected abstract refused(step: Step): void;

  /** The empty command, which only GSSAPI has, and all others. */
  protected override parse(command: Uint8Array): Command {
    if (command.length > 0) return super.parse(command);
    return { name: NOTHING, data: EMPTY };
  }

  /** Takes the token of an INITIATE. */
  protected takeToken(data: Uint8Array): void {
    this.advance(parseInitiate(data));
  }

  /** Makes the next token, of the peer's last one. */
  protected advance(token: Uint8Array): void {
    if (++this.#tokens > MOST_TOKENS) {
      throw protocolError(
        "ERR_ZMTP_UNEXPECTED_COMMAND",
        `Cannot accept another token: there were ${MOST_TOKENS}`,
      );
    }
    this.work = this.#step(token);
    // Who is to be told of its failure may come later.
    this.work.catch(() => {});
  }

  /** Waits for the peer's READY. */
  protected expectReady(): void {
    this.expected = this.#encrypts ? MESSAGE : READY;
  }

  /** Waits for the empty command. */
  protected expectNothing(): void {
    this.expected = NOTHING;
  }

  /** Sends our READY. */
  protected sendReady(): void {
    const ready = this.encodeReady();
    this.send(this.#encrypts ? this.wrap(0, ready) : ready);
  }

  /** Takes the peer's READY, whatever it is in. */
  protected takeReady(
    data: Uint8Array,
    body: Uint8Array,
    mayError: boolean,
  ): void {
    this.takeMetadata(this.#encrypts ? this.#readyIn(body) : data, mayError);
  }

  async #step(token: Uint8Array): Promise<void> {
    try {
      const step = await this.context.step(token);
      if (step.error !== undefined) {
        this.refused(step);
        throw step.error;
      }
      if (!this.#outlivesTickets) this.#lifetime = this.context.lifetime;
      // libzmq: whoever has no token left to send, sends an empty command.
      const { length } = step.token;
      this.send(length === 0 ? EMPTY : encodeInitiate(step.token));
      if (step.done) this.established();
      else this.expected = INITIATE;
    } finally {
      this.work = undefined;
    }
  }

  #readyIn(body: Uint8Array): Uint8Array {
    const text = this.open(body);
    const { name, data } = super.parse(text.subarray(1));
    // libzmq sends it without flags.
    if (text[0] === 0 && name === READY) return data;
    throw protocolError(
      "ERR_ZMTP_UNEXPECTED_COMMAND",
      `Cannot accept the command ${name} with flags ${text[0]} in the GSSAPI ` +
        "handshake: expected READY",
    );
  }
}
