/**
 * The publishers that a subscriber knows of, and who of them goes when there
 * are too many: the library leaves that to who uses it.
 *
 * @module
 */

/** Publishers that are known at a time, and those of them that are silent. */
const MOST_SENDERS = 64;
const MOST_SILENT = 16;
/**
 * Octets that a stream may say it needs: so many, or three times the
 * subscriber's own buffer. All streams together may say four times that.
 */
const MOST_OCTETS = 64 * 1024 * 1024;
const MOST_OF_BUFFER = 3;
const MOST_LARGEST = 4;

/** What is known of one. */
interface Sender {
  /** Octets that each of its streams says it needs. */
  readonly streams: Map<bigint, number>;
  /** It has not been heard for long. */
  isSilent: boolean;
  /** Some of what it sent could be read. */
  isOfUse: boolean;
  /** It sent what no publisher of messages does. */
  isStrange: boolean;
}

/** Those of one session. */
export class NormSenders {
  readonly #mostOctets: number;
  /** By the library's nodes; who was heard last comes last. */
  readonly #senders = new Map<bigint, Sender>();

  /** @param buffer octets of the subscriber's own buffer. */
  constructor(buffer: number) {
    this.#mostOctets = Math.max(MOST_OCTETS, MOST_OF_BUFFER * buffer);
  }

  /** The library has a node. */
  know(node: bigint, isSilent = false): void {
    this.#of(node).isSilent = isSilent;
  }

  /** It begins a stream. */
  add(node: bigint, stream: bigint, octets: number): void {
    this.#of(node).streams.set(stream, octets);
  }

  /** Its stream has ended. */
  remove(node: bigint, stream: bigint): void {
    this.#senders.get(node)?.streams.delete(stream);
  }

  /** It sent something else than a stream. */
  suspect(node: bigint): void {
    this.#of(node).isStrange = true;
  }

  /** Something of it was read. */
  heard(node: bigint): void {
    const sender = this.#of(node);
    sender.isOfUse = true;
    if (this.#senders.size === 1) return;
    this.#senders.delete(node);
    this.#senders.set(node, sender);
  }

  /** The library's node is gone. */
  forget(node: bigint): void {
    this.#senders.delete(node);
  }

  /** All of them. */
  nodes(): bigint[] {
    return [...this.#senders.keys()];
  }

  /** Who is to go, if anybody is. */
  surplus(): bigint | undefined {
    const senders = [...this.#senders];
    const [unwanted] = senders.find(([, sender]) => this.#isUnwanted(sender)) ??
      [];
    if (unwanted !== undefined) return unwanted;
    const silent = senders.filter(([, { isSilent }]) => isSilent);
    if (silent.length > MOST_SILENT) return leastOf(silent);
    const octets = senders.reduce((sum, [, each]) => sum + octetsOf(each), 0);
    const isTooMuch = senders.length > MOST_SENDERS ||
      octets > MOST_LARGEST * this.#mostOctets;
    return isTooMuch ? leastOf(senders) : undefined;
  }

  #isUnwanted(sender: Sender): boolean {
    const { streams, isSilent, isStrange } = sender;
    if (streams.size === 0) return isSilent || isStrange;
    return [...streams.values()].some((octets) => octets > this.#mostOctets);
  }

  #of(node: bigint): Sender {
    let sender = this.#senders.get(node);
    if (sender === undefined) {
      sender = {
        streams: new Map(),
        isSilent: false,
        isOfUse: false,
        isStrange: false,
      };
      this.#senders.set(node, sender);
    }
    return sender;
  }
}

function octetsOf({ streams }: Sender): number {
  let sum = 0;
  for (const octets of streams.values()) sum += octets;
  return sum;
}

/** Whoever is new goes before those that are of use: newcomers cost nothing. */
function leastOf(
  senders: readonly (readonly [bigint, Sender])[],
): bigint | undefined {
  const rank = ({ isOfUse, isSilent }: Sender): number =>
    (isOfUse ? 2 : 0) + (isSilent ? 0 : 1);
  let [least] = senders;
  for (const each of senders) {
    if (least === undefined || rank(each[1]) < rank(least[1])) least = each;
  }
  return least?.[0];
}
