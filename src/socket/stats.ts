/**
 * Counts of a socket: messages and octets, per direction.
 *
 * @module
 */

import type { DatagramLosses, Pipe } from "../routing/pipe.ts";

/** Messages and octets. */
export interface StatsCount {
  /** Whole messages. */
  readonly messages: number;
  /** Octets: bodies of what arrived, with framing for what was sent. */
  readonly bytes: number;
}

/** The counts of a socket since it was made. */
export interface SocketStats {
  /** What arrived from peers. */
  readonly received: StatsCount;
  /** Messages accepted by `send`, and octets handed to the network. */
  readonly sent: StatsCount;
  /** Messages that wait now. */
  readonly queued: {
    /** Arrived, not received by the application yet. */
    readonly incoming: number;
    /** Sent by the application, not handed to the network yet. */
    readonly outgoing: number;
  };
  /** Messages thrown away: a full or vanished peer, a closed connection. */
  readonly dropped: number;
  /**
   * How often some of what a publisher had sent was lost on its way; only
   * sockets with multicast endpoints have any.
   */
  readonly gaps: number;
  /** Datagrams thrown away; only sockets with udp endpoints have any. */
  readonly datagrams: DatagramLosses;
}

/** Adds up the counts of pipes, gone ones included. */
export class SocketCounters {
  #receivedMessages = 0;
  #receivedOctets = 0;
  #sentMessages = 0;
  #sentOctets = 0;
  #dropped = 0;
  #gaps = 0;
  #malformed = 0;
  #overflow = 0;
  #unsent = 0;

  /** Keeps the counts of a pipe that is gone. */
  keep(pipe: Pipe): void {
    this.#receivedMessages += pipe.received.messages;
    this.#receivedOctets += pipe.received.octets;
    this.#sentMessages += pipe.sent.messages;
    this.#sentOctets += pipe.sent.octets;
    this.#dropped += pipe.dropped;
    this.#gaps += pipe.gaps;
    const { losses } = pipe;
    if (losses === undefined) return;
    this.#malformed += losses.malformed;
    this.#overflow += losses.overflow;
    this.#unsent += losses.unsent;
  }

  /**
   * The counts, those of the given live pipes included.
   *
   * @param incoming what waits to be received; pipes that are gone may have
   * left some of it.
   * @param homeless what was thrown away without a pipe.
   */
  with(
    pipes: Iterable<Pipe>,
    incoming: number,
    homeless: number,
  ): SocketStats {
    const sum = new SocketCounters();
    sum.#receivedMessages = this.#receivedMessages;
    sum.#receivedOctets = this.#receivedOctets;
    sum.#sentMessages = this.#sentMessages;
    sum.#sentOctets = this.#sentOctets;
    sum.#dropped = this.#dropped;
    sum.#gaps = this.#gaps;
    sum.#malformed = this.#malformed;
    sum.#overflow = this.#overflow;
    sum.#unsent = this.#unsent;
    let outgoing = 0;
    for (const pipe of pipes) {
      sum.keep(pipe);
      outgoing += pipe.pending;
    }
    return {
      received: {
        messages: sum.#receivedMessages,
        bytes: sum.#receivedOctets,
      },
      sent: { messages: sum.#sentMessages, bytes: sum.#sentOctets },
      queued: { incoming, outgoing },
      dropped: sum.#dropped + homeless,
      gaps: sum.#gaps,
      datagrams: {
        malformed: sum.#malformed,
        overflow: sum.#overflow,
        unsent: sum.#unsent,
      },
    };
  }
}
