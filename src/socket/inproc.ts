/**
 * The inproc names of a context: who is bound to each, and who waits for a
 * name to be bound.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { InprocPipe } from "../routing/inproc_pipe.ts";

/** A socket bound to an inproc name: makes its end for a connecting one. */
export type InprocBinder = (connecting: InprocPipe) => void;

/** The inproc names of one context. */
export class InprocRegistry {
  readonly #bound = new Map<string, InprocBinder>();
  readonly #waiting = new Map<string, Set<InprocPipe>>();

  /** True when a socket is bound to the name. */
  has(name: string): boolean {
    return this.#bound.has(name);
  }

  /**
   * Binds a name. Who connected before is joined at once.
   *
   * @throws {ZmqError} `EADDRINUSE`.
   */
  bind(name: string, binder: InprocBinder): void {
    if (this.#bound.has(name)) {
      throw new ZmqError(
        "EADDRINUSE",
        `Cannot bind ${quote(`inproc://${name}`)}: another socket of this ` +
          "context is bound to it",
        { address: `inproc://${name}` },
      );
    }
    this.#bound.set(name, binder);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const pipe of waiting ?? []) binder(pipe);
  }

  /** Frees a name. To end the connections that it made is for who bound it. */
  unbind(name: string): void {
    this.#bound.delete(name);
  }

  /** Joins an end to the bound socket, now or when there is one. */
  connect(name: string, pipe: InprocPipe): void {
    const binder = this.#bound.get(name);
    if (binder !== undefined) {
      binder(pipe);
      return;
    }
    let waiting = this.#waiting.get(name);
    if (waiting === undefined) this.#waiting.set(name, waiting = new Set());
    waiting.add(pipe);
  }

  /** An end that may still wait is gone. */
  forget(name: string, pipe: InprocPipe): void {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined || !waiting.delete(pipe)) return;
    if (waiting.size === 0) this.#waiting.delete(name);
  }

  /** The context is at its end: whom an end waits for will not come. */
  close(): void {
    const all = [...this.#waiting.values()].flatMap((pipes) => [...pipes]);
    this.#waiting.clear();
    for (const pipe of all) pipe.close();
  }
}
