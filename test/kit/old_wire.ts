// ZMTP 1.0, 2.0 and 3.0 as peers of their time spoke them. Written apart from
// the engine: nothing of its framing or greeting is used here.
import assert from "node:assert/strict";
import type { ByteSink, ByteStream } from "../../src/transport/transport.ts";
import { directOf } from "./byte_end.ts";
import { octets, text } from "./messages.ts";

/**
 * What a peer speaks. `"1.0"` has no version on the wire; `"1.0 signed"` is
 * its framing behind the greeting of 2.0, as libzmq understands it.
 */
export type OldVersion = "1.0" | "1.0 signed" | "2.0" | "3.0";

/** All of them. */
export const oldVersions: readonly OldVersion[] = [
  "1.0",
  "1.0 signed",
  "2.0",
  "3.0",
];

const CODES = ["PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL"]
  .concat("PUSH");

/** One frame as it came. */
export interface OldFrame {
  readonly flags: number;
  readonly body: Uint8Array;
}

/** What the other side said of itself. */
export interface Introduction {
  readonly type: string;
  readonly identity: string;
}

/** Octets that come in chunks, taken in the pieces that are wanted. */
export class Octets implements ByteSink {
  /** True once the other side is gone. */
  gone = false;
  readonly #write: (parts: readonly Uint8Array[]) => boolean;
  readonly #close: () => void;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #wake: () => void = () => {};

  constructor(stream: ByteStream) {
    const direct = directOf(stream, "direct");
    this.#write = (parts) => direct.write(parts);
    this.#close = () => stream.close();
    direct.start(this);
  }

  /** Says octets. */
  say(...parts: (readonly number[] | Uint8Array)[]): void {
    this.#write(parts.map((part) => Uint8Array.from(part)));
  }

  /** The next octets, so many. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#length < count) {
      if (this.gone) throw new Error("The other side is gone");
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const whole = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const chunk = this.#chunks[0]!;
      const piece = chunk.subarray(0, count - at);
      whole.set(piece, at);
      at += piece.length;
      if (piece.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(piece.length);
    }
    this.#length -= count;
    return whole;
  }

  /** Drops the connection. */
  close(): void {
    this.#close();
  }

  data(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
    this.#length += chunk.length;
    this.#wake();
  }

  drain(): void {}

  end(): void {
    this.gone = true;
    this.#wake();
  }

  closed(): void {
    this.end();
  }
}

/** Writes and reads the frames of a version. */
export class OldWire {
  readonly version: OldVersion;
  readonly octets: Octets;
  readonly #isFirst: boolean;

  constructor(stream: ByteStream, version: OldVersion) {
    this.version = version;
    this.octets = new Octets(stream);
    this.#isFirst = version.startsWith("1");
  }

  /** Writes a frame. */
  say(flags: number, body: Uint8Array): void {
    this.octets.say(frameOf(this.version, flags, body));
  }

  /** Writes a message. */
  sayMessage(frames: readonly Uint8Array[]): void {
    const last = frames.length - 1;
    frames.forEach((frame, i) => this.say(i < last ? 1 : 0, frame));
  }

  /** The next frame. */
  async frame(): Promise<OldFrame> {
    const { octets } = this;
    if (this.#isFirst) {
      const [first] = await octets.take(1);
      const length = first === 255 ? number(await octets.take(8)) : first!;
      const [flags] = await octets.take(1);
      return { flags: flags!, body: await octets.take(length - 1) };
    }
    const [flags] = await octets.take(1);
    const size = number(await octets.take((flags! & 2) === 0 ? 1 : 8));
    return { flags: flags!, body: await octets.take(size) };
  }

  /** The next message; the commands of 3.0 are passed over. */
  async message(): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    for (;;) {
      const { flags, body } = await this.frame();
      if ((flags & 4) !== 0) continue;
      frames.push(body);
      if ((flags & 1) === 0) return frames;
    }
  }

  /**
   * Greets, saying no more than the other side may wait for, and never
   * before it is due.
   */
  async greet(type: string, identity: Uint8Array): Promise<Introduction> {
    const { octets, version } = this;
    if (version === "1.0") {
      this.say(0, identity);
      return { type: "", identity: text(await this.#signature()) };
    }
    octets.say([255, 0, 0, 0, 0, 0, 0, 0, identity.length + 1, 127]);
    await this.#signature(false);
    octets.say([version === "3.0" ? 3 : version === "2.0" ? 1 : 0]);
    assert.deepEqual([...await octets.take(1)], [3], "our major version");
    if (version === "3.0") return await this.#ready(type, identity);
    octets.say([CODES.indexOf(type.replace(/^X/, ""))]);
    const [code] = await octets.take(1);
    this.say(0, identity);
    const { flags, body } = await this.frame();
    assert.equal(flags, 0, "flags of the identity");
    return { type: CODES[code!]!, identity: text(body) };
  }

  /** Their signature; to a 1.0 peer it begins the identity frame. */
  async #signature(hasBody = true): Promise<Uint8Array> {
    const signature = await this.octets.take(10);
    assert.equal(signature[0], 255);
    assert.equal(signature[9], 127);
    const length = number(signature.subarray(1, 9));
    return await this.octets.take(hasBody ? length - 1 : 0);
  }

  async #ready(type: string, identity: Uint8Array): Promise<Introduction> {
    this.octets.say([0, ...octets("NULL"), ...new Uint8Array(48)]);
    await this.octets.take(53);
    const named = ["REQ", "DEALER", "ROUTER"].includes(type);
    const properties = property("Socket-Type", octets(type));
    if (named) properties.push(...property("Identity", identity));
    this.say(4, Uint8Array.of(5, ...octets("READY"), ...properties));
    const { flags, body } = await this.frame();
    assert.equal(flags, 4, "flags of READY");
    const told = text(body);
    const [, theirs = ""] = /Socket-Type\0\0\0.([A-Z]+)/s.exec(told) ?? [];
    const [, name = ""] = /Identity\0\0\0.(.*)$/s.exec(told) ?? [];
    return { type: theirs, identity: name };
  }
}

/** A frame of a version. */
export function frameOf(
  version: OldVersion,
  flags: number,
  body: Uint8Array,
): Uint8Array {
  const { length } = body;
  if (version.startsWith("1")) {
    return length < 254
      ? Uint8Array.of(length + 1, flags, ...body)
      : joined([255, ...eight(length + 1), flags], body);
  }
  return length < 256
    ? Uint8Array.of(flags, length, ...body)
    : joined([flags | 2, ...eight(length)], body);
}

function joined(head: readonly number[], body: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

function property(name: string, value: Uint8Array): number[] {
  return [name.length, ...octets(name), 0, 0, 0, value.length, ...value];
}

function number(digits: Uint8Array): number {
  return digits.reduce((sum, digit) => sum * 256 + digit, 0);
}

function eight(value: number): Uint8Array {
  const digits = new Uint8Array(8);
  new DataView(digits.buffer).setBigUint64(0, BigInt(value));
  return digits;
}
