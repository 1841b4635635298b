/**
 * Load balancing of what is sent: round robin over the pipes that have room.
 *
 * @module
 */

import type { Pipe } from "./pipe.ts";

/** The pipes that may be written to, in turn. */
export class LoadBalancer {
  readonly #active: Pipe[] = [];
  #next = 0;
  /** The pipe that the last message went to. */
  target: Pipe | undefined;

  /** Adds a pipe, or one that has room again. */
  activate(pipe: Pipe): void {
    if (pipe.slot >= 0 || pipe.closed) return;
    pipe.slot = this.#active.length;
    this.#active.push(pipe);
  }

  /** Takes a pipe out: it is full, or gone. */
  deactivate(pipe: Pipe): void {
    const slot = pipe.slot;
    if (slot < 0) return;
    pipe.slot = -1;
    // The order of the others is kept: round robin stays fair.
    this.#active.splice(slot, 1);
    for (let i = slot; i < this.#active.length; i++) {
      this.#active[i]!.slot = i;
    }
    if (slot < this.#next) this.#next--;
    if (this.#next >= this.#active.length) this.#next = 0;
  }

  /** Sends a message to the next pipe with room; `false` when none has. */
  send(message: readonly Uint8Array[]): boolean {
    while (this.#active.length > 0) {
      const pipe = this.#active[this.#next]!;
      if (pipe.write(message)) {
        this.target = pipe;
        if (++this.#next >= this.#active.length) this.#next = 0;
        return true;
      }
      this.deactivate(pipe);
    }
    return false;
  }

  /** True when a message could be sent now. */
  get ready(): boolean {
    for (const pipe of this.#active) if (!pipe.full) return true;
    return false;
  }
}
