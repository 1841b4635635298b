/**
 * A pattern: what a socket type does with its pipes. Pure routing, without
 * I/O, timers or promises.
 *
 * @module
 */

import type { Message } from "../message/message.ts";
import type { Options } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { Pipe, PipeCommand } from "../routing/pipe.ts";
import type { Target } from "./waiters.ts";

/** The socket as its pattern sees it. */
export interface PatternHost {
  /** The live options of the socket. */
  readonly options: Options;
  /** Something can be received now. */
  readable(): void;
  /** Something that had to wait may be sent now, to one target or to any. */
  writable(target?: Target): void;
  /** Calls back in the next turn. */
  defer(callback: () => void): void;
  /**
   * Drops a pipe and its connection; `reason` goes to the events.
   *
   * @param again whether the side that connected does so again at once.
   */
  reject(pipe: Pipe, reason: Error, again?: boolean): void;
}

/** Out-of-band parts of a message of SERVER, PEER and RADIO sockets. */
export interface Envelope {
  /** SERVER, PEER: the peer to send to. */
  readonly routingId?: number;
  /** RADIO: the group to send to. */
  readonly group?: Uint8Array;
}

/** The routing of one socket type. One instance a socket. */
export abstract class Pattern {
  /** The handshake name of the type. */
  abstract readonly type: SocketType;
  /** False for types that never send messages. */
  readonly sends: boolean = true;
  /** False for types that never receive messages. */
  readonly receives: boolean = true;
  /** Messages that were thrown away because nobody was there to get them. */
  dropped = 0;
  /** The pipe that the last received message came from. */
  source: Pipe | undefined;

  protected readonly host: PatternHost;

  constructor(host: PatternHost) {
    this.host = host;
  }

  /**
   * A pipe was made: on connect, before there is a connection; on accept,
   * after the handshake. `online` follows when its connection is up.
   */
  abstract attach(pipe: Pipe): void;

  /** The pipe is gone. Its inbox may still be read. */
  abstract detach(pipe: Pipe): void;

  /** The pipe's connection is up (again). */
  online(_pipe: Pipe): void {}

  /** The pipe's connection is down. */
  offline(_pipe: Pipe): void {}

  /** A pipe that refused a write has room again. */
  abstract writable(pipe: Pipe): void;

  /** How many messages arrived and were not received yet. */
  get waiting(): number {
    return 0;
  }

  /** A message arrived. */
  abstract message(pipe: Pipe, message: Message): void;

  /** A subscription or group command arrived. */
  command(_pipe: Pipe, _command: PipeCommand, _data: Uint8Array): void {}

  /**
   * Sends a message now. `false`: it would have to wait; `host.writable`
   * tells when to try again.
   *
   * @throws {ZmqError} `EFSM`, `EHOSTUNREACH`, `EINVAL`, `ENOTSUP`.
   */
  abstract send(message: Message, envelope?: Envelope): boolean;

  /**
   * Whom a message is for, where sending waits for one peer: it does not wait
   * for what others lack. `undefined` where any peer will do, or all must.
   */
  target(_message: Message, _envelope?: Envelope): Target {
    return undefined;
  }

  /**
   * Takes the next message; `undefined` when there is none yet.
   *
   * @throws {ZmqError} `EFSM`.
   */
  abstract receive(): Message | undefined;

  /** As `receive`, for a call that waits already: it does so for its turn. */
  next(): Message | undefined {
    return this.receive();
  }

  /** True when `send` would not have to wait. */
  abstract get canSend(): boolean;

  /** True when `receive` would return a message. */
  abstract get canReceive(): boolean;

  /** The socket is closed: nothing is sent or received any more. */
  end(): void {}

  /** An option was changed on the live socket. */
  optionChanged(_name: string): void {}
}
