// The history checker: what was sent and what arrived, judged afterwards.
//
// Every sender logs a message before its `send` resolves, every receiver logs
// what it got. The verdict counts what was lost (by the sender's epoch, which
// it raises with each new connection), what came twice, out of order within
// one epoch or connection, never sent, or in pieces. Logs of other processes
// are fed in the same way, in any order.
import { readU32, writeU32 } from "../../src/base/bytes.ts";

/** What the first frame of a message says about it. */
export interface Stamp {
  readonly sender: number;
  readonly epoch: number;
  readonly seq: number;
}

/** What went wrong, and how often. */
export interface Verdict {
  readonly sent: number;
  readonly received: number;
  /** Sent and never received; with `each`, summed over the receivers. */
  readonly lost: number;
  /** The lost ones by `"sender/epoch"`. */
  readonly lostByEpoch: ReadonlyMap<string, number>;
  readonly duplicates: number;
  readonly reordered: number;
  readonly phantom: number;
  readonly torn: number;
  /** True when nothing but loss happened. */
  readonly clean: boolean;
  /** All of it on one line, with the first case of each kind. */
  readonly line: string;
}

/** Marks the octets of a stamp, wherever they are found. */
export const MAGIC = 0x68495354;
/** Octets of a stamp. */
export const STAMP_OCTETS = 20;

/** A message of the stamp and the body's frames. */
export function stamped(
  { sender, epoch, seq }: Stamp,
  body: readonly Uint8Array[] = [],
): Uint8Array[] {
  const stamp = new Uint8Array(STAMP_OCTETS);
  [MAGIC, sender, epoch, seq].forEach((n, i) => writeU32(stamp, i * 4, n));
  writeU32(stamp, 16, digest(stamp, body));
  return [stamp, ...body];
}

/** What a stamp says; `undefined` when it is none. */
export function stampOf(frame: Uint8Array | undefined): Stamp | undefined {
  if (frame?.length !== STAMP_OCTETS || readU32(frame, 0) !== MAGIC) {
    return undefined;
  }
  const [sender, epoch, seq] = [4, 8, 12].map((at) => readU32(frame, at));
  return { sender: sender!, epoch: epoch!, seq: seq! };
}

/** FNV-1a over the stamp and each frame with its length. */
function digest(stamp: Uint8Array, body: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < 16; i++) hash = Math.imul(hash ^ stamp[i]!, 0x01000193);
  for (const frame of body) {
    hash = Math.imul(hash ^ frame.length, 0x01000193);
    for (let i = 0; i < frame.length; i++) {
      hash = Math.imul(hash ^ frame[i]!, 0x01000193);
    }
  }
  return hash >>> 0;
}

/** Numbers by sequence number, with room for more. */
class Column {
  #values: Float64Array | Uint32Array | Uint8Array;

  constructor(values: Float64Array | Uint32Array | Uint8Array) {
    this.#values = values;
  }

  /** How many there is room for. */
  get length(): number {
    return this.#values.length;
  }

  get(seq: number): number {
    return this.#values[seq] ?? 0;
  }

  set(seq: number, value: number): void {
    let values = this.#values;
    if (seq >= values.length) {
      const Kind = values.constructor as new (n: number) => typeof values;
      values = new Kind(Math.max(2 * values.length, seq + 1));
      values.set(this.#values);
      this.#values = values;
    }
    values[seq] = value;
  }
}

/** What one sender sent: epoch + 1 by sequence number, 0 for none. */
interface SenderLog {
  readonly epochs: Column;
  readonly times: Column;
  end: number;
}

const CANCELLED = 0xffffffff;

/** A run's messages. */
export class History {
  readonly #each: boolean;
  readonly #senders = new Map<number, SenderLog>();
  // How often each message came, by receiver (one for all unless `each`).
  readonly #counts = new Map<number, Map<number, Column>>();
  // The last sequence number, by receiver, sender and epoch or connection.
  readonly #last = new Map<string, number>();
  readonly #examples = new Map<string, string>();
  #received = 0;
  #reordered = 0;
  #torn = 0;

  /** @param each every receiver is to get its own copy (PUB and SUB). */
  constructor(options: { readonly each?: boolean } = {}) {
    this.#each = options.each === true;
  }

  /** A message is about to be sent. Sequence numbers are from 0 on. */
  sent({ sender, epoch, seq }: Stamp, time = 0): void {
    let log = this.#senders.get(sender);
    if (log === undefined) {
      log = {
        epochs: new Column(new Uint32Array(64)),
        times: new Column(new Float64Array(64)),
        end: 0,
      };
      this.#senders.set(sender, log);
    }
    log.epochs.set(seq, epoch + 1);
    log.times.set(seq, time);
    if (seq >= log.end) log.end = seq + 1;
  }

