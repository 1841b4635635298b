// The load that every program of the benchmark sends and checks, ours and the
// controls alike: numbered messages of one size, and a last one that says how
// many there were. Knows no library.

/** How many different messages are sent in turn; a power of two. */
function poolSize(size: number): number {
  return size <= 1024 ? 256 : 16;
}

const NUMBERED = 0;
const LAST = 1;

/** The octets that the header of a message needs: kind, number, count. */
export const LEAST_SIZE = 7;

/** How long to send, and what. */
export interface Load {
  /** Octets of a message. */
  readonly size: number;
  /** Milliseconds to measure. */
  readonly milliseconds: number;
  /** Milliseconds before that, which do not count. */
  readonly warmUp: number;
}

/** What a receiver measured. */
export interface Result {
  /** Messages that were measured. */
  readonly count: number;
  /** Milliseconds that they took. */
  readonly milliseconds: number;
  /** All messages, those of the warm-up included. */
  readonly total: number;
  /** Round trips: the median in microseconds. */
  readonly p50?: number;
  /** Round trips: 99 of 100 were faster, in microseconds. */
  readonly p99?: number;
}

/**
 * The messages to send, numbered 0, 1, 2, … and used in turn: nothing is
 * allocated or changed while the clock runs.
 */
export function makePool(size: number): Uint8Array[] {
  const pool: Uint8Array[] = [];
  for (let i = 0; i < poolSize(size); i++) {
    const message = new Uint8Array(size).fill(0x2e);
    message[0] = NUMBERED;
    message[1] = i & 0xff;
    message[2] = i >>> 8;
    pool.push(message);
  }
  return pool;
}

/** The message that ends a run of `count` messages. */
export function lastMessage(size: number, count: number): Uint8Array {
  const message = new Uint8Array(size).fill(0x2e);
  message[0] = LAST;
  new DataView(message.buffer).setUint32(3, count, true);
  return message;
}

/** Calls `send` with each message until the time is over, then the last. */
export async function sendFor(
  load: Load,
  send: (message: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  const pool = makePool(load.size);
  const mask = pool.length - 1;
  const end = performance.now() + load.warmUp + load.milliseconds;
  let count = 0;
  do {
    for (let i = 0; i < 64; i++) {
      const sent = send(pool[count++ & mask]!);
      if (sent !== undefined) await sent;
    }
  } while (performance.now() < end);
  await send(lastMessage(load.size, count));
}

/**
 * Checks every message that arrives, and measures: the numbers must follow
 * each other, sizes be right, and the sums agree at the end.
 */
export class Receipt {
  readonly #load: Load;
  readonly #mask: number;
  #total = 0;
  #sum = 0;
  #started = 0;
  #first = 0;
  #measured = -1;
  #counted = 0;

  /** Makes a receipt for a load. */
  constructor(load: Load) {
    this.#load = load;
    this.#mask = poolSize(load.size) - 1;
  }

  /** Takes one message; true when it is the last. */
  take(message: Uint8Array): boolean {
    if (message.length !== this.#load.size) {
      throw new Error(
        `Expected ${this.#load.size} octets, got ${message.length}`,
      );
    }
    if (message[0] !== NUMBERED) return this.#end(message);
    const number = message[1]! | (message[2]! << 8);
    if (number !== (this.#total & this.#mask)) {
      throw new Error(
        `Expected number ${this.#total & this.#mask}, got ${number}`,
      );
    }
    this.#sum += number;
    if ((this.#total++ & 63) === 0) this.#look();
    return false;
  }

  /** What was measured. */
  get result(): Result {
    return {
      count: this.#counted,
      milliseconds: this.#measured,
      total: this.#total,
    };
  }

  #look(): void {
    const now = performance.now();
    if (this.#started === 0) this.#started = now;
    else if (this.#first === 0) {
      if (now - this.#started < this.#load.warmUp) return;
      this.#first = now;
      this.#counted = this.#total;
    }
  }

  #end(message: Uint8Array): boolean {
    const view = new DataView(message.buffer, message.byteOffset);
    const count = view.getUint32(3, true);
    if (count !== this.#total) {
      throw new Error(`Expected ${count} messages, got ${this.#total}`);
    }
    const rounds = Math.floor(count / (this.#mask + 1));
    const rest = count & this.#mask;
    const sum = rounds * (this.#mask * (this.#mask + 1) / 2) +
      rest * (rest - 1) / 2;
    if (sum !== this.#sum) {
      throw new Error(`Expected the sum ${sum}, got ${this.#sum}`);
    }
    if (this.#first === 0) throw new Error("The warm-up was never over");
    this.#measured = performance.now() - this.#first;
    this.#counted = this.#total - this.#counted;
    return true;
  }
}

/** Measures round trips until the time is over. */
export async function askFor(
  load: Load,
  ask: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<Result> {
  const pool = makePool(load.size);
  const mask = pool.length - 1;
  const times: number[] = [];
  const start = performance.now() + load.warmUp;
  const end = start + load.milliseconds;
  let total = 0;
  let first = 0;
  let before = performance.now();
  do {
    const reply = await ask(pool[total & mask]!);
    const now = performance.now();
    if (reply.length !== load.size || reply[1] !== (total & mask & 0xff)) {
      throw new Error("The reply is not the request");
    }
    total++;
    if (now >= start) {
      if (times.length === 0) first = before;
      times.push(now - before);
    }
    before = now;
  } while (before < end);
  const measured = before - first;
  await ask(lastMessage(load.size, total));
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.floor((times.length - 1) * share)]! * 1000;
  return {
    count: times.length,
    milliseconds: measured,
    total,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** True for the message that ends a run. */
export function isLast(message: Uint8Array): boolean {
  return message[0] === LAST;
}

/** What a program was asked for on its command line. */
export interface Task extends Load {
  /** `pull`, `push`, `rep`, `req`, `sub`, `pub` or `inproc`. */
  readonly role: string;
  /** `await` or `many`. */
  readonly mode: string;
  /** Where to connect to; empty for who binds. */
  readonly endpoint: string;
  /** How many subscribers. */
  readonly peers: number;
}

/** Reads `ROLE MODE SIZE MILLISECONDS WARM-UP PEERS [ENDPOINT]`. */
export function readTask(words: readonly string[]): Task {
  const [role = "", mode = "", size, milliseconds, warmUp, peers, endpoint] =
    words;
  return {
    role,
    mode,
    size: Number(size),
    milliseconds: Number(milliseconds),
    warmUp: Number(warmUp),
    peers: Number(peers),
    endpoint: endpoint ?? "",
  };
}

/** Tells `run.ts` where this program is bound, or what it measured. */
export function tell(line: { endpoint: string } | { result: Result }): void {
  console.log(JSON.stringify(line));
}
