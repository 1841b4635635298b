/**
 * Asks a ZAP handler socket on `inproc://zeromq.zap.01`. RFC 27.
 *
 * @module
 */

import { EMPTY, toKey } from "../base/bytes.ts";
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

/** One question that waits for its answer. */
interface Question {
  readonly resolve: (reply: ZapReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The asking side of ZAP, for a whole context. */
export class ZapClient {
  readonly #context: ContextLike;
  #dealer: Dealer | undefined;
  // By their ids. Those that are never answered go when their handshakes end.
  readonly #questions = new Map<string, Question>();
  readonly #asking: PatientAuthenticator;

  constructor(context: ContextLike) {
    this.#context = context;
    this.#asking = Object.assign(
      (request: ZapRequest) => this.#ask(request),
      {
        withdraw: (requestId: Uint8Array) => {
          this.#questions.delete(toKey(requestId));
        },
      },
    );
  }

  /** How many questions wait for their answers. */
  get pending(): number {
    return this.#questions.size;
  }

  /** The handler socket as a function; `undefined` when none is bound. */
  authenticator(): PatientAuthenticator | undefined {
    return this.#context.services.inproc.has(HANDLER)
      ? this.#asking
      : undefined;
  }

  /** Lets go of the handler. */
  close(): void {
    void this.#dealer?.close({ linger: 0 });
    this.#dealer = undefined;
  }

  #ask(request: ZapRequest): Promise<ZapReply> {
    const dealer = this.#connected();
    const key = toKey(request.requestId);
    return new Promise((resolve, reject) => {
      this.#questions.set(key, { resolve, reject });
      if (dealer.trySend(encodeZapRequest(request))) return;
      this.#questions.delete(key);
      reject(new ZmqError("EAGAIN", "Cannot ask the ZAP handler: it is busy"));
    });
  }

  /** The asking socket; a new one when the handler was bound anew. */
  #connected(): Dealer {
    if (this.#dealer !== undefined && this.#dealer.peers.length > 0) {
      return this.#dealer;
    }
    this.close();
    return this.#dealer = this.#connect();
  }

  #connect(): Dealer {
    const dealer = new Dealer({ context: this.#context });
    dealer.connect(`inproc://${HANDLER}`);
    void this.#read(dealer);
    return dealer;
  }

  async #read(dealer: Dealer): Promise<void> {
    for await (const message of dealer) this.#answer(message);
    if (this.#dealer !== undefined) return;
    const error = new ZmqError("ETERM", "The ZAP handler is gone");
    for (const each of this.#questions.values()) each.reject(error);
    this.#questions.clear();
  }

  /** A reply to nobody's question is late, or forged: it is dropped. */
  #answer(message: Message): void {
    const requestId = message[2] ?? EMPTY;
    const key = toKey(requestId);
    const question = this.#questions.get(key);
    if (question === undefined) return;
    this.#questions.delete(key);
    try {
      question.resolve(parseZapReply(message, requestId));
    } catch (error) {
      question.reject(error);
    }
  }
}
