/**
 * The server's side of the opening handshake over byte streams: many at once,
 * in bounded number and time, and what goes wrong costs its own connection.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { ZmqError } from "../../src/base/errors.ts";
import type { ByteStream, Subprotocol } from "../../src/transport/transport.ts";
import { subprotocolOf } from "../../src/wire/websocket_names.ts";
import {
  headError,
  HeadReader,
  requestLine,
} from "../../src/wire/http_head.ts";
import {
  acceptKey,
  encodeGrant,
  encodeRefusal,
  type Grant,
  judgeOpening,
  type OpeningPolicy,
  type Refusal,
  refusalError,
  requestOf,
} from "../../src/wire/websocket_opening.ts";
import { HeadStream, WebSocketByteStream } from "./head_stream.ts";

/** How long a refused peer may take to read why, in ms. */
const GOODBYE_TIME = 1000;

/** Who takes the WebSockets of one path, and what it allows. */
export interface Place extends OpeningPolicy {
  /** What is spoken there. */
  readonly subprotocols: readonly Subprotocol[];
  /** Milliseconds that an opening may take; 0 is no limit. */
  readonly time: number;
  /** How many openings may be under way; -1 is no limit. */
  readonly most: number;
  /** Whether a peer's address may connect at all. */
  admits(address: string): boolean;
  /** Takes an opened WebSocket. */
  accept(stream: ByteStream): void;
  /** Told of one that was not opened. */
  failed(error: ZmqError): void;
}

/** The openings of one listener. */
export class Openings {
  readonly #path: string;
  readonly #place: Place;
  readonly #clock: Clock;
  // In the order they came: the first is the oldest.
  readonly #pending = new Set<HeadStream>();
  // Those that were refused and may read why.
  readonly #leaving = new Set<HeadStream>();
  #held = true;
  #closed = false;

  /** Takes the path that requests have to name, and who is there. */
  constructor(path: string, place: Place, clock: Clock) {
    this.#path = path;
    this.#place = place;
    this.#clock = clock;
  }

  /** Opens a WebSocket over a stream that was not started. */
  take(stream: ByteStream): void {
    const now = this.#clock.now();
    const head = new HeadStream(stream, now);
    const isWanted = !this.#closed && this.#place.admits(head.remoteAddress);
    if (!isWanted) return head.close();
    this.#makeRoom();
    this.#pending.add(head);
    if (!this.#held) head.hold(false);
    const { time } = this.#place;
    const late = (): void => this.#drop(head, `it took more than ${time} ms`);
    const rest = Math.max(0, head.since + time - now);
    const timer = time > 0 ? this.#clock.setTimer(late, rest) : undefined;
    timer?.hold(false);
    this.#open(head).catch((cause: unknown) => this.#fail(head, cause))
      .finally(() => timer?.cancel());
  }

  /** Says whether what is under way keeps the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    for (const head of [...this.#pending, ...this.#leaving]) {
      head.hold(keepsProcess);
    }
  }

  /** Drops what is under way. */
  close(): void {
    this.#closed = true;
    const all = [...this.#pending, ...this.#leaving];
    this.#pending.clear();
    this.#leaving.clear();
    for (const head of all) head.close();
  }

  async #open(head: HeadStream): Promise<void> {
    const verdict = await this.#judge(head);
    if ("status" in verdict) return this.#refuse(head, verdict);
    const accept = await acceptKey(verdict.key);
    // Dropped meanwhile, or the listener was closed.
    if (!this.#pending.delete(head)) return;
    head.write([encodeGrant(accept, verdict.subprotocol)]);
    this.#place.accept(webSocketOver(head, verdict));
  }

  async #judge(head: HeadStream): Promise<Grant<Place> | Refusal> {
    const reader = new HeadReader(requestLine);
    try {
      const request = requestOf(await head.head(reader));
      return judgeOpening(
        request,
        (path) => path === this.#path ? this.#place : undefined,
      );
    } catch (cause) {
      // Who speaks no HTTP would not understand the answer.
      if (!reader.isStarted || head.gone) throw cause;
      return { status: 400, why: "Expected a well-formed request" };
    }
  }

  /** Says why not, and gives the peer the time to read it. */
  #refuse(head: HeadStream, refusal: Refusal): void {
    if (!this.#pending.delete(head)) return;
    this.#tell(head, refusalError(refusal));
    head.write([encodeRefusal(refusal)]);
    head.end();
    head.discard();
    this.#leaving.add(head);
    const part = (): void => {
      timer.cancel();
      this.#leaving.delete(head);
      head.close();
    };
    const timer = this.#clock.setTimer(part, GOODBYE_TIME);
    timer.hold(false);
    head.ended().then(part);
  }

  #fail(head: HeadStream, cause: unknown): void {
    head.close();
    if (this.#pending.delete(head)) this.#tell(head, cause);
  }

  #drop(head: HeadStream, why: string): void {
    if (!this.#pending.delete(head)) return;
    head.close();
    const what = `Cannot open the WebSocket of a peer: ${why}`;
    this.#tell(head, new ZmqError("ETIMEDOUT", what));
  }

  /** One opening too many ends the oldest. */
  #makeRoom(): void {
    const { most } = this.#place;
    const count = this.#pending.size;
    if (most < 0 || count + this.#leaving.size < Math.max(most, 1)) return;
    const [leaving] = this.#leaving;
    if (leaving !== undefined) {
      this.#leaving.delete(leaving);
      leaving.close();
      return;
    }
    const [oldest] = this.#pending;
    this.#drop(oldest!, `${count} others wait, the limit is ${most}`);
  }

  #tell({ remoteAddress }: HeadStream, cause: unknown): void {
    const { code, message, reason } = cause instanceof ZmqError
      ? cause
      : headError("it cannot be read");
    this.#place.failed(
      new ZmqError(code, `${message} (${remoteAddress})`, {
        cause,
        address: remoteAddress,
        ...(reason && { reason }),
      }),
    );
  }
}

/** The WebSocket that a request was granted. */
export function webSocketOver(
  head: HeadStream,
  { subprotocol, query }: Grant<OpeningPolicy>,
): ByteStream {
  const peerType = query.get("type");
  return new WebSocketByteStream(head, {
    subprotocol: subprotocolOf(subprotocol) as Subprotocol,
    role: "server",
    masked: true,
    canPing: true,
    ...(peerType !== null && { peerType }),
  });
}
