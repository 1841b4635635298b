// Messages to send through sockets and to compare octet by octet.
import assert from "node:assert/strict";

const encoder = new TextEncoder();

/** The octets of a text. */
export function octets(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of octets. */
export function text(frame: Uint8Array | undefined): string {
  return new TextDecoder().decode(frame);
}

/** The texts of the frames of a message. */
export function texts(message: readonly Uint8Array[]): string[] {
  return message.map(text);
}

/** So many octets that look like noise; the seed decides which. */
export function noise(size: number, seed: number): Uint8Array {
  const frame = new Uint8Array(size);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    frame[i] = state >>> 24;
  }
  return frame;
}

/** One MiB. */
export const MEBIOCTET = 1024 * 1024;

const large = noise(MEBIOCTET, 5);

/**
 * Messages of every size that the framing treats in its own way: empty, one
 * octet, around the short frame's limit, large, and of many parts.
 *
 * @param first a frame to begin each message with
 */
export function corpus(first?: Uint8Array): Uint8Array[][] {
  const messages = [
    [octets("")],
    [octets("hello")],
    [noise(1, 1), octets(""), noise(2, 2)],
    [noise(255, 3)],
    [noise(256, 4)],
    [large],
    Array.from({ length: 100 }, (_, i) => noise(i * 3, i)),
    [octets("last")],
  ];
  return first === undefined
    ? messages
    : messages.map((message) => [first, ...message]);
}

/** Compares messages octet by octet, and says where the first differs. */
export function sameMessages(
  found: readonly (readonly Uint8Array[])[],
  expected: readonly (readonly Uint8Array[])[],
): void {
  assert.equal(found.length, expected.length, "messages");
  for (const [i, message] of expected.entries()) {
    assert.equal(found[i]?.length, message.length, `frames of message ${i}`);
    for (const [j, frame] of message.entries()) {
      sameFrame(found[i]![j]!, frame, `message ${i}, frame ${j}`);
    }
  }
}

function sameFrame(
  found: Uint8Array,
  expected: Uint8Array,
  where: string,
): void {
  assert.equal(found.length, expected.length, `octets of ${where}`);
  for (let i = 0; i < expected.length; i++) {
    if (found[i] !== expected[i]) {
      assert.fail(
        `${where} differs at octet ${i}: ${found[i]}, expected ${expected[i]}`,
      );
    }
  }
}
