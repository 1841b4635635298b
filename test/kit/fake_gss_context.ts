// A security context without Kerberos: two tokens make it, and what it wraps
// is counted and checked, so that nothing forged is taken.
import { ZmqError } from "../../src/base/errors.ts";
import type { SecurityContext, Step } from "../../ext/gssapi/context.ts";

const HELLO = Uint8Array.of(0x60, 1, 2, 3);
const ANSWER = Uint8Array.of(0x60, 4, 5, 6, 7);
const NONE = new Uint8Array(0);
/** Octets of a number and of a sum. */
const HEAD = 8;

/** How a context of a test behaves. */
export interface FakeContextOptions {
  /** What each step waits for. Default: nothing. */
  readonly wait?: () => Promise<void>;
  /** Milliseconds until it expires. */
  readonly lifetime?: number;
  /** Why there is going to be no context. */
  readonly error?: ZmqError;
}

/** One side of such a context. */
export class FakeGssContext implements SecurityContext {
  readonly peer: Uint8Array = new TextEncoder().encode("alice@TEST");
  readonly lifetime: number | undefined;
  /** True once it was given back. */
  closed = false;
  /** How many steps were begun. */
  steps = 0;
  readonly #isClient: boolean;
  readonly #options: FakeContextOptions;
  #sent = 0;
  #received = 0;

  constructor(isClient: boolean, options: FakeContextOptions = {}) {
    this.#isClient = isClient;
    this.#options = options;
    this.lifetime = options.lifetime;
  }

  async step(token: Uint8Array): Promise<Step> {
    // What comes next may overwrite it.
    const own = token.slice();
    this.steps++;
    await this.#options.wait?.();
    const { error } = this.#options;
    if (error !== undefined) return { token: NONE, done: false, error };
    if (!this.#isClient) {
      return isSame(own, HELLO) ? { token: ANSWER, done: true } : refused();
    }
    if (this.steps === 1) return { token: HELLO, done: false };
    return isSame(own, ANSWER) ? { token: NONE, done: true } : refused();
  }

  wrap(flags: number, body: Uint8Array): Uint8Array {
    const token = new Uint8Array(HEAD + 1 + body.length);
    const view = new DataView(token.buffer);
    token[HEAD] = flags;
    token.set(body, HEAD + 1);
    view.setUint32(0, this.#sent++);
    view.setUint32(4, this.#sum(token, this.#isClient));
    return token;
  }

  unwrap(token: Uint8Array): Uint8Array {
    const { buffer, byteOffset, length } = token;
    const view = new DataView(buffer, byteOffset, length);
    const isWhole = length >= HEAD &&
      view.getUint32(4) === this.#sum(token, !this.#isClient);
    if (!isWhole) throw forged("ERR_ZMTP_CRYPTOGRAPHIC");
    if (view.getUint32(0) !== this.#received) {
      throw forged("ERR_ZMTP_INVALID_SEQUENCE");
    }
    this.#received++;
    return token.slice(HEAD);
  }

  close(): void {
    this.closed = true;
  }

  /** FNV-1a of all but the sum itself, and of who has sent it. */
  #sum(token: Uint8Array, isOfClient: boolean): number {
    let sum = isOfClient ? 0x811c9dc5 : 0x1234567;
    for (let i = 0; i < token.length; i++) {
      if (i < 4 || i >= HEAD) sum = Math.imul(sum ^ token[i]!, 0x1000193);
    }
    return sum >>> 0;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((octet, i) => octet === other[i]);
}

function refused(): Step {
  const error = new ZmqError("EACCES", "Cannot take the token", {
    reason: "ERR_GSS_FAILURE",
  });
  return { token: NONE, done: false, error };
}

function forged(reason: string): ZmqError {
  return new ZmqError("EPROTO", "Cannot decrypt a message", { reason });
}
