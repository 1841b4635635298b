/**
 * Frames of RFC 6455 as its §5.2 draws them. Written apart from the engine:
 * nothing of its framing or masking is used here.
 *
 * @module
 */

import { concat } from "../../src/base/bytes.ts";

/** One frame. */
export interface WireFrame {
  readonly fin: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  /** Unmasked. */
  readonly payload: Uint8Array;
}

/** What is other than a final, unmasked frame. */
export interface FrameChanges {
  readonly fin?: boolean;
  readonly rsv?: number;
  /** Masks with these four octets. */
  readonly key?: readonly number[];
  /** Octets of the length after the second one; the fewest by default. */
  readonly lengthOctets?: 0 | 2 | 8;
}

/** The key of the masked examples in RFC 6455 §5.7. */
export const KEY = [0x37, 0xfa, 0x21, 0x3d] as const;

/** One frame in octets. */
export function wireFrame(
  opcode: number,
  payload: Uint8Array | string = "",
  changes: FrameChanges = {},
): Uint8Array {
  const { fin = true, rsv = 0, key } = changes;
  const octets = typeof payload === "string" ? text(payload) : payload;
  const { length } = octets;
  const most = length < 126 ? 0 : length < 65536 ? 2 : 8;
  const { lengthOctets = most } = changes;
  const short = lengthOctets === 0 ? length : lengthOctets === 2 ? 126 : 127;
  const head = [
    (fin ? 0x80 : 0) | (rsv << 4) | opcode,
    (key === undefined ? 0 : 0x80) | short,
  ];
  for (let i = lengthOctets - 1; i >= 0; i--) {
    head.push(Math.floor(length / 2 ** (8 * i)) % 256);
  }
  return concat([
    Uint8Array.from([...head, ...key ?? []]),
    key === undefined ? octets : masked(octets, key),
  ]);
}

/** A ZeroMQ frame as a binary message: RFC 45 "Framing". */
export function zwsFrame(
  flag: number,
  body: Uint8Array | string = "",
  changes: FrameChanges = {},
): Uint8Array {
  const octets = typeof body === "string" ? text(body) : body;
  return wireFrame(2, concat([Uint8Array.of(flag), octets]), changes);
}

/** The whole frames in octets. Throws for one that is not whole. */
export function readWireFrames(octets: Uint8Array): WireFrame[] {
  const view = new DataView(
    octets.buffer,
    octets.byteOffset,
    octets.byteLength,
  );
  const frames: WireFrame[] = [];
  for (let at = 0; at < octets.length;) {
    const first = view.getUint8(at);
    const second = view.getUint8(at + 1);
    at += 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
    }
    const isMasked = second > 0x7f;
    const key = isMasked
      ? octets.slice(at, at += 4)
      : Uint8Array.of(0, 0, 0, 0);
    const payload = octets.slice(at, at += length);
    if (payload.length < length) throw new RangeError("The frame is cut");
    frames.push({
      fin: first > 0x7f,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      masked: isMasked,
      payload: isMasked ? masked(payload, key) : payload,
    });
  }
  return frames;
}

/** RFC 6455 §5.3: "octet i of the transformed data". */
function masked(octets: Uint8Array, key: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(octets.length);
  for (let i = 0; i < out.length; i++) out[i] = octets[i]! ^ key[i % 4]!;
  return out;
}

/** One octet a character. */
export function text(characters: string): Uint8Array {
  return Uint8Array.from(characters, (one) => one.charCodeAt(0));
}
