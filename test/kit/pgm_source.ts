// A source of PGM in UDP that sends which packets a test wants, and leaves out
// others: RFC 3208 §8, with the framing of libzmq.
import { createSocket, type Socket } from "node:dgram";
import { octets } from "./messages.ts";

/** Types of packets, RFC 3208 §8. */
const SPM = 0;
const ODATA = 4;
/** The address family of IPv4, RFC 1700. */
const IPV4 = 1;
/** Header of all packets, and the numbers of one with data. */
const HEADER = 16;
const NUMBERS = 8;
/** The port that packets say to be from. */
const PORT = 4321;
/** No message begins in the packet. */
const NONE = 0xffff;

/** What a packet carries: the frames of libzmq, or a part of them. */
export interface Piece {
  /** Octets of frames. */
  readonly octets: Uint8Array;
  /** True when a message begins with them. */
  readonly begins: boolean;
}

/** A message of one frame in so many packets. */
export function pieces(body: string, count: number): Piece[] {
  const content = octets(body);
  // RFC 13: the length counts the flags.
  const frame = Uint8Array.of(content.length + 1, 0, ...content);
  const size = Math.ceil(frame.length / count);
  return Array.from({ length: count }, (_, index) => ({
    octets: frame.subarray(index * size, (index + 1) * size),
    begins: index === 0,
  }));
}

/** One source. */
export class PgmSource implements AsyncDisposable {
  /** As events name it. */
  readonly name: string;
  readonly #socket: Socket;
  readonly #group: string;
  readonly #port: number;
  readonly #number: number;
  #statements = 0;

  private constructor(
    socket: Socket,
    group: string,
    port: number,
    number: number,
  ) {
    this.#socket = socket;
    this.#group = group;
    this.#port = port;
    this.#number = number;
    this.name = `epgm://1.2.3.4.5.${number}.${PORT}`;
  }

  /**
   * Opens one on the loopback interface.
   *
   * @param endpoint where its receivers are.
   * @param number tells it from others.
   */
  static async open(endpoint: string, number: number): Promise<PgmSource> {
    const [, group = "", port = ""] = /;(.*):(\d+)$/.exec(endpoint) ?? [];
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) =>
      socket.bind(0, "127.0.0.1", () => resolve())
    );
    socket.setMulticastInterface("127.0.0.1");
    return new PgmSource(socket, group, Number(port), number);
  }

  /**
   * Sends a packet with data.
   *
   * @param trail the first packet that can be had again.
   */
  async data(sequence: number, trail: number, piece: Piece): Promise<void> {
    const offset = piece.begins ? 0 : NONE;
    const unit = Uint8Array.of(offset >>> 8, offset, ...piece.octets);
    await this.raw(sequence, unit, { trail });
  }

  /** Says which packets can be had: those from the trail to the lead. */
  async state(trail: number, lead: number): Promise<void> {
    const packet = new Uint8Array(HEADER + 20);
    const view = new DataView(packet.buffer);
    view.setUint32(HEADER, ++this.#statements);
    view.setUint32(HEADER + 4, trail);
    view.setUint32(HEADER + 8, lead);
    view.setUint16(HEADER + 12, IPV4);
    packet.set([127, 0, 0, 1], HEADER + 16);
    await this.#send(SPM, packet);
  }

  /**
   * Sends a packet with data as it is.
   *
   * @param unit what it carries.
   * @param length the octets of data that its header speaks of.
   * @param trail the first packet that can be had again.
   * @param from the port that it says to be from: another one is another source.
   */
  async raw(
    sequence: number,
    unit: Uint8Array,
    { length = unit.length, trail = sequence, from = PORT }: {
      readonly length?: number;
      readonly trail?: number;
      readonly from?: number;
    } = {},
  ): Promise<void> {
    const packet = new Uint8Array(HEADER + NUMBERS + unit.length);
    const view = new DataView(packet.buffer);
    view.setUint16(14, length);
    view.setUint32(HEADER, sequence);
    view.setUint32(HEADER + 4, trail);
    packet.set(unit, HEADER + NUMBERS);
    await this.#send(ODATA, packet, from);
  }

  /** Sends what is no packet at all. */
  noise(octets: Uint8Array): Promise<void> {
    return this.#sendOctets(octets);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  #send(type: number, packet: Uint8Array, from: number = PORT): Promise<void> {
    const view = new DataView(packet.buffer);
    view.setUint16(0, from);
    view.setUint16(2, this.#port);
    packet[4] = type;
    packet.set([1, 2, 3, 4, 5, this.#number], 8);
    view.setUint16(6, checksum(packet));
    return this.#sendOctets(packet);
  }

  #sendOctets(packet: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(packet, this.#port, this.#group, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** RFC 1071; 0 would say that there is none. */
function checksum(packet: Uint8Array): number {
  let sum = 0;
  for (const [index, octet] of packet.entries()) {
    sum += index % 2 === 0 ? octet << 8 : octet;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff ? sum : ~sum & 0xffff;
}
