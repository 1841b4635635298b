/**
 * ZeroMQ frames in WebSocket messages, reading side: RFC 6455 §5 and §7, and
 * RFC 45 "Framing": one message is one frame, a flag and a body.
 *
 * A pure function of the octet stream, as `FrameDecoder` is. What it gives has
 * the flags of ZMTP. Chunks are unmasked where they are.
 *
 * @module
 */

import { concat, EMPTY } from "../base/bytes.ts";
import { checkWaiting } from "../base/detached.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import type { Decoder, FrameLimits, FrameSink } from "./frame_decoder.ts";
import { COMMAND, MORE, readLength } from "./framing.ts";
import { Masker, readKey, turned } from "./masking.ts";
import { type MemorySource, PartialBody } from "./partial_body.ts";
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  CONTROL,
  EXTENSION_BITS,
  FINAL,
  isCloseCode,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  MAX_CONTROL,
  MAX_WEBSOCKET_HEADER,
  PING,
  PONG,
  TEXT,
  webSocketReasons,
} from "./websocket_framing.ts";

/** What the decoder hands over. */
export interface WebSocketSink extends FrameSink {
  /** A Ping, to be answered with its payload: a view. */
  pinged(payload: Uint8Array): void;
  /**
   * A Close, the last that is decoded.
   *
   * @param code none when the peer gave none.
   */
  goodbye(code: number | undefined, reason: string): void;
}

/** What the decoder is to expect. */
export interface WebSocketExpectation {
  /** True when frames have to be masked; they must not be otherwise. */
  readonly masked: boolean;
  /** True when the flag of commands is known: ZWS 2.0. */
  readonly commands: boolean;
}

/** RFC 45 "Framing": what the first octet of a message says, as ZMTP has it. */
const FLAGS: readonly number[] = [0, MORE, COMMAND];
const FIRST_BINARY = FINAL | BINARY;
/** The fragments of a message that may be empty. */
const MOST_EMPTIES = 1024;
/** A header, and a control frame's payload or the flag of a message. */
const MAX_HEAD = MAX_WEBSOCKET_HEADER + MAX_CONTROL;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes a stream of chunks into frames. */
export class WebSocketDecoder implements Decoder {
  readonly #sink: WebSocketSink;
  readonly #limits: FrameLimits;
  readonly #maskBit: number;
  readonly #flagCount: number;
  readonly #masker = new Masker();
  readonly #body: PartialBody;
  #chunk: Uint8Array = EMPTY;
  // Octets of the chunk: see `FrameDecoder`.
  #size = 0;
  #at = 0;
  #stopped = false;
  #over = false;
  // A head that is not whole yet.
  #head: Uint8Array = EMPTY;
  #headLength = 0;
  // The frame under way: its first octet, how much payload follows its head,
  // and the key as it goes on there.
  #first = 0;
  #length = 0;
  #key = 0;
  #inBody = false;
  // The message under way: flags as ZMTP has them, -1 until they are known.
  #inMessage = false;
  #empties = 0;
  #flags = -1;

  /** Makes a decoder; the parameters are those of `FrameDecoder`. */
  constructor(
    sink: WebSocketSink,
    limits: FrameLimits,
    expected: WebSocketExpectation,
    memory: MemorySource = {},
  ) {
    this.#sink = sink;
    this.#limits = limits;
    this.#maskBit = expected.masked ? MASKED : 0;
    this.#flagCount = expected.commands ? FLAGS.length : FLAGS.length - 1;
    this.#body = new PartialBody(memory);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get room(): Uint8Array | undefined {
    return this.#stopped ? undefined : this.#body.room;
  }

