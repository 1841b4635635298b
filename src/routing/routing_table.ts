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

/** Octet strings as names of pipes, one each way. */
export class RoutingTable {
  readonly #pipes = new Map<string, Pipe>();
  readonly #ids = new Map<Pipe, Uint8Array>();
  readonly #counter = new IdCounter();

  /** The pipe that has an id. */
  find(id: Uint8Array): Pipe | undefined {
    return this.#pipes.get(toKey(id));
  }

  /** The id of a pipe. */
  idOf(pipe: Pipe): Uint8Array | undefined {
    return this.#ids.get(pipe);
  }

  /** Every pipe that has an id. */
  pipes(): IterableIterator<Pipe> {
    return this.#ids.keys();
  }

  /** Names a pipe, and tells it. The id must be free. */
  add(pipe: Pipe, id: Uint8Array): void {
    this.#pipes.set(toKey(id), pipe);
    this.#ids.set(pipe, id);
    this.tell(pipe);
  }

  /** Makes the pipe's peer carry the id of the table. */
  tell(pipe: Pipe): void {
    const routingId = this.#ids.get(pipe);
    if (routingId !== pipe.peer.routingId) {
      pipe.peer = { ...pipe.peer, routingId };
    }
  }

  /** Takes a pipe's id away. */
  remove(pipe: Pipe): void {
    const id = this.#ids.get(pipe);
    if (id === undefined) return;
    this.#ids.delete(pipe);
    this.#pipes.delete(toKey(id));
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
