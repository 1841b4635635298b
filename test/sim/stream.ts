// One end of a simulated TCP connection, in callback form only.
//
// It keeps what TCP and the adapters promise, and is unkind within that:
// octets come late and cut anywhere, a slow reader stops the writer, the end
// of one side may not be known to the other for a while.
import { ZmqError } from "../../src/base/errors.ts";
import type {
  ByteSink,
  ByteStream,
  DirectStream,
} from "../../src/transport/transport.ts";
import type { Random } from "./random.ts";
import type { Owner, Time } from "./time.ts";

/** What goes from one end to the other. */
type Packet = Uint8Array | "FIN" | "RST";

/** Milliseconds between two attempts to send into a partition. */
const RETRANSMIT = 200;
/** Milliseconds after which TCP gives a peer up that does not answer. */
export const TCP_TIMEOUT = 8000;

/** What the ends of a connection need of the network. */
export interface Wire {
  readonly time: Time;
  readonly random: Random;
  /** Milliseconds that a packet takes now. */
  latency(): number;
  /** True while the packets of the end do not reach its peer's host. */
  blocked(from: SimStream): boolean;
  /** Notes what happened. */
  trace(what: string, octets?: Uint8Array): void;
}

/** How a connection treats what is written. */
export interface Manners {
  /** Octets at which a writer is asked to wait. */
  readonly writeLimit: number;
  /** Octets on the way or unread, at most. */
  readonly window: number;
  /** Octets of a packet, at most. */
  readonly packet: number;
}

/** One end. */
export class SimStream implements ByteStream, DirectStream {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly direct: DirectStream = this;
  readonly owner: Owner;
  /** What it is called in the trace. */
  readonly label: string;
  /** The other end. */
  peer!: SimStream;
  /** Every octet that the engine wrote here, for the judge. */
  readonly written: Uint8Array[] = [];
  /** How many octets that is, those included that have not left. */
  octets = 0;
  /** Octets of the peer that the engine was given. */
  handed = 0;
  /** True once this end is no more, whatever the other believes. */
  gone = false;
  readonly #wire: Wire;
  readonly #manners: Manners;
  #sink: ByteSink | undefined;
  // Written by the engine, not on the way yet: by reference.
  #out: Uint8Array[] = [];
  #outOctets = 0;
  // On the way to the peer, or there and unread.
  #outstanding = 0;
  #blocked = false;
  #ending = false;
  #finSent = false;
  readonly #packets: { readonly at: number; readonly packet: Packet }[] = [];
  #moving = false;
  #blockedSince: number | undefined;
  // Arrived, not read by the engine yet.
  #unread: Uint8Array[] = [];
  #unreadOctets = 0;
  #finArrived = false;
  #peerEnded = false;
  #paused = false;
  #delivering = false;

  constructor(
    wire: Wire,
    owner: Owner,
    manners: Manners,
    local: string,
    remote: string,
  ) {
    this.#wire = wire;
    this.owner = owner;
    this.#manners = manners;
    this.localAddress = local;
    this.remoteAddress = remote;
    this.label = ` ${local} ${remote}`.replaceAll("tcp://", "");
  }

  get readable(): ReadableStream<Uint8Array> {
    throw new Error("Only the callback form is there");
  }

  get writable(): WritableStream<Uint8Array> {
    throw new Error("Only the callback form is there");
  }

  /** True when all that was written has left: its memory is free again. */
  get settled(): boolean {
    return this.#outOctets === 0;
  }

  start(sink: ByteSink): void {
    this.#sink = sink;
    this.#deliverSoon();
  }

