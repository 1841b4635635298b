/**
 * Cuts octets that are unmasked RFC 6455 frames into the messages that a
 * platform's WebSocket is given: it makes its own frames of them.
 *
 * The octets are the session's own: they are trusted to be well formed, and
 * each frame to be a whole message.
 *
 * @module
 */

import { concat, readU32 } from "../base/bytes.ts";

/** The longest header without a mask: RFC 6455 §5.2. */
const MAX_HEADER = 10;
const TWO_32 = 2 ** 32;

/** Told of each frame; the payload is a view of what was written. */
export type FrameTaker = (opcode: number, payload: Uint8Array) => void;

/** Cuts octets into frames. */
export class FrameCutter {
  readonly #take: FrameTaker;
  readonly #header = new Uint8Array(MAX_HEADER);
  #known = 0;
  #left = -1;
  #pieces: Uint8Array[] = [];

  /** @param take told of each frame. */
  constructor(take: FrameTaker) {
    this.#take = take;
  }

  /** True when no frame is half done: nothing of what was written is kept. */
  get whole(): boolean {
    return this.#known === 0;
  }

  /** Takes octets. */
  push(part: Uint8Array): void {
    let at = 0;
    while (at < part.length) {
      if (this.#left < 0) {
        this.#header[this.#known++] = part[at++]!;
        this.#readLength();
      } else {
        const end = Math.min(part.length, at + this.#left);
        this.#pieces.push(part.subarray(at, end));
        this.#left -= end - at;
        at = end;
      }
      if (this.#left === 0) this.#give();
    }
  }

  /** Reads the length once all of the header is there: RFC 6455 §5.2. */
  #readLength(): void {
    const header = this.#header;
    const known = this.#known;
    if (known < 2) return;
    const short = header[1]!;
    if (short < 126) this.#left = short;
    else if (short === 126) {
      if (known === 4) this.#left = (header[2]! << 8) | header[3]!;
    } else if (known === MAX_HEADER) {
      this.#left = readU32(header, 2) * TWO_32 + readU32(header, 6);
    }
  }

  #give(): void {
    const pieces = this.#pieces;
    const payload = pieces.length === 1 ? pieces[0]! : concat(pieces);
    this.#known = 0;
    this.#left = -1;
    this.#pieces = [];
    this.#take(this.#header[0]! & 0x0f, payload);
  }
}

/** The header of a final, unmasked frame: RFC 6455 §5.2. */
export function frameHeader(opcode: number, length: number): Uint8Array {
  const first = 0x80 | opcode;
  if (length < 126) return Uint8Array.of(first, length);
  if (length < 0x10000) {
    return Uint8Array.of(first, 126, length >>> 8, length);
  }
  const header = new Uint8Array(MAX_HEADER);
  header[0] = first;
  header[1] = 127;
  const view = new DataView(header.buffer);
  view.setUint32(2, Math.floor(length / TWO_32));
  view.setUint32(6, length >>> 0);
  return header;
}
