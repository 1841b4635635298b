/**
 * Asks a ZAP handler socket on `inproc://zeromq.zap.01`. RFC 27.
 *
 * @module
 */

import { EMPTY, toKey } from "../base/bytes.ts";
import type { Timer } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import {
  encodeZapRequest,
  parseZapReply,
  type PatientAuthenticator,
  type ZapReply,
  type ZapRequest,
} from "../security/zap.ts";
import { Dealer } from "../socket/dealer.ts";
import type { ContextLike } from "../socket/services.ts";

const HANDLER = "zeromq.zap.01";

/**
 * Questions that the handler has not read yet, at most. The others wait here,
 * where those that nobody waits for any more can be dropped: a handler does
 * not get through a long queue of strangers who have left before somebody
 * else's handshake is over.
 */
const UNREAD_LIMIT = 64;

/**
 * Milliseconds between two looks at what the handler has read. An answer tells
 * of it as well; who reads and does not answer yet tells nothing.
 */
const LOOK_INTERVAL = 10;

/** One question that waits for its answer. */
interface Question {
  readonly request: ZapRequest;
  readonly resolve: (reply: ZapReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The asking side of ZAP, for a whole context. */
export class ZapClient {
  readonly #context: ContextLike;
  #dealer: Dealer | undefined;
  // By their ids, oldest first: those that wait to be asked, and those that
  // were. What is never answered goes when its handshake ends.
  #waiting = new Map<string, Question>();
  readonly #asked = new Map<string, Question>();
  #timer: Timer | undefined;
  readonly #asking: PatientAuthenticator;

  constructor(context: ContextLike) {
    this.#context = context;
    this.#asking = Object.assign(
      (request: ZapRequest) => this.#ask(request),
      {
        withdraw: (requestId: Uint8Array) => {
          const key = toKey(requestId);
          if (!this.#waiting.delete(key)) this.#asked.delete(key);
        },
      },
    );
  }

  /** How many questions wait for their answers. */
  get pending(): number {
    return this.#waiting.size + this.#asked.size;
  }

  /** The handler socket as a function; `undefined` when none is bound. */
  authenticator(): PatientAuthenticator | undefined {
    return this.#context.services.inproc.has(HANDLER)
      ? this.#asking
      : undefined;
  }

  /** Lets go of the handler. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    void this.#dealer?.close({ linger: 0 });
    this.#dealer = undefined;
  }

  #ask(request: ZapRequest): Promise<ZapReply> {
    return new Promise((resolve, reject) => {
      const key = toKey(request.requestId);
      this.#waiting.set(key, { request, resolve, reject });
      this.#pump();
    });
  }

  /** Asks as much as the handler is ready for. */
  #pump(): void {
    if (this.#waiting.size === 0 || this.authenticator() === undefined) return;
    try {
      this.#askThrough(this.#connected());
    } catch (error) {
      this.#fail(error);
    }
    if (this.#waiting.size > 0) this.#lookLater();
  }

  #askThrough(dealer: Dealer): void {
    let unread = dealer.stats.queued.outgoing;
    for (const [key, question] of this.#waiting) {
      if (unread++ >= UNREAD_LIMIT) return;
      if (!dealer.trySend(encodeZapRequest(question.request))) return;
      this.#waiting.delete(key);
      this.#asked.set(key, question);
    }
  }

  #lookLater(): void {
    if (this.#timer !== undefined) return;
    const { clock } = this.#context.services.runtime;
    this.#timer = clock.setTimer(() => {
      this.#timer = undefined;
      this.#pump();
    }, LOOK_INTERVAL);
    // The handshakes that wait hold the process, where they should.
    this.#timer.hold(false);
  }

  /** The asking socket; a new one when the handler was bound anew. */
  #connected(): Dealer {
    if (this.#dealer !== undefined && this.#dealer.peers.length > 0) {
      return this.#dealer;
    }
    this.close();
    // What the last handler was asked and did not answer, the next one is.
    this.#waiting = new Map([...this.#asked, ...this.#waiting]);
    this.#asked.clear();
    return this.#dealer = this.#connect();
  }

  #connect(): Dealer {
    const dealer = new Dealer({ context: this.#context });
    dealer.connect(`inproc://${HANDLER}`);
    void this.#read(dealer);
    return dealer;
  }

  async #read(dealer: Dealer): Promise<void> {
    for await (const message of dealer) {
      this.#answer(message);
      this.#pump();
    }
    if (this.#dealer !== undefined) return;
    this.#fail(new ZmqError("ETERM", "The ZAP handler is gone"));
  }

  #fail(error: unknown): void {
    const all = [...this.#asked.values(), ...this.#waiting.values()];
    this.#asked.clear();
    this.#waiting.clear();
    for (const each of all) each.reject(error);
  }

  /** A reply to nobody's question is late, or forged: it is dropped. */
  #answer(message: Message): void {
    const requestId = message[2] ?? EMPTY;
    const key = toKey(requestId);
    const question = this.#asked.get(key);
    if (question === undefined) return;
    this.#asked.delete(key);
    try {
      question.resolve(parseZapReply(message, requestId));
    } catch (error) {
      question.reject(error);
    }
  }
}
