/**
 * Asks a ZAP handler socket on `inproc://zeromq.zap.01`. RFC 27.
 *
 * @module
 */

import { EMPTY, equal } from "../base/bytes.ts";
import { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import {
  type Authenticator,
  encodeZapRequest,
  parseZapReply,
  type ZapReply,
  type ZapRequest,
} from "../security/zap.ts";
import { Dealer } from "../socket/dealer.ts";
import type { ContextLike } from "../socket/services.ts";

const HANDLER = "zeromq.zap.01";

/** One question that waits for its answer. */
interface Question {
  readonly requestId: Uint8Array;
  readonly resolve: (reply: ZapReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The asking side of ZAP, for a whole context. */
export class ZapClient {
  readonly #context: ContextLike;
  #dealer: Dealer | undefined;
  #questions: Question[] = [];

  constructor(context: ContextLike) {
    this.#context = context;
  }

  /** The handler socket as a function; `undefined` when none is bound. */
  authenticator(): Authenticator | undefined {
    if (!this.#context.services.inproc.has(HANDLER)) return undefined;
    return (request) => this.#ask(request);
  }

  /** Lets go of the handler. */
  close(): void {
    void this.#dealer?.close({ linger: 0 });
    this.#dealer = undefined;
  }

  #ask(request: ZapRequest): Promise<ZapReply> {
    const dealer = this.#connected();
    return new Promise((resolve, reject) => {
      const question = { requestId: request.requestId, resolve, reject };
      this.#questions.push(question);
      if (dealer.trySend(encodeZapRequest(request))) return;
      this.#questions = this.#questions.filter((each) => each !== question);
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
    for (const each of this.#questions.splice(0)) each.reject(error);
  }

  /** A reply to nobody's question is late, or forged: it is dropped. */
  #answer(message: Message): void {
    const requestId = message[2] ?? EMPTY;
    const at = this.#questions.findIndex((each) =>
      equal(each.requestId, requestId)
    );
    if (at < 0) return;
    const [question] = this.#questions.splice(at, 1);
    try {
      question!.resolve(parseZapReply(message, requestId));
    } catch (error) {
      question!.reject(error);
    }
  }
}
