/**
 * XPUB: PUB whose application sees the subscriptions, and may decide on them
 * (RFC 29).
 *
 * The application gets a subscription as one frame: 01 and the topic, 00 and
 * the topic when it ends, whatever the wire form.
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import type { Pipe, PipeCommand } from "../../routing/pipe.ts";
import { Subscriptions } from "../../routing/subscriptions.ts";
import type { Envelope } from "../pattern.ts";
import { PubPattern } from "./pub.ts";

/** The frame that tells of a subscription, or of its end. */
function notice(subscribed: boolean, topic: Uint8Array): Message {
  const frame = new Uint8Array(1 + topic.length);
  frame[0] = subscribed ? 1 : 0;
  frame.set(topic, 1);
  return [frame];
}

/** True for a frame of the form of a subscription. */
function isNotice(frame: Uint8Array): boolean {
  return frame.length > 0 && frame[0]! <= 1;
}

/** The routing of an XPUB socket. */
export class XPubPattern extends PubPattern {
  override readonly type: SocketType = "XPUB";
  override readonly receives: boolean = true;
  // Manual mode: what the peers asked for; what they get is decided.
  readonly #asked = new Subscriptions();
  // Manual mode: the subscriber of the last notice that was received.
  #last: Pipe | undefined;

  /**
   * Manual mode: subscribes whom the last received notice came from. Does
   * nothing when that peer is gone.
   *
   * @throws {ZmqError} `EINVAL` without manual mode.
   */
  subscribe(topic: Uint8Array): void {
    const pipe = this.#decided("subscribe");
    if (pipe !== undefined) this.subscriptions.add(topic, pipe);
  }

  /**
   * Manual mode: the contrary of `subscribe`.
   *
   * @throws {ZmqError} `EINVAL` without manual mode.
   */
  unsubscribe(topic: Uint8Array): void {
    const pipe = this.#decided("unsubscribe");
    if (pipe !== undefined) this.subscriptions.remove(topic, pipe);
  }

  override detach(pipe: Pipe): void {
    if (this.#last === pipe) this.#last = undefined;
    super.detach(pipe);
  }

  override command(pipe: Pipe, command: PipeCommand, topic: Uint8Array): void {
    if (command !== "SUBSCRIBE" && command !== "CANCEL") return;
    const subscribed = command === "SUBSCRIBE";
    const tell = subscribed
      ? this.#subscribed(pipe, topic)
      : this.#cancelled(pipe, topic);
    if (tell && !pipe.closed) this.deliver(pipe, notice(subscribed, topic));
  }

  override message(pipe: Pipe, message: Message): void {
    const first = isNotice(message[0]!);
    const rest: Message = [];
    for (let i = 0; i < message.length; i++) {
      const frame = message[i]!;
      if (!isNotice(frame)) rest.push(frame);
      else if (first) {
        this.command(
          pipe,
          frame[0] === 1 ? "SUBSCRIBE" : "CANCEL",
          frame
            .subarray(1),
        );
      } else if (!this.host.options.onlyFirstSubscribe) {
        // As libzmq: later frames may subscribe too. The application sees
        // them in the message.
        const topic = frame.subarray(1);
        if (frame[0] === 1) this.#subscribed(pipe, topic);
        else this.#cancelled(pipe, topic);
      }
      if (pipe.closed) return;
    }
    if (!first) this.deliver(pipe, message);
    else if (rest.length > 0) this.deliver(pipe, rest);
  }

  override receive(): Message | undefined {
    if (!this.canReceive) return undefined;
    const message = this.queue.read()!;
    const source = this.source = this.queue.source!;
    if (message.length === 1 && isNotice(message[0]!)) {
      this.#last = source.closed ? undefined : source;
    }
    return message;
  }

  override get canReceive(): boolean {
    // Those who left may still have notices to give.
    let more = true;
    while (this.queue.empty && more) more = this.sweep();
    return !this.queue.empty;
  }

  protected override choose(message: Message, envelope?: Envelope): void {
    const last = this.#last;
    if (!this.host.options.manualLastValue || last === undefined) {
      super.choose(message, envelope);
      return;
    }
    this.subscriptions.match(message[0]!, (pipe) => {
      if (pipe === last) this.distributor.choose(pipe);
    });
  }

  override send(message: Message, envelope?: Envelope): boolean {
    if (!super.send(message, envelope)) return false;
    if (this.host.options.manualLastValue) this.#last = undefined;
    return true;
  }

  protected override *forget(pipe: Pipe): Generator<void> {
    const manual = this.#manual;
    const all = this.host.options.verbosity === "allSubsUnsubs";
    for (const topic of this.#asked.drain(pipe)) {
      this.#asked.remove(topic, pipe);
      this.queue.push(pipe, notice(false, topic));
      yield;
    }
    for (const topic of this.subscriptions.drain(pipe)) {
      const last = this.subscriptions.remove(topic, pipe);
      if (!manual && (last || all)) {
        this.queue.push(pipe, notice(false, topic));
      }
      yield;
    }
  }

  get #manual(): boolean {
    const { manual, manualLastValue } = this.host.options;
    return manual || manualLastValue;
  }

  /** Notes a subscription; true when the application is to know. */
  #subscribed(pipe: Pipe, topic: Uint8Array): boolean {
    if (this.#manual) {
      this.admit(pipe, this.#asked, topic);
      return true;
    }
    const first = this.admit(pipe, this.subscriptions, topic);
    return first || this.host.options.verbosity !== null;
  }

  /** Notes the end of a subscription; true when the application is to know. */
  #cancelled(pipe: Pipe, topic: Uint8Array): boolean {
    if (this.#manual) {
      this.#asked.remove(topic, pipe);
      return true;
    }
    const last = this.subscriptions.remove(topic, pipe);
    return last || this.host.options.verbosity === "allSubsUnsubs";
  }

  #decided(operation: string): Pipe | undefined {
    if (this.#manual) return this.#last;
    throw new ZmqError(
      "EINVAL",
      `Cannot ${operation} on an XPUB socket: expected "manual" to be set`,
    );
  }
}
