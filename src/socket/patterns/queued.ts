/**
 * What the patterns of receiving sockets share: a fair queue.
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import { FairQueue } from "../../routing/fair_queue.ts";
import type { Pipe } from "../../routing/pipe.ts";
import { Pattern } from "../pattern.ts";

/** A pattern that fair-queues what arrives. */
export abstract class QueuedPattern extends Pattern {
  protected readonly queue: FairQueue = new FairQueue();

  override message(pipe: Pipe, message: Message): void {
    this.deliver(pipe, message);
  }

  override get waiting(): number {
    return this.queue.messages;
  }

  override receive(): Message | undefined {
    const message = this.queue.read();
    if (message !== undefined) this.source = this.queue.source;
    return message;
  }

  override get canReceive(): boolean {
    return !this.queue.empty;
  }

  /** Queues a message for the application. */
  protected deliver(pipe: Pipe, message: Message): void {
    this.queue.push(pipe, message);
    this.host.readable();
  }
}
