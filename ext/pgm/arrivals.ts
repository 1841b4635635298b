/**
 * What arrives at a socket of OpenPGM, and who of the sources has lost some.
 * The library tells of losses once for all sources that have just had one, and
 * often later than it gives what came behind the loss. So it is the sequence
 * numbers of the packets that count (RFC 3208 §8.2): the library keeps them
 * beside each packet. What it tells is for losses that nothing follows, yet.
 *
 * @module
 */

import type { Clock, MulticastSink } from "../../mod.ts";
import { PEER_EXPIRY } from "./constants.ts";
import type { OpenPgm } from "./library.ts";

/** Octets that what arrives is copied into, one after the other. */
const CHUNK = 128 * 1024;
/** `PGM_MAX_FRAGMENTS`: the packets of one unit. */
const MOST_PACKETS = 16;
/**
 * How many sources are heard. The library has some 150 kB for each of them, be
 * it but one forged packet, until it has been silent for long.
 */
const MOST_SOURCES = 1024;

// Where the fields of `struct pgm_sk_buff_t` are, and how much of it is read.
const SOURCE_AT = 40;
const SEQUENCE_AT = 48;
const LENGTH_AT = 104;
const OCTETS_AT = 152;
const PACKET_SIZE = 160;

/** One that sends to the group. */
interface Source {
  readonly name: string;
  /** When it sent something last, in ms. */
  heard: number;
  /** Its next packet's number; none when what comes next begins anew. */
  next: number | undefined;
}

/** Takes what the library gives, and hands it to the sink. */
export class Arrivals {
  /** `struct pgm_msgv_t`, for the library: how many packets, and where. */
  readonly unit: BigUint64Array = new BigUint64Array(1 + MOST_PACKETS);
  /** A `size_t`, for the library: the octets of all the packets. */
  readonly length: BigUint64Array = new BigUint64Array(1);
  readonly #library: OpenPgm;
  readonly #scheme: string;
  readonly #sink: MulticastSink;
  readonly #clock: Pick<Clock, "now">;
  readonly #count = new Uint32Array(this.unit.buffer, 0, 1);
  readonly #packet = new Uint8Array(PACKET_SIZE);
  readonly #fields = new DataView(this.#packet.buffer);
  readonly #sources = new Map<bigint, Source>();
  // Since the library last had nothing more: who was seen to have lost
  // something, and who was said to have, and why.
  readonly #seen = new Set<Source>();
  readonly #said = new Map<Source, string>();
  #chunk: Uint8Array = new Uint8Array(0);
  #address = 0n;
  #at = 0;

  constructor(
    library: OpenPgm,
    scheme: string,
    sink: MulticastSink,
    clock: Pick<Clock, "now">,
  ) {
    this.#clock = clock;
    this.#library = library;
    this.#scheme = scheme;
    this.#sink = sink;
  }

  /**
   * True when the library has too many sources, of which it forgets none: the
   * socket is to be opened anew.
   */
  get isFull(): boolean {
    return this.#sources.size > MOST_SOURCES;
  }

  /** Hands the unit on that the library has given; false: no more for now. */
  take(): boolean {
    const packets = this.#count[0]!;
    const begin = this.#room(Number(this.length[0]));
    this.#read(0);
    const source = this.#sourceOf(this.#fields.getBigUint64(SOURCE_AT));
    const first = this.#fields.getUint32(SEQUENCE_AT, true);
    this.#copyOctets();
    for (let i = 1; i < packets; i++) {
      this.#read(i);
      this.#copyOctets();
    }
    this.#expect(source, first, packets);
    return this.#sink.received(
      source.name,
      this.#chunk.subarray(begin, this.#at),
    );
  }

  /** The library says that a source has lost something. */
  reset(why: string): void {
    const [, address] = / from ([0-9.]*[0-9])/.exec(why) ?? [];
    const name = `${this.#scheme}://${address}`;
    for (const source of this.#sources.values()) {
      if (source.name !== name) continue;
      // It says so for each packet, and of what was seen already.
      if (this.#seen.has(source)) return;
      this.#said.set(source, why);
    }
  }

  /** There is nothing more for now: what was lost is the last there was. */
  settle(): void {
    for (const [source, why] of this.#said) this.#lost(source, why);
    this.#said.clear();
    this.#seen.clear();
  }

  /** Where in the chunk the next octets go, once there is room for them. */
  #room(length: number): number {
    if (this.#chunk.length - this.#at < length) {
      this.#chunk = new Uint8Array(Math.max(CHUNK, length));
      this.#address = this.#library.ffi.address(this.#chunk);
      this.#at = 0;
    }
    return this.#at;
  }

  #read(index: number): void {
    this.#library.copy(this.#packet, this.unit[1 + index]!, PACKET_SIZE);
  }

  #copyOctets(): void {
    const length = this.#fields.getUint16(LENGTH_AT, true);
    const from = this.#fields.getBigUint64(OCTETS_AT, true);
    this.#library.copy(this.#address + BigInt(this.#at), from, length);
    this.#at += length;
  }

  /** Who has sent the packet that was read: by its TSI, RFC 3208 §3.4. */
  #sourceOf(key: bigint): Source {
    const heard = this.#clock.now();
    const known = this.#sources.get(key);
    if (known !== undefined) {
      known.heard = heard;
      return known;
    }
    if (this.#sources.size >= MOST_SOURCES) this.#forget(heard - PEER_EXPIRY);
    const octets = this.#packet.subarray(SOURCE_AT, SOURCE_AT + 6);
    const port = this.#fields.getUint16(SOURCE_AT + 6);
    const name = `${this.#scheme}://${octets.join(".")}.${port}`;
    const source = { name, heard, next: undefined };
    this.#sources.set(key, source);
    return source;
  }

  /** Forgets the sources that have been silent since, as the library does. */
  #forget(since: number): void {
    for (const [key, source] of this.#sources) {
      if (source.heard >= since) continue;
      this.#sources.delete(key);
      this.#said.delete(source);
      this.#lost(source, "it was silent, and there are many others");
    }
  }

  /** Notes what comes next, and what should have come and did not. */
  #expect(source: Source, first: number, packets: number): void {
    const { next } = source;
    if (next !== undefined && first !== next) {
      this.#said.delete(source);
      this.#seen.add(source);
      this.#lost(source, `${(first - next) >>> 0} packets`);
    }
    source.next = (first + packets) >>> 0;
  }

  #lost(source: Source, why: string): void {
    source.next = undefined;
    this.#sink.lost(source.name, why);
  }
}
