/**
 * A WebSocket of `Bun.serve`, which knows no events of its own, in the form
 * that other platforms' have.
 *
 * @module
 */

import type { PlatformWebSocket } from "../../src/transport/platform_web_socket.ts";

/** What is used of Bun's `ServerWebSocket`. */
export interface BunServerSocket {
  /** What the owner keeps with it. */
  data: unknown;
  /** How binary messages are given. */
  binaryType?: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Sends a message; 0 when it was dropped, -1 when it waits. */
  sendBinary(data: Uint8Array): number;
  /** Octets that wait to be sent. */
  getBufferedAmount(): number;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drops the connection. */
  terminate(): void;
  /** Stops reading; newer versions have it. */
  pause?(): void;
  /** Goes on reading. */
  resume?(): void;
}

// deno-lint-ignore no-explicit-any
type Handler = (event: any) => void;

/** Bun's WebSocket, with events. */
export class BunPlatformSocket implements PlatformWebSocket {
  /** The subprotocol that was chosen. */
  readonly protocol: string;
  /** Stops reading, where Bun is new enough. */
  readonly pause?: () => void;
  /** Goes on reading. */
  readonly resume?: () => void;
  readonly #socket: BunServerSocket;
  readonly #handlers = new Map<string, Handler>();

  /** Takes a WebSocket that has just been opened. */
  constructor(socket: BunServerSocket, protocol: string) {
    this.#socket = socket;
    this.protocol = protocol;
    if (socket.pause === undefined) return;
    this.pause = () => socket.pause!();
    this.resume = () => socket.resume!();
  }

  /** How binary messages are given. */
  get binaryType(): string {
    return this.#socket.binaryType ?? "";
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type;
  }

  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): number {
    return this.#socket.readyState;
  }

  /** Octets that wait to be sent. */
  get bufferedAmount(): number {
    return this.#socket.getBufferedAmount();
  }

  /** Sends a message. */
  send(data: Uint8Array): void {
    // What is dropped would be missed: rather lose the connection.
    if (this.#socket.sendBinary(data) === 0) this.#socket.terminate();
  }

  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  /** Drops the connection. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Takes the one handler of an event. */
  addEventListener(type: string, handler: Handler): void {
    this.#handlers.set(type, handler);
  }

  /** Tells of an event. */
  tell(type: string, event: unknown): void {
    this.#handlers.get(type)?.(event);
  }
}
