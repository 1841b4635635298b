// libnorm as a test plays it: what it is asked, in order, and whether its
// thread stood still then.
import { ZmqError } from "../../mod.ts";
import { NormInstance } from "../../ext/norm/instance.ts";
import type { LibNorm } from "../../ext/norm/library.ts";

/** An event of the library. */
export interface PlayedEvent {
  readonly type: number;
  readonly sender?: bigint;
  readonly object?: bigint;
}

/** The session that the library makes. */
export const SESSION = 5n;

/** The library, with one session. */
export class PlayedNorm {
  /** The calls, with a dot before those for which the thread stands still. */
  readonly log: string[] = [];
  /** What the library is going to tell. */
  readonly events: PlayedEvent[] = [];
  /** Addresses and names that it was given. */
  readonly hosts: unknown[] = [];
  /** What functions answer that are not to answer true. */
  readonly answers = new Map<string, () => unknown>();
  /** A function that fails. */
  refused: string | undefined;
  readonly instance: NormInstance;
  #still = 0;

  constructor() {
    const calls = new Proxy({}, {
      get: (_, name: string) => (...values: unknown[]) => {
        this.log.push(this.#still > 0 ? `.${name}` : name);
        return this.#answer(name, values);
      },
    });
    const library = {
      calls,
      ffi: {
        watch: () => ({ hold: () => {}, close: () => Promise.resolve() }),
        address: () => 8n,
      },
      failure: (call: string) => new ZmqError("EINVAL", `${call} has failed`),
    };
    this.instance = new NormInstance(library as unknown as LibNorm);
  }

  #answer(name: string, values: readonly unknown[]): unknown {
    if (name === this.refused) return null;
    switch (name) {
      case "NormSuspendInstance":
        this.#still++;
        return true;
      case "NormResumeInstance":
        this.#still--;
        return undefined;
      case "NormCreateSession":
        this.hosts.push(values[1]);
        return SESSION;
      case "NormIsUnicastAddress":
        this.hosts.push(values[0]);
        return true;
      case "NormStreamOpen":
        return 6n;
      case "NormGetNextEvent":
        return this.#next(values[1] as BigUint64Array);
      case "NormStreamRead":
        // There is nothing.
        (values[2] as Uint32Array)[0] = 0;
    }
    return this.answers.get(name)?.() ?? true;
  }

  #next(into: BigUint64Array): boolean {
    const event = this.events.shift();
    if (event === undefined) return false;
    const { type, sender = 0n, object = 0n } = event;
    into.set([BigInt(type), SESSION, sender, object]);
    return true;
  }
}
