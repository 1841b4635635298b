/**
 * What the patterns that deal messages out share: a load balancer.
 *
 * @module
 */

import type { Message } from "../../message/message.ts";
import { LoadBalancer } from "../../routing/load_balancer.ts";
import type { Pipe } from "../../routing/pipe.ts";
import type { Envelope } from "../pattern.ts";
import { QueuedPattern } from "./queued.ts";

/** A pattern that sends each message to the next pipe with room. */
export abstract class BalancedPattern extends QueuedPattern {
  protected readonly balancer: LoadBalancer = new LoadBalancer();

  override attach(pipe: Pipe): void {
    this.balancer.activate(pipe);
    this.host.writable();
  }

  override detach(pipe: Pipe): void {
    this.balancer.deactivate(pipe);
  }

  override writable(pipe: Pipe): void {
    this.balancer.activate(pipe);
    this.host.writable();
  }

  override send(message: Message, _envelope?: Envelope): boolean {
    return this.balancer.send(message);
  }

  override get canSend(): boolean {
    return this.balancer.ready;
  }
}