  /** A `send` failed: its message must not arrive. */
  failed({ sender, seq }: Stamp): void {
    this.#senders.get(sender)?.epochs.set(seq, CANCELLED);
  }

  /** A receiver is there, and is to get its copies even if none comes. */
  joined(receiver: number): void {
    if (!this.#counts.has(receiver)) this.#counts.set(receiver, new Map());
  }

  /**
   * A message arrived; its first frame is the stamp. Returns what it says,
   * unless the message is torn.
   *
   * @param connection tells the receiver's connections apart, where they are
   * known: order is kept on each. Default: the epoch that the sender said.
   */
  received(
    receiver: number,
    message: readonly Uint8Array[],
    connection?: string | number,
  ): Stamp | undefined {
    this.#received++;
    const stamp = stampOf(message[0]);
    if (
      stamp === undefined ||
      readU32(message[0]!, 16) !== digest(message[0]!, message.slice(1))
    ) {
      this.#torn++;
      this.#example("torn", stamp, receiver);
      return undefined;
    }
    const { sender, epoch, seq } = stamp;
    const counts = this.#column(this.#each ? receiver : 0, sender);
    // Octets: three times is as bad as three hundred.
    counts.set(seq, Math.min(counts.get(seq) + 1, 255));
    const pipe = `${receiver} ${sender} ${connection ?? `e${epoch}`}`;
    const last = this.#last.get(pipe) ?? -1;
    if (seq < last) {
      this.#reordered++;
      this.#example("reordered", stamp, receiver, ` after ${last}`);
    } else this.#last.set(pipe, seq);
    return stamp;
  }

  /** The stamps of what was sent and is not received so far. */
  *missing(receiver = 0): Generator<Stamp & { readonly time: number }> {
    for (const [sender, { epochs, times, end }] of this.#senders) {
      const counts = this.#counts.get(this.#each ? receiver : 0)?.get(sender);
      for (let seq = 0; seq < end; seq++) {
        const said = epochs.get(seq);
        if (said === 0 || said === CANCELLED || counts?.get(seq)) continue;
        yield { sender, epoch: said - 1, seq, time: times.get(seq) };
      }
    }
  }

  /** The verdict so far. */
  verdict(): Verdict {
    let [sent, duplicates, phantom, lost] = [0, 0, 0, 0];
    for (const { epochs, end } of this.#senders.values()) {
      for (let seq = 0; seq < end; seq++) {
        const said = epochs.get(seq);
        if (said !== 0 && said !== CANCELLED) sent++;
      }
    }
    for (const [receiver, senders] of this.#counts) {
      for (const [sender, counts] of senders) {
        const log = this.#senders.get(sender);
        for (let seq = 0; seq < counts.length; seq++) {
          const count = counts.get(seq);
          if (count === 0) continue;
          const said = log?.epochs.get(seq) ?? 0;
          const stamp = { sender, epoch: said - 1, seq };
          if (said === 0 || said === CANCELLED) {
            phantom++;
            this.#example("phantom", { ...stamp, epoch: 0 }, receiver);
          } else if (count > 1) {
            duplicates += count - 1;
            this.#example("duplicate", stamp, receiver);
          }
        }
      }
    }
    const lostByEpoch = new Map<string, number>();
    for (const receiver of this.#each ? this.#counts.keys() : [0]) {
      for (const stamp of this.missing(receiver)) {
        const key = `${stamp.sender}/${stamp.epoch}`;
        lostByEpoch.set(key, (lostByEpoch.get(key) ?? 0) + 1);
        lost++;
        this.#example("lost", stamp, receiver);
      }
    }
    const [reordered, torn] = [this.#reordered, this.#torn];
    const counts = { lost, duplicates, reordered, phantom, torn };
    const words = Object.entries(counts).map(([name, n]) => `${name} ${n}`);
    const examples = [...this.#examples.values()].map((each) => `; ${each}`);
    return {
      ...counts,
      sent,
      received: this.#received,
      lostByEpoch,
      clean: duplicates + reordered + phantom + torn === 0,
      line: `sent ${sent}, received ${this.#received}, ${words.join(", ")}` +
        examples.join(""),
    };
  }

  #column(receiver: number, sender: number): Column {
    this.joined(receiver);
    const senders = this.#counts.get(receiver)!;
    let column = senders.get(sender);
    if (column === undefined) {
      senders.set(sender, column = new Column(new Uint8Array(64)));
    }
    return column;
  }

  #example(
    what: string,
    stamp: Stamp | undefined,
    receiver: number,
    more = "",
  ): void {
    if (this.#examples.has(what)) return;
    const which = stamp === undefined
      ? "no stamp"
      : `${stamp.seq} of sender ${stamp.sender}, epoch ${stamp.epoch}`;
    this.#examples.set(
      what,
      `${what}: ${which}${more} at receiver ${receiver}`,
    );
  }
}