  write(parts: readonly Uint8Array[]): boolean {
    // Who was not told yet that it broke writes in good faith.
    if (this.gone) {
      for (const part of parts) {
        this.written.push(part.slice());
      }
    }
    if (this.gone || this.#ending) return false;
    for (const part of parts) {
      if (part.length === 0) continue;
      this.#out.push(part);
      this.#outOctets += part.length;
      this.octets += part.length;
    }
    this.#blocked ||= this.#outOctets >= this.#manners.writeLimit;
    this.#wire.time.inside(0, this.owner, () => this.#send());
    return !this.#blocked;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliverSoon();
  }

  end(): void {
    if (this.gone || this.#ending) return;
    this.#ending = true;
    this.#wire.time.inside(0, this.owner, () => this.#send());
  }

  close(): void {
    if (this.gone) return;
    this.leave();
    this.#after(0, () => this.#sink?.closed());
  }

  hold(): void {}

  /** This end is no more: its program let go of it, or was killed. */
  leave(): void {
    if (this.gone) return;
    // Unread octets make it a reset; what is in the kernel still arrives.
    const rude = this.#unreadOctets > 0;
    this.vanish();
    if (rude) this.#packet("RST");
    else if (!this.#finSent) this.#packet("FIN");
    this.#finSent = true;
  }

  /** This end is no more, and the peer is not told: its host lost power. */
  vanish(): void {
    if (this.gone) return;
    this.gone = true;
    this.#wire.trace(`gone${this.label}`);
    for (const part of this.#out) this.written.push(part.slice());
    this.#out = [];
    this.#outOctets = 0;
    this.#unread = [];
    this.#unreadOctets = 0;
  }

  /** The connection is broken, as this end learns now. */
  break(code: "ECONNRESET" | "ETIMEDOUT"): void {
    if (this.gone) return;
    this.vanish();
    const error = new ZmqError(code, "The connection broke");
    this.#after(0, () => this.#sink?.closed(error));
  }

  /** Puts on the way what the window has room for. */
  #send(): void {
    if (this.gone) return;
    const { window, packet } = this.#manners;
    while (this.#outOctets > 0 && this.#outstanding < window) {
      const first = this.#out[0]!;
      const most = Math.min(packet, window - this.#outstanding);
      const length = Math.min(
        first.length,
        this.#wire.random.chance(0.7)
          ? most
          : this.#wire.random.between(1, most),
      );
      // A copy: the memory is the writer's again once it left.
      const octets = first.slice(0, length);
      if (length === first.length) this.#out.shift();
      else this.#out[0] = first.subarray(length);
      this.written.push(octets);
      this.#outOctets -= length;
      this.#outstanding += length;
      this.#packet(octets);
    }
    if (this.#outOctets > 0) return;
    if (this.#ending && !this.#finSent) {
      this.#finSent = true;
      this.#packet("FIN");
      this.#drained();
      this.#endedBoth();
    }
    if (this.#blocked) {
      this.#blocked = false;
      this.#drained();
    }
  }

  #drained(): void {
    this.#after(0, () => {
      if (!this.gone) this.#sink?.drain();
    });
  }

  #packet(packet: Packet): void {
    const at = this.#wire.time.now + this.#wire.latency();
    this.#packets.push({ at, packet });
    this.#move();
  }

  /** Moves the packets along, in order. */
  #move(): void {
    const first = this.#packets[0];
    if (this.#moving || first === undefined) return;
    this.#moving = true;
    const { time } = this.#wire;
    // The network's events are nobody's: they happen whoever sleeps.
    time.inside(first.at - time.now, undefined, () => {
      this.#moving = false;
      this.#arrive();
    });
  }

  #arrive(): void {
    const wire = this.#wire;
    const { now } = wire.time;
    if (wire.blocked(this)) {
      this.#blockedSince ??= now;
      if (now - this.#blockedSince > TCP_TIMEOUT) {
        this.#packets.length = 0;
        this.break("ETIMEDOUT");
        return;
      }
      this.#moving = true;
      wire.time.inside(RETRANSMIT, undefined, () => {
        this.#moving = false;
        this.#arrive();
      });
      return;
    }
    this.#blockedSince = undefined;
    while (this.#packets.length > 0 && this.#packets[0]!.at <= now) {
      const { packet } = this.#packets.shift()!;
      this.peer.#take(packet);
    }
    this.#move();
  }

  /** A packet of the peer is here. */
  #take(packet: Packet): void {
    if (packet === "RST") {
      this.break("ECONNRESET");
      return;
    }
    if (this.gone) {
      // Nobody is here any more: whoever sends is told so.
      if (packet !== "FIN" && !this.peer.gone) this.#packet("RST");
      return;
    }
    if (packet === "FIN") this.#finArrived = true;
    else {
      this.#unread.push(packet);
      this.#unreadOctets += packet.length;
    }
    this.#deliverSoon();
  }

  #deliverSoon(): void {
    if (this.#delivering || this.#sink === undefined) return;
    this.#delivering = true;
    this.#after(0, () => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  /** One call of the sink, as one turn of an event loop would make. */
  #deliver(): void {
    if (this.gone || this.#paused) return;
    const chunk = this.#unread.shift();
    if (chunk !== undefined) {
      this.#unreadOctets -= this.#hand(chunk);
      this.#deliverSoon();
      this.peer.#acknowledged();
      return;
    }
    if (!this.#finArrived || this.#peerEnded) return;
    this.#peerEnded = true;
    this.#sink?.end();
    this.#endedBoth();
  }

  /** Gives the engine octets; says how many it took. */
  #hand(chunk: Uint8Array): number {
    const sink = this.#sink!;
    const room = this.#wire.random.chance(0.5) ? sink.room?.() : undefined;
    const length = room === undefined || room.length === 0
      ? chunk.length
      : Math.min(room.length, chunk.length);
    if (length < chunk.length) this.#unread.unshift(chunk.subarray(length));
    this.handed += length;
    this.peer.#outstanding -= length;
    const octets = chunk.subarray(0, length);
    this.#wire.trace(this.label, octets);
    if (room === undefined || room.length === 0) sink.data(octets);
    else {
      room.set(octets);
      sink.filled!(length);
    }
    return length;
  }

  #acknowledged(): void {
    if (this.gone || this.#outOctets === 0) return;
    this.#wire.time.inside(this.#wire.latency(), undefined, () => this.#send());
  }

  #endedBoth(): void {
    if (!this.#peerEnded || !this.#finSent || this.gone) return;
    this.#after(0, () => {
      if (this.gone) return;
      this.vanish();
      this.#sink?.closed();
    });
  }

  #after(delay: number, callback: () => void): void {
    this.#wire.time.after(delay, this.owner, callback);
  }
}
