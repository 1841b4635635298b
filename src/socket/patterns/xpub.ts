/**
 * XPUB: PUB whose application sees the subscriptions, and may decide on them
 * (RFC 29).
 *
 * The application gets a subscription as one frame: 01 and the topic, 00 and
 * the topic when it ends, whatever the wire form. One that does not read them
 * still publishes, and what waits for it has a limit: late, of many changes of
 * a topic it hears what came of them. In manual mode it has to decide on each:
 * there a peer that asked for much waits until it does.
 *
 * @module
 */

import { ZmqError } from "../../base/errors.ts";
import { Ring } from "../../base/ring.ts";
import type { Message } from "../../message/message.ts";
import type { SocketType } from "../../options/socket_type.ts";
import {
  NOTICE_LIMIT,
  type Pipe,
  type PipeCommand,
} from "../../routing/pipe.ts";
import { Subscriptions } from "../../routing/subscriptions.ts";
import type { Envelope } from "../pattern.ts";
import { LateNotices, notice } from "./late_notices.ts";
import { PubPattern } from "./pub.ts";

/**
 * What all notices that wait may weigh; then only what comes of each topic is
 * told, once those are read.
 */
const MOST_WAITING = 1024 * 1024;
/** What a notice weighs beside its topic. */
const NOTICE_OCTETS = 256;

/** True for a frame of the form of a subscription. */
function isNotice(frame: Uint8Array): boolean {
  return frame.length > 0 && frame[0]! <= 1;
}

/** What a message weighs if it is a notice. */
function noticeWeight(message: Message): number {
  const frame = message[0]!;
  if (message.length > 1 || !isNotice(frame)) return 0;
  return NOTICE_OCTETS + frame.length;
}

/** True when a notice is the next of what a pipe has to be read. */
function leads(pipe: Pipe): boolean {
  const message = pipe.inbox.peek();
  return message !== undefined && noticeWeight(message) > 0;
}

