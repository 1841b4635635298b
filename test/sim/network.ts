// The simulated network: hosts that listen and connect, links that are slow
// or cut, and every connection that ever was.
import { ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../../src/transport/transport.ts";
import type { Random } from "./random.ts";
import { type Manners, SimStream, type Wire } from "./stream.ts";
import type { Owner, Time } from "./time.ts";

/** Milliseconds between two attempts to reach a host. */
const SYN_INTERVAL = 300;
/** How many there are. */
const SYN_ATTEMPTS = 10;

/** A program on a host, as the network sees it. */
export interface Program extends Owner {
  /** The host's address. */
  readonly address: string;
}

/** Somebody listens. */
interface Listening {
  readonly program: Program;
  readonly accept: (stream: ByteStream) => void;
}

/** Both ends of a connection, the connecting one first. */
export type Pair = readonly [SimStream, SimStream];

/** The network between all programs. */
export class SimNetwork implements Wire {
  readonly time: Time;
  readonly random: Random;
  /** Every connection that ever was. */
  readonly pairs: Pair[] = [];
  /** How many attempts to connect there were, by the address asked for. */
  readonly attempts = new Map<string, number>();
  readonly #listening = new Map<string, Listening>();
  readonly #trace: (line: string, octets?: Uint8Array) => void;
  readonly #slowest: number;
  // Hosts without power.
  readonly #dark = new Set<string>();
  // Hosts of one side of a partition; others are on the other one.
  #island: ReadonlySet<string> | undefined;
  #nextPort = 40_000;

  constructor(
    time: Time,
    random: Random,
    trace: (line: string, octets?: Uint8Array) => void,
  ) {
    this.time = time;
    this.random = random;
    this.#trace = trace;
    this.#slowest = random.pick([0, 1, 5, 30]);
  }

  /** How many listeners there are. */
  get listeners(): number {
    return this.#listening.size;
  }

  /** Cuts the hosts off from all others, or with no argument heals that. */
  partition(island?: ReadonlySet<string>): void {
    this.#island = island;
  }

  /** Switches a host off or on. */
  power(address: string, isOn: boolean): void {
    if (isOn) this.#dark.delete(address);
    else this.#dark.add(address);
  }

  /** The transport of one program. */
  transport(program: Program): Transport {
    return {
      scheme: "tcp",
      connect: (endpoint, options) => this.#connect(program, endpoint, options),
      listen: (endpoint, options, accept) =>
        this.#listen(program, endpoint, options, accept),
    };
  }

  /** A program is dead: nothing listens, its connections end. */
  bury(program: Program, end: (stream: SimStream) => void): void {
    for (const [key, { program: owner }] of this.#listening) {
      if (owner === program) this.#listening.delete(key);
    }
    for (const pair of this.pairs) {
      for (const stream of pair) if (stream.owner === program) end(stream);
    }
  }

  // For the streams.

  latency(): number {
    return this.random.below(this.#slowest + 1);
  }

  blocked(from: SimStream): boolean {
    const [a, b] = [from.owner, from.peer.owner] as Program[];
    return this.#dark.has(b!.address) || this.#cut(a!.address, b!.address);
  }

  trace(what: string, octets?: Uint8Array): void {
    this.#trace(what, octets);
  }

  #cut(a: string, b: string): boolean {
    const island = this.#island;
    return island !== undefined && island.has(a) !== island.has(b);
  }

  async #listen(
    program: Program,
    { text }: Endpoint,
    _options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    if (this.#listening.has(text)) {
      throw new ZmqError("EADDRINUSE", `Somebody listens at ${text}`);
    }
    const listening = { program, accept };
    this.#listening.set(text, listening);
    return {
      endpoint: text,
      close: async () => {
        if (this.#listening.get(text) === listening) {
          this.#listening.delete(text);
        }
      },
    };
  }

  #connect(
    program: Program,
    { text }: Endpoint,
    { signal }: ConnectOptions,
  ): Promise<ByteStream> {
    this.attempts.set(text, (this.attempts.get(text) ?? 0) + 1);
    this.#trace(`connect ${program.address} ${text}`);
    return new Promise((resolve, reject) => {
      let attempts = 0;
      const abort = (): void => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      const later = (delay: number, callback: () => void): void => {
        this.time.after(delay, program, () => {
          if (!signal.aborted) callback();
        });
      };
      const knock = (): void => {
        const host = text.slice(6, text.lastIndexOf(":"));
        const listening = this.#listening.get(text);
        if (this.#cut(program.address, host) || this.#dark.has(host)) {
          if (++attempts < SYN_ATTEMPTS) later(SYN_INTERVAL, knock);
          else reject(new ZmqError("ETIMEDOUT", `No answer from ${text}`));
        } else if (listening === undefined) {
          later(
            this.latency(),
            () =>
              reject(
                new ZmqError("ECONNREFUSED", `Nothing listens at ${text}`),
              ),
          );
        } else {
          const stream = this.#join(program, listening, text);
          this.time.after(this.latency(), program, () => {
            // Given up meanwhile: the listener may have taken it.
            if (signal.aborted) stream.close();
            else resolve(stream);
          });
        }
      };
      later(this.latency(), knock);
    });
  }

  #join(program: Program, listening: Listening, endpoint: string): SimStream {
    const local = `tcp://${program.address}:${this.#nextPort++}`;
    const manners = this.#manners();
    const near = new SimStream(this, program, manners, local, endpoint);
    const far = new SimStream(
      this,
      listening.program,
      manners,
      endpoint,
      local,
    );
    near.peer = far;
    far.peer = near;
    this.pairs.push([near, far]);
    this.time.after(0, listening.program, () => {
      if (far.gone) return;
      if (this.#listening.get(endpoint) === listening) listening.accept(far);
      else far.leave();
    });
    return near;
  }

  #manners(): Manners {
    const { random } = this;
    return {
      writeLimit: random.pick([1, 500, 65_536]),
      window: random.pick([200, 4096, 65_536]),
      packet: random.chance(0.1) ? 16 : random.pick([1460, 65_536]),
    };
  }
}
