/**
 * Dials one of several addresses: each next one when the one before has
 * failed or has not answered for a while, the first connection wins
 * (RFC 8305 §5).
 *
 * @module
 */

/** How long an attempt has before the next one starts beside it. */
const attemptDelay = 250;

/** Something that can be let go. */
export interface Closable {
  /** Lets go. */
  close(): void;
}

/**
 * The first connection that one of the hosts gives. The others are given up.
 *
 * @param hosts At least one host.
 * @param signal Aborting it gives up all attempts.
 * @param dial Makes one attempt; has to heed its own signal.
 */
export function dialFirst<Connection extends Closable>(
  hosts: readonly string[],
  signal: AbortSignal,
  dial: (host: string, signal: AbortSignal) => Promise<Connection>,
): Promise<Connection> {
  if (signal.aborted) return Promise.reject(signal.reason);
  if (hosts.length === 1) return dial(hosts[0]!, signal);
  return new Promise((resolve, reject) => {
    new Race(hosts, signal, dial, resolve, reject).next();
  });
}

class Race<Connection extends Closable> {
  readonly #hosts: readonly string[];
  readonly #signal: AbortSignal;
  readonly #dial: (host: string, signal: AbortSignal) => Promise<Connection>;
  readonly #resolve: (connection: Connection) => void;
  readonly #reject: (cause: unknown) => void;
  readonly #losers = new AbortController();
  readonly #abort = (): void => this.#fail(this.#signal.reason);
  #started = 0;
  #failed = 0;
  #decided = false;
  #firstCause: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    hosts: readonly string[],
    signal: AbortSignal,
    dial: (host: string, signal: AbortSignal) => Promise<Connection>,
    resolve: (connection: Connection) => void,
    reject: (cause: unknown) => void,
  ) {
    this.#hosts = hosts;
    this.#signal = signal;
    this.#dial = dial;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  next(): void {
    clearTimeout(this.#timer);
    if (this.#decided || this.#started === this.#hosts.length) return;
    const host = this.#hosts[this.#started++]!;
    this.#dial(host, this.#losers.signal).then(
      (connection) => this.#win(connection),
      (cause: unknown) => this.#lose(cause),
    );
    if (this.#started < this.#hosts.length) {
      this.#timer = setTimeout(() => this.next(), attemptDelay);
    }
  }

  #win(connection: Connection): void {
    if (this.#decided) return connection.close();
    this.#decide();
    this.#resolve(connection);
  }

  #lose(cause: unknown): void {
    // The first address is the preferred one: its failure says most.
    if (this.#failed++ === 0) this.#firstCause = cause;
    if (this.#failed === this.#hosts.length) this.#fail(this.#firstCause);
    else this.next();
  }

  #fail(cause: unknown): void {
    if (this.#decided) return;
    this.#decide();
    this.#reject(cause);
  }

  #decide(): void {
    this.#decided = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#abort);
    this.#losers.abort();
  }
}
