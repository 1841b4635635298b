/**
 * Connections of a listener that are in their TLS handshake: bounded in number
 * and time, as the handshakes that follow.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Clock, Timer } from "../../src/base/clock.ts";
import { ZmqError } from "../../src/base/errors.ts";
import type { StreamOptions } from "../../src/transport/transport.ts";

interface Waiting {
  readonly socket: Socket;
  readonly timer: Timer | undefined;
  readonly since: number;
}

/** What is known of a socket before and after its handshake. */
interface Known {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** The TLS handshakes of one listener. */
export class TlsWaiting {
  readonly #time: number;
  readonly #most: number;
  readonly #failed: (cause: unknown) => void;
  readonly #clock: Clock;
  // By the addresses of both ends, which the socket with TLS has too; the
  // first is the oldest.
  readonly #waiting = new Map<string, Waiting>();

  /** Takes who is told of a handshake that failed. */
  constructor(
    options: StreamOptions,
    failed: (cause: unknown) => void,
    clock: Clock,
  ) {
    this.#time = timeOf(options.handshakeInterval);
    this.#most = mostOf(options.maxPendingHandshakes);
    this.#failed = failed;
    this.#clock = clock;
  }

  /** A connection was accepted. */
  add(socket: Socket): void {
    const key = keyOf(socket);
    this.#forget(key);
    if (this.#waiting.size >= this.#most) {
      const [oldest] = this.#waiting.keys();
      this.#drop(oldest!, `the limit of ${this.#most} handshakes was reached`);
    }
    const late = (): void => this.#drop(key, `it took over ${this.#time} ms`);
    const timer = this.#time > 0
      ? this.#clock.setTimer(late, this.#time)
      : undefined;
    timer?.hold(false);
    this.#waiting.set(key, { socket, timer, since: this.#clock.now() });
    socket.once("close", () => {
      if (this.#waiting.get(key)?.socket !== socket) return;
      this.#forget(key);
      this.#failed(
        new ZmqError("ECONNRESET", "A peer left in its TLS handshake"),
      );
    });
  }

  /**
   * The handshake is over: tells when it began, `undefined` when the
   * connection was given up before.
   */
  delete(socket: Known): number | undefined {
    return this.#forget(keyOf(socket))?.since;
  }

  /** There will be no handshake. */
  drop(socket: Socket, cause: unknown): void {
    this.fail(socket, cause);
    socket.destroy();
  }

  /** The handshake failed. */
  fail(socket: Known, cause: unknown): void {
    if (this.#forget(keyOf(socket)) !== undefined) this.#failed(cause);
  }

  /** Drops them all. */
  close(): void {
    for (const key of [...this.#waiting.keys()]) {
      this.#forget(key)!.socket.destroy();
    }
  }

  #drop(key: string, why: string): void {
    const waiting = this.#forget(key);
    if (waiting === undefined) return;
    waiting.socket.destroy();
    this.#failed(
      new ZmqError("ETIMEDOUT", `Dropped a peer in its TLS handshake: ${why}`),
    );
  }

  #forget(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    waiting?.timer?.cancel();
    this.#waiting.delete(key);
    return waiting;
  }
}

/**
 * The peer's address and port alone are not enough where a listener has
 * several addresses: who dials two of them from one port, or by way of a NAT
 * that gives one port for both, has two connections.
 */
function keyOf(
  { localAddress, localPort, remoteAddress, remotePort }: Known,
): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

/** How many may wait: one at least, as after TLS; any number without limit. */
function mostOf(value: unknown): number {
  return typeof value === "number" && value >= 0
    ? Math.max(value, 1)
    : Infinity;
}

/** A time, or 0 where there is no limit. */
function timeOf(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
