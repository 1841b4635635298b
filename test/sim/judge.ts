// Judges a run: the history checker's verdict, and for every message that was
// lost the break that excuses it.
//
// Loss has to be explained: octets of the message were written to a
// connection that broke before the peer's engine had all of them; or a
// program that had it crashed; or a socket counted it as dropped. A message
// that an engine was given, or took and never wrote, has no excuse.
import type { Socket } from "../../mod.ts";
import { concat, readU32 } from "../../src/base/bytes.ts";
import {
  History,
  MAGIC,
  type Stamp,
  STAMP_OCTETS,
  stamped,
  stampOf,
} from "../kit/history.ts";
import type { Pair } from "./network.ts";
import type { Owner } from "./time.ts";

/** A numbered sender. */
export class Source {
  readonly #judge: Judge;
  readonly #sender: number;
  #seq = 0;

  constructor(judge: Judge, sender: number) {
    this.#judge = judge;
    this.#sender = sender;
  }

  /** The frames of the next message, which is taken down as sent. */
  next(body: readonly Uint8Array[] = []): Uint8Array[] {
    const { epoch, history } = this.#judge;
    const stamp = { sender: this.#sender, epoch, seq: this.#seq++ };
    history.sent(stamp, this.#judge.now());
    return stamped(stamp, body);
  }

  /** The message could not be sent, and must not arrive. */
  failed(message: readonly Uint8Array[]): void {
    this.#judge.history.failed(stampOf(message[0])!);
  }
}

/** The judge of one run. */
export class Judge {
  readonly history: History;
  readonly now: () => number;
  /** Grows with every fault. */
  epoch = 0;
  /** What was wrong beside the history. */
  readonly faults: string[] = [];
  readonly #owners: Owner[] = [];
  readonly #lossy = new Set<number>();

  /** @param each every receiver is to get its own copy. */
  constructor(now: () => number, each: boolean) {
    this.now = now;
    this.history = new History({ each });
  }

  /**
   * A numbered sender in a program.
   *
   * @param lossy what it sends may be lost without a reason that is known.
   */
  source(owner: Owner, lossy: boolean): Source {
    const sender = this.#owners.push(owner) - 1;
    if (lossy) this.#lossy.add(sender);
    return new Source(this, sender);
  }

  /** Something is wrong. */
  blame(fault: string): void {
    this.faults.push(`${fault} at ${this.now()} ms`);
  }

  /** Everything that is wrong. */
  judge(pairs: readonly Pair[], sockets: Iterable<Socket>): string[] {
    const verdict = this.history.verdict();
    const faults = [...this.faults];
    if (!verdict.clean) faults.push(verdict.line);
    const { broken, handed } = trail(pairs);
    let dropped = 0;
    for (const socket of sockets) dropped += socket.stats.dropped;
    const lost = [...this.history.missing()].filter((stamp) => {
      const key = keyOf(stamp);
      return !this.#lossy.has(stamp.sender) && !broken.has(key) &&
        (this.#owners[stamp.sender]!.alive || handed.has(key));
    });
    if (lost.length > dropped) {
      const { sender, seq, time } = lost[0]!;
      faults.push(
        `lost ${lost.length} without a break, ${dropped} were counted as ` +
          `dropped; ${seq} of sender ${sender}, sent at ${time} ms` +
          (handed.has(keyOf(lost[0]!)) ? ", was handed over" : ""),
      );
    }
    return faults;
  }
}

function keyOf({ sender, seq }: Stamp): number {
  return sender * 0x100_0000 + seq;
}

/** What the wires say: messages that broke, and those that were handed over. */
function trail(
  pairs: readonly Pair[],
): { readonly broken: Set<number>; readonly handed: Set<number> } {
  const broken = new Set<number>();
  const handed = new Set<number>();
  for (const [near, far] of pairs) {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      for (const { stamp, end } of stampsIn(from.written)) {
        const arrived = end <= to.handed;
        if (arrived) handed.add(keyOf(stamp));
        if (!arrived || !to.owner.alive) broken.add(keyOf(stamp));
      }
    }
  }
  return { broken, handed };
}

/** The stamped messages among octets of ZMTP, and where each ends. */
function stampsIn(
  chunks: readonly Uint8Array[],
): { readonly stamp: Stamp; readonly end: number }[] {
  const octets = concat(chunks);
  const found: { stamp: Stamp; end: number }[] = [];
  for (let at = 2; at + STAMP_OCTETS <= octets.length; at++) {
    if (octets[at] !== MAGIC >>> 24 || readU32(octets, at) !== MAGIC) continue;
    const stamp = stampOf(octets.subarray(at, at + STAMP_OCTETS))!;
    found.push({ stamp, end: endOf(octets, at - 2) });
    at += STAMP_OCTETS - 1;
  }
  return found;
}

/** Where the message ends, a frame of which begins here. RFC 37 §3. */
function endOf(octets: Uint8Array, from: number): number {
  let at = from;
  for (let more = true; more;) {
    const flags = octets[at];
    if (flags === undefined) return Infinity;
    const isLong = (flags & 2) !== 0;
    if (at + (isLong ? 9 : 2) > octets.length) return Infinity;
    // The high half is 0: nothing here is that long.
    at += isLong ? 9 + readU32(octets, at + 5) : 2 + octets[at + 1]!;
    more = (flags & 1) !== 0;
  }
  return at;
}
