/**
 * Routing ids: which pipe has which, and fresh ones for peers without a name.
 *
 * @module
 */

import { randomBytes, readU32, toKey, writeU32 } from "../base/bytes.ts";
import type { Message } from "../message/message.ts";
import { FrameCopies } from "./frame_copies.ts";
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

/**
 * Octets that ids share when they are given away: one comes with each message,
 * and V8 takes longer for a buffer of its own than for the message. There are
 * not many, since whoever keeps an id keeps all of them.
 */
const SLAB = 1024;

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
  readonly #copies = new FrameCopies(SLAB);
  readonly #counter = new IdCounter();

  /** The pipe that has an id. */
  find(id: Uint8Array): Pipe | undefined {
    return this.#pipes.get(toKey(id));
  }

  /** True when a pipe has an id. */
  has(pipe: Pipe): boolean {
    return this.#names.has(pipe);
  }

  /** The id of a pipe, as a key. */
  keyOf(pipe: Pipe): string | undefined {
    return this.#names.get(pipe)?.key;
  }

  /** The id of a pipe, in octets that may be given away. */
  idOf(pipe: Pipe): Uint8Array | undefined {
    const name = this.#names.get(pipe);
    return name === undefined ? undefined : this.#copies.frame(name.id);
  }

  /** Renews the id of a message that waited: its buffer may be gone. */
  renew(message: Message | undefined, pipe: Pipe | undefined): void {
    if (message === undefined || message[0]!.length > 0) return;
    const id = pipe && this.idOf(pipe);
    if (id !== undefined) message[0] = id;
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
    pipe.peer = { ...pipe.peer, routingId: this.#names.get(pipe)?.id.slice() };
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
