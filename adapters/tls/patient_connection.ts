/**
 * A connection of `node:tls` on Deno, whose sockets go on reading while they
 * are paused, without bound, and forget the end of the peer when it comes
 * meanwhile. So it is the TCP socket below that stops reading, and what TLS
 * had read before is held here. Where it cannot be reached, the socket with
 * TLS is paused once much is held: memory is worth more than the end of a peer
 * that leaves without a word; heartbeats tell of that.
 *
 * @module
 */

import type { Socket } from "node:net";
import { NodeConnection } from "../node/connection.ts";

/** How many octets are held before the socket has to be paused. */
const HELD_LIMIT = 1024 * 1024;

/** The TCP socket below one with TLS. */
interface Below {
  readStart(): void;
  readStop(): void;
}

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
  readonly #below: Below | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #waits = false;
  #stopped = false;
  #flushing = false;
  // What the sink is told when it has got all octets.
  #ended = false;
  #end: { readonly cause: unknown } | undefined;

  /** Takes a connected socket. */
  constructor(...init: ConstructorParameters<typeof NodeConnection>) {
    super(...init);
    this.#below = below(init[0]);
  }

  /** Stops calling `data`. */
  override pause(): void {
    this.#waits = true;
    if (!this.lost) this.#below?.readStop();
  }

  /** Goes on calling `data`; the first call starts it. */
  override resume(): void {
    this.#waits = false;
    if (!this.lost) this.#below?.readStart();
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

/** The socket below, while there is one. */
function below(socket: Socket): Below | undefined {
  const { _handle: handle } = socket as { _handle?: { _parent?: unknown } };
  const parent = handle?._parent as Partial<Below> | null | undefined;
  return typeof parent?.readStart === "function" &&
      typeof parent.readStop === "function"
    ? parent as Below
    : undefined;
}