  filled(length: number): void {
    const octets = this.#body.filled(length);
    if (this.#maskBit !== 0) {
      this.#masker.apply(octets, 0, length, this.#key);
      this.#masker.forget();
      this.#key = turned(this.#key, length);
    }
    if (this.#body.missing === 0) this.#endFrame();
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#stopped) {
      checkWaiting(this.#chunk.length, this.#size);
      const rest = this.#chunk.subarray(this.#at);
      this.#chunk = rest.length === 0 ? chunk : concat([rest, chunk]);
      this.#size = this.#chunk.length;
      this.#at = 0;
      return;
    }
    this.#chunk = chunk;
    this.#size = chunk.length;
    this.#at = 0;
    this.#decode();
  }

  resume(): void {
    if (!this.#stopped) return;
    checkWaiting(this.#chunk.length, this.#size);
    this.#stopped = false;
    this.#decode();
  }

  #decode(): void {
    if (this.#headLength > 0) this.#completeHead();
    const chunk = this.#chunk;
    while (this.#at < chunk.length && !this.#stopped && !this.#over) {
      if (this.#inBody) this.#takePayload();
      else {
        const at = this.#readHead(chunk, this.#at, chunk.length);
        if (at < 0) {
          this.#keepHead();
          break;
        }
        this.#at = at;
        this.#begin();
      }
    }
    if (this.#stopped) return;
    this.#chunk = EMPTY;
    this.#size = this.#at = 0;
    this.#masker.forget();
  }

  /**
   * Reads a head: the header, and the flag of a message or all of a control
   * frame. Returns where it ends, or -1 while it is not whole.
   */
  #readHead(octets: Uint8Array, from: number, end: number): number {
    if (end - from < 2) {
      // What is wrong is refused on sight.
      if (end > from) this.#checkFirst(octets[from]!);
      return -1;
    }
    const first = octets[from]!;
    const second = octets[from + 1]!;
    if (first !== FIRST_BINARY || this.#inMessage) this.#checkFirst(first);
    const isControl = (first & CONTROL) !== 0;
    let at = from + 2;
    let length = second & ~MASKED;
    if ((second & MASKED) !== this.#maskBit || isControl) {
      this.#checkSecond(first, second);
    }
    if (length === LENGTH_16) {
      at += 2;
      if (at > end) return -1;
      length = (octets[at - 2]! << 8) | octets[at - 1]!;
    } else if (length === LENGTH_64) {
      at += 8;
      if (at > end) return -1;
      length = readLength(octets, at - 8);
    }
    let key = 0;
    if (this.#maskBit !== 0) {
      at += 4;
      if (at > end) return -1;
      key = readKey(octets, at - 4);
    }
    if (isControl) {
      if (end - at < length) return -1;
    } else if (this.#flags < 0) {
      if (length > 0) {
        if (at === end) return -1;
        this.#flags = this.#readFlags((octets[at++]! ^ key) & 0xff);
        key = turned(key, 1);
        length--;
      } else if (first >= FINAL) throw refusal("an empty message");
    }
    this.#first = first;
    this.#length = length;
    this.#key = key;
    return at;
  }

  /** Begins the frame whose head was read. */
  #begin(): void {
    const chunk = this.#chunk;
    const at = this.#at;
    const length = this.#length;
    const isFinal = this.#first >= FINAL;
    if ((this.#first & CONTROL) !== 0) {
      this.#at = at + length;
      this.#control(this.#unmasked(chunk, at, length));
      return;
    }
    this.#checkLength(this.#body.length + length);
    if (isFinal && !this.#inMessage && chunk.length - at >= length) {
      this.#at = at + length;
      this.#emit(this.#unmasked(chunk, at, length));
      return;
    }
    this.#inMessage = this.#inBody = true;
    this.#body.expect(length, !isFinal);
    if (length > 0) return;
    // They bring nothing that could come to a limit.
    if (!isFinal && ++this.#empties > MOST_EMPTIES) {
      throw refusal(`more than ${MOST_EMPTIES} empty fragments in a message`);
    }
    this.#endFrame();
  }

  /** The octets of the chunk, unmasked where they are. */
  #unmasked(chunk: Uint8Array, at: number, length: number): Uint8Array {
    if (this.#maskBit !== 0) {
      this.#masker.apply(chunk, at, at + length, this.#key);
    }
    return new Uint8Array(chunk.buffer, chunk.byteOffset + at, length);
  }

  /** Takes what the chunk has of the payload under way. */
  #takePayload(): void {
    const body = this.#body;
    const length = Math.min(body.missing, this.#chunk.length - this.#at);
    body.add(this.#unmasked(this.#chunk, this.#at, length));
    this.#key = turned(this.#key, length);
    this.#at += length;
    if (body.missing === 0) this.#endFrame();
  }

  #endFrame(): void {
    this.#inBody = false;
    if (this.#first < FINAL) return;
    this.#inMessage = false;
    this.#empties = 0;
    this.#emit(this.#body.take());
  }

  #emit(body: Uint8Array): void {
    const flags = this.#flags;
    this.#flags = -1;
    if (!this.#sink.frame(flags, body)) this.#stopped = true;
  }

  #keepHead(): void {
    if (this.#head.length === 0) this.#head = new Uint8Array(MAX_HEAD);
    const rest = this.#chunk.subarray(this.#at);
    this.#head.set(rest);
    this.#headLength = rest.length;
    this.#at = this.#chunk.length;
  }

  /** Adds to a head what it lacks, octet by octet: few are. */
  #completeHead(): void {
    const head = this.#head;
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      head[this.#headLength++] = chunk[this.#at++]!;
      const end = this.#readHead(head, 0, this.#headLength);
      if (end < 0) continue;
      const payload = head.slice(end, this.#headLength);
      this.#headLength = 0;
      this.#head = EMPTY;
      if ((this.#first & CONTROL) !== 0) {
        this.#control(this.#unmasked(payload, 0, payload.length));
      } else this.#begin();
      return;
    }
  }

  #control(payload: Uint8Array): void {
    switch (this.#first & ~FINAL) {
      case PING:
        this.#sink.pinged(payload);
        return;
      case CLOSE:
        this.#close(payload);
        return;
    }
    // RFC 6455 §5.5.3: a Pong that nobody asked for is no error.
  }

  #close(payload: Uint8Array): void {
    this.#over = true;
    if (payload.length === 0) {
      this.#sink.goodbye(undefined, "");
      return;
    }
    const code = (payload[0]! << 8) | payload[1]!;
    if (payload.length < 2 || !isCloseCode(code)) {
      throw refusal(
        payload.length < 2
          ? "a Close with half of a code"
          : `a Close with the code ${code}`,
      );
    }
    let reason: string;
    try {
      reason = utf8.decode(payload.subarray(2));
    } catch {
      throw refusal("a reason that is no UTF-8", webSocketReasons.notUtf8);
    }
    this.#sink.goodbye(code, reason);
  }

  #readFlags(flag: number): number {
    const flags = flag < this.#flagCount ? FLAGS[flag] : undefined;
    if (flags !== undefined) return flags;
    throw refusal(`a message with the flag ${flag}`);
  }

  #checkFirst(first: number): void {
    if ((first & EXTENSION_BITS) !== 0) {
      throw refusal(
        `a frame with 0x${first.toString(16)} first: ` +
          "no extension was agreed upon",
      );
    }
    const opcode = first & ~FINAL;
    switch (opcode) {
      case CONTINUATION:
        if (this.#inMessage) return;
        throw refusal("a frame that goes on with no message");
      case BINARY:
        if (!this.#inMessage) return;
        throw refusal("a message before the one under way has ended");
      case TEXT:
        throw refusal("text", webSocketReasons.text);
      case CLOSE:
      case PING:
      case PONG:
        if (first >= FINAL) return;
        throw refusal("a control frame in fragments");
    }
    throw refusal(`a frame with the opcode ${opcode}`);
  }

  #checkSecond(first: number, second: number): void {
    if ((second & MASKED) !== this.#maskBit) {
      throw refusal(
        this.#maskBit === 0 ? "a masked frame" : "a frame that is not masked",
      );
    }
    if ((first & CONTROL) !== 0 && (second & ~MASKED) > MAX_CONTROL) {
      throw refusal(`a control frame beyond ${MAX_CONTROL} octets`);
    }
  }

  #checkLength(length: number): void {
    const isCommand = this.#flags === COMMAND;
    // While the flag is unknown there is no payload.
    const limit = isCommand ? this.#limits.command : this.#limits.message;
    if (limit < 0 || length <= limit) return;
    throw new ZmqError(
      "EMSGSIZE",
      `Cannot accept a ${isCommand ? "command" : "frame"} of ${length} ` +
        `octets: the limit is ${limit}`,
    );
  }
}

function refusal(
  what: string,
  reason: string = webSocketReasons.unspecified,
): ZmqError {
  return protocolError(reason, `Cannot accept ${what} from a WebSocket`);
}