/** The routing of an XPUB socket. */
export class XPubPattern extends PubPattern {
  override readonly type: SocketType = "XPUB";
  override readonly receives: boolean = true;
  // Manual mode: what the peers asked for; what they get is decided.
  #asked = new Subscriptions();
  // Manual mode: the subscriber of the last notice that was received.
  #last: Pipe | undefined;
  // Manual mode: whose notices the application has received.
  readonly #heard = new Set<Pipe>();
  // Who the notices in the queue are of, oldest first.
  #order = new Ring<Pipe>();
  // What they weigh.
  #waiting = 0;
  #late = new LateNotices();
  // Who told of something late, at last.
  #lateSource: Pipe | undefined;
  #isLateTurn = false;

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
    this.#heard.delete(pipe);
  }

  override command(pipe: Pipe, command: PipeCommand, topic: Uint8Array): void {
    if (command !== "SUBSCRIBE" && command !== "CANCEL") return;
    const subscribed = command === "SUBSCRIBE";
    const before = this.subscriptions.count(pipe);
    const isChange = subscribed
      ? this.#subscribed(pipe, topic)
      : this.#cancelled(pipe, topic);
    if (pipe.closed || !this.#isTold(subscribed, isChange)) return;
    // Manual mode: a peer that is there waits itself, before there are more.
    if (this.#manual || !this.#isBehind(pipe)) {
      this.#tell(pipe, subscribed, topic);
    } else if (
      // Of what is told again and again, only what there is an end of.
      isChange || this.#tellsAll && this.subscriptions.count(pipe) !== before
    ) this.#tellLate(pipe, subscribed, topic);
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
    const late = this.#receiveLate();
    if (late !== undefined) return late;
    const message = this.#readQueue();
    if (message === undefined) return undefined;
    const source = this.source = this.queue.source!;
    const weight = noticeWeight(message);
    if (weight > 0) {
      this.#waiting -= weight;
      source.notices--;
      this.#last = source.closed ? undefined : source;
      if (this.#manual && !source.closed) this.#heard.add(source);
    }
    return message;
  }

  override get canReceive(): boolean {
    return !this.queue.empty || this.#late.size > 0;
  }

  override get waiting(): number {
    return super.waiting + this.#late.size;
  }

  override end(): void {
    super.end();
    this.#asked = new Subscriptions();
    this.#late = new LateNotices();
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

  protected override forget(pipe: Pipe): Iterator<number> {
    const manual = this.#manual;
    if (manual && this.#waiting >= MOST_WAITING && !this.#heard.has(pipe)) {
      // The application never hears that this peer was there.
      this.#dropNotices(pipe);
      return inTurn(this.#asked.leave(pipe), super.forget(pipe));
    }
    const tell = (topic: Uint8Array, wasLast: boolean): void => {
      if (!this.#isTold(false, wasLast)) return;
      if (this.#isBehind(pipe)) this.#tellLate(pipe, false, topic);
      else this.#tell(pipe, false, topic);
    };
    return inTurn(
      this.#asked.leave(pipe, (topic) => tell(topic, true)),
      this.subscriptions.leave(pipe, manual ? undefined : tell),
    );
  }

  get #manual(): boolean {
    const { manual, manualLastValue } = this.host.options;
    return manual || manualLastValue;
  }

  /** Notes a subscription; true when it is the topic's first. */
  #subscribed(pipe: Pipe, topic: Uint8Array): boolean {
    if (!this.#manual) return this.admit(pipe, this.subscriptions, topic);
    this.admit(pipe, this.#asked, topic);
    return true;
  }

  /** Notes the end of a subscription; true when it was the topic's last. */
  #cancelled(pipe: Pipe, topic: Uint8Array): boolean {
    if (!this.#manual) return this.subscriptions.remove(topic, pipe);
    this.#asked.remove(topic, pipe);
    return true;
  }

  get #tellsAll(): boolean {
    return this.host.options.verbosity === "allSubsUnsubs";
  }

  /** True when the application is to know. */
  #isTold(subscribed: boolean, isChange: boolean): boolean {
    if (isChange || this.#tellsAll) return true;
    return subscribed && this.host.options.verbosity !== null;
  }

  /** True when more notices wait already than are kept one by one. */
  #isBehind(pipe: Pipe): boolean {
    return this.#late.size > 0 || this.#waiting >= MOST_WAITING ||
      pipe.notices + 1 >= NOTICE_LIMIT;
  }

  #tell(pipe: Pipe, subscribed: boolean, topic: Uint8Array): void {
    this.deliver(pipe, notice(subscribed, topic));
  }

  #tellLate(pipe: Pipe, subscribed: boolean, topic: Uint8Array): void {
    this.#late.add(subscribed, topic);
    this.#lateSource = pipe;
    if (this.canReceive) this.host.readable();
  }

  /**
   * Messages are fair-queued, but notices come in order: what one peer takes
   * back another may have asked for since.
   */
  #readQueue(): Message | undefined {
    const { queue } = this;
    const next = queue.next;
    const first = this.#order.peek();
    if (next === undefined) return undefined;
    const isEarly = first !== undefined && first !== next && leads(next);
    // Before it is read: what waits for room may be delivered meanwhile.
    if (leads(isEarly ? first : next)) this.#order.shift();
    return isEarly ? queue.readFrom(first) : queue.read();
  }

  /** Takes a late notice, in turn with messages, after all that came before. */
  #receiveLate(): Message | undefined {
    if (this.#late.size === 0 || this.#waiting > 0) return undefined;
    this.#isLateTurn = !this.#isLateTurn || this.queue.empty;
    if (!this.#isLateTurn) return undefined;
    const message = this.#late.take()!;
    let source = this.#lateSource!;
    if (message[0]![0] === 1) {
      const topic = message[0]!.subarray(1);
      this.subscriptions.matchExactly(topic, (pipe) => source = pipe);
    }
    this.source = source;
    this.#last = undefined;
    return message;
  }

  protected override deliver(pipe: Pipe, message: Message): void {
    // The last of them replaces the others.
    if (pipe.limits.conflate) this.#dropNotices(pipe);
    const weight = noticeWeight(message);
    this.#waiting += weight;
    if (weight > 0) {
      this.#order.push(pipe);
      pipe.notices++;
    }
    super.deliver(pipe, message);
  }

  #dropNotices(pipe: Pipe): void {
    pipe.filter((message) => {
      const weight = noticeWeight(message);
      this.#waiting -= weight;
      return weight === 0;
    });
    pipe.notices = 0;
    const order = new Ring<Pipe>();
    for (const each of this.#order) if (each !== pipe) order.push(each);
    this.#order = order;
    if (pipe.inbox.length === 0) this.queue.remove(pipe);
  }

  #decided(operation: string): Pipe | undefined {
    if (this.#manual) return this.#last;
    throw new ZmqError(
      "EINVAL",
      `Cannot ${operation} on an XPUB socket: expected "manual" to be set`,
    );
  }
}

function* inTurn(
  ...steps: readonly Iterator<number>[]
): Generator<number> {
  for (const each of steps) {
    for (let step = each.next(); !step.done; step = each.next()) {
      yield step.value;
    }
  }
}
