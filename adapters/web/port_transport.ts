/**
 * Connections by name over channels: `port://name`, `broadcast://name`.
 *
 * Who connects calls on the channel of the name, and is answered on one of
 * its own, which carries the connection. Nobody may be there to say no: what
 * is not answered in time is refused.
 *
 * @module
 */

import { randomBytes, toHex } from "../../src/base/bytes.ts";
import type { Clock, Timer } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { CallbackByteStream } from "../../src/transport/streams.ts";
import type { ByteStream, Listener } from "../../src/transport/transport.ts";
import type { Channel, ChannelMessage, Channels } from "./channel.ts";
import { PortConnection } from "./port_connection.ts";

export { BroadcastChannels, PortChannels } from "./channel.ts";

/** How long a call may stay unanswered, in ms: a tab may be slow. */
const CALL_TIME = 1000;
/** How long others have to say that a name is theirs, in ms. */
const ASK_TIME = 100;
/** Milliseconds by which a timer that is not late may be late. */
const PUNCTUAL = 20;

/** A name for one end that nobody else has. */
function fresh(): string {
  return toHex(randomBytes(8));
}

/** Calls on the name of an endpoint. */
export async function callName(
  channels: Channels,
  clock: Clock,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<ByteStream> {
  const { address: name, text } = endpoint;
  const self = fresh();
  let connection: PortConnection | undefined;
  let channel: Channel | undefined;
  let meeting: Channel | undefined;
  let timer: Timer | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const refuse = (why: string): void => {
        const what = `Cannot connect to ${quote(text)}: ${why}`;
        const cause = new Error(why);
        reject(new ZmqError("ECONNREFUSED", what, { address: text, cause }));
      };
      timer = clock.setTimer(() => refuse("nobody answers"), CALL_TIME);
      signal.addEventListener("abort", () => reject(signal.reason));
      const call = (): void => meeting!.post({ kind: "call", from: self });
      meeting = channels.open(name, ({ kind }) => {
        if (kind === "here") call();
        else if (kind === "nobody") refuse("nobody is bound to it");
      });
      channel = channels.open(`${name}/${self}`, (message) => {
        if (connection !== undefined) connection.hear(message);
        else if (message.kind === "answer" && message.to === self) {
          connection = new PortConnection({
            clock,
            self,
            peer: message.from as string,
            localAddress: `${text}#${self}`,
            remoteAddress: text,
          });
          connection.use(channel!);
          resolve(new CallbackByteStream(connection));
        }
      });
      call();
    });
  } finally {
    timer?.cancel();
    meeting?.close();
    if (connection === undefined) channel?.close();
  }
}

/** Answers calls on the name of an endpoint. */
export async function bindName(
  channels: Channels,
  clock: Clock,
  { address, text }: Endpoint,
  accept: (stream: ByteStream) => void,
): Promise<Listener> {
  const name = address === "*" ? fresh() : address;
  const listener = new PortListener(channels, clock, name, accept);
  await listener.open(text);
  return listener;
}

/** One bound name. */
class PortListener implements Listener {
  readonly endpoint: string;
  readonly #channels: Channels;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #accept: (stream: ByteStream) => void;
  readonly #self = fresh();
  // Who was answered lately: who calls again meanwhile has not heard it yet.
  readonly #answered = new Set<string>();
  #meeting: Channel | undefined;
  #free: (() => Promise<unknown>) | undefined;
  #taken = false;
  #open = false;

  constructor(
    channels: Channels,
    clock: Clock,
    name: string,
    accept: (stream: ByteStream) => void,
  ) {
    this.endpoint = `${channels.scheme}://${name}`;
    this.#channels = channels;
    this.#clock = clock;
    this.#name = name;
    this.#accept = accept;
  }

  /** Takes the name, unless it is another's. */
  async open(text: string): Promise<void> {
    if (await this.#takeOrLeave()) {
      this.#open = true;
      this.#meeting!.post({ kind: "here" });
      return;
    }
    throw new ZmqError(
      "EADDRINUSE",
      `Cannot bind to ${quote(text)}: another socket is bound to the name`,
      { address: text },
    );
  }

  async close(): Promise<void> {
    const free = this.#free;
    this.#free = undefined;
    this.#meeting?.close();
    this.#meeting = undefined;
    await free?.();
  }

  hold(keepsProcess: boolean): void {
    this.#meeting?.hold(keepsProcess);
  }

  /** Leaves the name alone where it cannot be had. */
  async #takeOrLeave(): Promise<boolean> {
    let isTaken = false;
    try {
      isTaken = await this.#take();
    } finally {
      if (!isTaken) await this.close();
    }
    return isTaken;
  }

  async #take(): Promise<boolean> {
    const { answers, bound, reserve } = this.#channels;
    const name = this.#name;
    if (bound.has(name)) return false;
    bound.add(name);
    this.#free = () => Promise.resolve(bound.delete(name));
    const free = await reserve?.(name);
    if (free !== undefined) {
      this.#free = () => {
        bound.delete(name);
        return free();
      };
    } else if (reserve !== undefined) return false;
    this.#meeting = this.#channels.open(name, (message) => this.#hear(message));
    // The other end of a port has names of its own.
    if (!answers && reserve === undefined) await this.#ask();
    return !this.#taken;
  }

  async #ask(): Promise<void> {
    this.#meeting!.post({ kind: "ask", from: this.#self });
    const due = this.#clock.now() + ASK_TIME;
    await this.#listen();
    // Timers come before messages: who stood still has not heard others yet.
    if (this.#clock.now() > due + PUNCTUAL) await this.#listen();
  }

  #listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(resolve, ASK_TIME);
    });
  }

  #hear({ kind, from }: ChannelMessage): void {
    if (kind === "taken" || kind === "here") {
      this.#taken ||= !this.#open;
    } else if (kind === "ask") {
      // Of two that ask at the same time, the first in order has it. Who asked
      // later has not heard the other ask.
      if (this.#open || this.#self < (from as string)) {
        this.#meeting?.post({ kind: "taken" });
      } else this.#taken = true;
    } else if (kind === "call" && this.#open) {
      const caller = from as string;
      if (this.#answered.has(caller)) return;
      this.#answered.add(caller);
      this.#clock.setTimer(() => this.#answered.delete(caller), 2 * CALL_TIME)
        .hold(false);
      this.#answer(caller);
    }
  }

  #answer(caller: string): void {
    const self = fresh();
    const connection = new PortConnection({
      clock: this.#clock,
      self,
      peer: caller,
      localAddress: this.endpoint,
      remoteAddress: `${this.endpoint}#${caller}`,
    });
    const channel = this.#channels.open(
      `${this.#name}/${caller}`,
      (message) => connection.hear(message),
    );
    connection.use(channel);
    channel.post({ kind: "answer", from: self, to: caller });
    this.#accept(new CallbackByteStream(connection));
  }
}
