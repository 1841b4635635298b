/**
 * A connection of a STREAM socket: octets as they come, without greeting,
 * handshake and frames. What is read at once is one message; an empty message
 * to send ends the connection.
 *
 * The ids before the octets are the pattern's business.
 *
 * @module
 */

import type { ZmqError } from "../base/errors.ts";
import type { PipeLink } from "../routing/connection_pipe.ts";
import { plainPeer } from "../routing/peer.ts";
import { Connection } from "./connection.ts";
import { Unframer } from "./encoders.ts";
import { Writer } from "./writer.ts";

/** One raw connection. */
export class RawSession extends Connection implements PipeLink {
  readonly #unframer = new Unframer();
  #hushed = false;
  #paused = false;
  readonly #proceed = (): void => {
    if (this.over || !this.#paused) return;
    this.#paused = false;
    this.direct.resume();
  };

  // The pipe's side.

  schedule(): void {
    this.writer?.schedule();
  }

  flush(): void {
    this.writer?.flush();
  }

  resume(): void {
    // Not at once: a reader is in the middle of taking a message.
    this.host.clock.defer(this.#proceed);
  }

  /** Raw peers know no commands. */
  command(): void {}

  dropped(): void {
    this.close();
  }

  // The connection's life.

  override flushed(): void {
    if (this.#unframer.ended) this.endWriting();
    else super.flushed();
  }

  protected override begin(): void {
    const peer = plainPeer(this.remoteAddress);
    this.becomeReady();
    const pipe = this.owner.pipeFor(this, peer);
    if (pipe === undefined || pipe.closed || this.over) {
      this.close();
      return;
    }
    const { clock } = this.host;
    this.writer = new Writer(this, clock, this.direct, pipe, this.#unframer);
    this.pipe = pipe;
    pipe.attach(this, peer);
  }

  protected override receive(chunk: Uint8Array): void {
    const { pipe } = this;
    if (pipe === undefined || this.#hushed || chunk.length === 0) return;
    if (pipe.deliver([chunk]) || this.#paused || this.over) return;
    this.#paused = true;
    this.direct.pause();
  }

  /** Nothing waits here. */
  protected override catchUp(): void {}

  protected override hush(): void {
    this.#hushed = true;
    this.#proceed();
  }

  protected override lastWords(): boolean {
    return false;
  }

  /** There is nothing to stop. */
  protected override stop(): void {}

  protected override announce(error: ZmqError | undefined): void {
    this.emit("disconnect", error === undefined ? {} : { error });
  }
}
