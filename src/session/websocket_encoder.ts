/**
 * Turns batches, which are framed as ZMTP has it, into WebSocket messages:
 * RFC 45 "Framing" and RFC 6455 §5. Queues and publishers need not know that
 * their peers are behind a WebSocket.
 *
 * It relies on how batches are made: a header and its body are in one part, or
 * the body is a part of its own, the next one.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { COPY_LIMIT } from "../routing/outbox.ts";
import {
  COMMAND,
  LONG,
  MAX_HEADER,
  MORE,
  readLength,
} from "../wire/framing.ts";
import { Masker, nextKey, turned, writeKey } from "../wire/masking.ts";
import {
  BINARY,
  encodeControl,
  MASKED,
  MAX_WEBSOCKET_HEADER,
  PING,
  PONG,
  writeWebSocketHeader,
} from "../wire/websocket_framing.ts";
import { Collector, lengthOf } from "./collector.ts";
import type { BatchEncoder } from "./writer.ts";

/** A header, and the flag. */
const MAX_HEAD = MAX_WEBSOCKET_HEADER + 1;
/** Pongs that wait; of more the last one counts. RFC 6455 §5.5.3. */
const MOST_PONGS = 64;

/** Frames batches anew. What is the caller's is never written to. */
export class WebSocketEncoder implements BatchEncoder {
  readonly #masks: boolean;
  readonly #out = new Collector();
  readonly #masker = new Masker();
  #inner: BatchEncoder | undefined;
  #ping = false;
  #pongs: Uint8Array[] = [];

  /** @param masks true to mask all that goes out: the client's side. */
  constructor(masks: boolean) {
    this.#masks = masks;
  }

  /** From now on batches go through another encoder first. */
  over(inner: BatchEncoder | undefined): this {
    this.#inner = inner;
    return this;
  }

  /** Asks for a sign of life before the next batch. */
  ping(): void {
    this.#ping = true;
  }

  /** Answers a Ping before the next batch. */
  pong(payload: Uint8Array): void {
    if (this.#pongs.length >= MOST_PONGS) this.#pongs = [];
    this.#pongs.push(encodeControl(PONG, payload, this.#masks));
  }

  first(): Uint8Array | undefined {
    if (!this.#ping && this.#pongs.length === 0) return undefined;
    const control = this.#pongs;
    if (this.#ping) control.push(encodeControl(PING, EMPTY, this.#masks));
    this.#ping = false;
    this.#pongs = [];
    return concat(control);
  }

  encode(batch: readonly Uint8Array[], room: number): readonly Uint8Array[] {
    const inner = this.#inner;
    const parts = inner === undefined ? batch : inner.encode(batch, room);
    const out = this.#out;
    const octets = lengthOf(parts);
    out.begin(octets + (octets >> 1) + MAX_HEAD);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      for (let at = 0; at < part.length;) {
        const flags = part[at]!;
        const isLong = (flags & LONG) !== 0;
        const length = isLong ? readLength(part, at + 1) : part[at + 1]!;
        at += isLong ? MAX_HEADER : 2;
        if (length > COPY_LIMIT) {
          const isApart = at === part.length;
          const body = isApart ? parts[++i]! : part.subarray(at, at + length);
          this.#reference(flags, body, inner !== undefined);
        } else this.#copy(flags, part, at, length);
        at += length;
      }
    }
    this.#masker.forget();
    return out.finish();
  }

  /** @param isOurs true when the body may be written to. */
  #reference(flags: number, body: Uint8Array, isOurs: boolean): void {
    const out = this.#out;
    const { length } = body;
    if (this.#masks && !isOurs) {
      // It has to be masked somewhere.
      this.#copy(flags, body, 0, length);
      return;
    }
    out.spare(length + (length >> 1));
    out.reserve(MAX_HEAD);
    const key = this.#head(flags, length);
    out.add(body);
    if (this.#masks) this.#masker.apply(body, 0, length, key);
  }

  #copy(flags: number, part: Uint8Array, from: number, length: number): void {
    const out = this.#out;
    out.reserve(MAX_HEAD + length);
    const key = this.#head(flags, length);
    this.#masker.copy(part, from, length, out.buffer, out.end, key);
    out.end += length;
  }

  /** Writes all that is before a body; returns the key as it goes on there. */
  #head(flags: number, length: number): number {
    const out = this.#out;
    const { buffer } = out;
    // RFC 45 "Framing": the values are no bits.
    const flag = (flags & MORE) !== 0 ? 1 : (flags & COMMAND) !== 0 ? 2 : 0;
    const maskBit = this.#masks ? MASKED : 0;
    let at = writeWebSocketHeader(buffer, out.end, BINARY, length + 1, maskBit);
    if (!this.#masks) {
      buffer[at] = flag;
      out.end = at + 1;
      return 0;
    }
    const key = nextKey();
    at = writeKey(buffer, at, key);
    buffer[at] = flag ^ key;
    out.end = at + 1;
    return turned(key, 1);
  }
}
