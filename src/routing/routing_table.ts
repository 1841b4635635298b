/**
 * Routing ids: which pipe has which, and fresh ones for peers without a name.
 *
 * @module
 */

import { randomBytes, readU32, toKey, writeU32 } from "../base/bytes.ts";
import type { Pipe } from "./pipe.ts";

/** Unsigned 32-bit numbers that count up from where no peer can guess. */
export class IdCounter {
  #last: number = readU32(randomBytes(4), 0);

  /** The next number that is neither 0 nor taken. */
  next(taken: (id: number) => boolean): number {
    do this.#last = (this.#last + 1) >>> 0; while (
      this.#last === 0 || taken(this.#last)
    );
    return this.#last;
  }
}

/** The id of a pipe, as octets and as a key. */
interface Name {
  readonly id: Uint8Array;
  readonly key: string;
}

/**
 * Octet strings as names of pipes, one each way. The table's own octets never
 * leave it: who could write to them, or transfer their buffer, would rename
 * the peer.
 */
export class RoutingTable {
  readonly #pipes = new Map<string, Pipe>();
  readonly #names = new Map<Pipe, Name>();
  readonly #counter = new IdCounter();

  /** The pipe that has an id. */
  find(id: Uint8Array): Pipe | undefined {
    return this.#pipes.get(toKey(id));
  }

  /** True when a pipe has an id. */
  has(pipe: Pipe): boolean {
    return this.#names.has(pipe);
  }

  /** The id of a pipe, in octets of the caller's own. */
  idOf(pipe: Pipe): Uint8Array | undefined {
    return this.#names.get(pipe)?.id.slice();
  }

  /** Every pipe that has an id. */
  pipes(): IterableIterator<Pipe> {
    return this.#names.keys();
  }

  /** Names a pipe, and tells it. The id must be free. */
  add(pipe: Pipe, id: Uint8Array): void {
    const key = toKey(id);
    this.#pipes.set(key, pipe);
    this.#names.set(pipe, { id: new Uint8Array(id), key });
    this.tell(pipe);
  }

  /** Makes the pipe's peer carry the id of the table. */
  tell(pipe: Pipe): void {
    pipe.peer = { ...pipe.peer, routingId: this.idOf(pipe) };
  }

  /** Takes a pipe's id away. */
  remove(pipe: Pipe): void {
    const name = this.#names.get(pipe);
    if (name === undefined) return;
    this.#names.delete(pipe);
    this.#pipes.delete(name.key);
  }

  /** A free id of the form that no peer may choose: 00 and a number. */
  fresh(): Uint8Array {
    const id = new Uint8Array(5);
    this.#counter.next((number) => {
      writeU32(id, 1, number);
      return this.#pipes.has(toKey(id));
    });
    return id;
  }
}
