/**
 * A peer played by hand at a real socket: what a STREAM socket sends are
 * octets.
 *
 * @module
 */

import { fromHex, toHex } from "../../src/base/bytes.ts";
import { type Socket, Stream } from "../../mod.ts";
import { greeting, ready } from "./session_host.ts";
import type { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** The peer. */
export class RawStream {
  readonly socket: Stream;
  #id: Uint8Array | undefined;
  #heard = "";
  /** True once the connection is down. */
  gone = false;

  /** Connects to a socket, and says who it is. */
  static async meet(
    stage: Stage,
    own: Socket,
    endpoint: string,
    type: string,
    minor: 0 | 1 = 1,
    more = "",
  ): Promise<RawStream> {
    const raw = new RawStream(stage);
    const before = own.peers.length;
    raw.socket.connect(endpoint);
    await until(() => raw.#listen() && raw.#id !== undefined, "a connection");
    raw.say(greeting("NULL", minor) + ready(type, more));
    await until(() => own.peers.length > before, "the peer is in");
    return raw;
  }

  constructor(stage: Stage) {
    this.socket = stage.make(Stream, { reconnectInterval: -1 });
  }

  /** Says octets, in hexadecimal. */
  say(octets: string): void {
    this.socket.trySend([this.#id!, fromHex(octets)]);
  }

  /** What was heard so far, in hexadecimal. */
  get heard(): string {
    this.#listen();
    return this.#heard;
  }

  /** Waits until the connection is down. */
  async end(): Promise<void> {
    await until(() => this.#listen() && this.gone, "the end");
  }

  #listen(): true {
    for (;;) {
      const message = this.socket.tryReceive();
      if (message === undefined) return true;
      const [id, octets] = message;
      if (octets!.length > 0) this.#heard += toHex(octets!);
      else if (this.#id === undefined) this.#id = id;
      else this.gone = true;
    }
  }
}
