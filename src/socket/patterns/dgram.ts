/**
 * DGRAM: datagrams from and to anybody. A message is an address and a body.
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import { DatagramPipe } from "../../routing/datagram_pipe.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { requireDatagramSize } from "./checks.ts";
import { QueuedPattern } from "./queued.ts";

/** The routing of a DGRAM socket. */
export class DgramPattern extends QueuedPattern {
  override readonly type: SocketType = "DGRAM";
  #pipe: DatagramPipe | undefined;

  override attach(pipe: Pipe): void {
    if (!(pipe instanceof DatagramPipe) || this.#pipe !== undefined) {
      this.host.reject(
        pipe,
        new ZmqError("EFSM", "Refused an endpoint: the socket is bound"),
      );
      return;
    }
    this.#pipe = pipe;
    this.host.writable();
  }

  override detach(pipe: Pipe): void {
    if (this.#pipe === pipe) this.#pipe = undefined;
  }

  override writable(_pipe: Pipe): void {
    this.host.writable();
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    if (message.length !== 2) {
      throw new ZmqError(
        "EINVAL",
        `Cannot send ${message.length} frames on a ${this.type} socket: ` +
          "expected an address and one frame",
      );
    }
    const pipe = this.#pipe;
    if (pipe === undefined) return false;
    requireDatagramSize(pipe, message);
    return pipe.write(message);
  }

  override get canSend(): boolean {
    return this.#pipe !== undefined && !this.#pipe.full;
  }
}
