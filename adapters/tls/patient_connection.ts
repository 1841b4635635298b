/**
 * A connection of `node:tls` on Deno, whose sockets forget the end of the peer
 * when it comes while they are paused. So they are not paused at once: what
 * arrives meanwhile is held here, up to a limit. Beyond it the socket is
 * paused after all, for memory is worth more than the end of a peer that
 * leaves without a word; heartbeats tell of that.
 *
 * @module
 */

import type { Socket } from "node:net";
import { NodeConnection } from "../node/connection.ts";

/** How many octets are held before the socket has to be paused. */
const HELD_LIMIT = 1024 * 1024;

/** A connection over a socket with TLS, on whatever runtime. */
export function tlsConnection(
  socket: Socket,
  localAddress: string,
  remoteAddress: string,
  since?: number,
): NodeConnection {
  const connection = "Deno" in globalThis ? PatientConnection : NodeConnection;
  return new connection(socket, localAddress, remoteAddress, undefined, since);
}

/** Holds what arrives instead of pausing its socket. */
export class PatientConnection extends NodeConnection {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #waits = false;
  #stopped = false;
  #flushing = false;
  // What the sink is told when it has got all octets.
  #ended = false;
  #end: { readonly cause: unknown } | undefined;

  /** Stops calling `data`. */
  override pause(): void {
    this.#waits = true;
  }

  /** Goes on calling `data`; the first call starts it. */
  override resume(): void {
    this.#waits = false;
    if (!this.#stopped) super.resume();
    if (this.#flushing || !this.#isBehind) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Octets arrived. */
  override arrived(chunk: Uint8Array): void {
    if (!this.#waits && this.#held.length === 0) return super.arrived(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#stopped || this.#heldBytes < HELD_LIMIT) return;
    this.#stopped = true;
    super.pause();
  }

  /** The peer will send no more. */
  protected override peerEnded(): void {
    if (this.#held.length > 0 && !this.lost) this.#ended = true;
    else super.peerEnded();
  }

  /** The socket is gone. */
  protected override gone(cause?: unknown): void {
    if (this.#held.length > 0 && !this.lost) this.#end ??= { cause };
    else super.gone(cause);
  }

  /** Drops the socket, and what is held. */
  protected override drop(): void {
    this.#held = [];
    super.drop();
    // It may be gone already, with octets that nobody wants any more.
    if (this.#end !== undefined) super.gone(this.#end.cause);
  }

  get #isBehind(): boolean {
    return this.#held.length > 0 || this.#stopped;
  }

  #flush(): void {
    while (!this.#waits && this.#held.length > 0) {
      const chunk = this.#held.shift()!;
      this.#heldBytes -= chunk.length;
      super.arrived(chunk);
    }
    if (this.#waits || this.lost) return;
    if (this.#ended) {
      this.#ended = false;
      super.peerEnded();
    }
    if (this.#end !== undefined) super.gone(this.#end.cause);
    else if (this.#stopped) {
      this.#stopped = false;
      super.resume();
    }
  }
}
