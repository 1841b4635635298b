/**
 * What the mechanisms of this folder share: a handshake as a row of expected
 * commands, the queue of those to send, admission, and ERROR.
 *
 * It knows neither credentials nor cryptography.
 *
 * @module
 */

import { printable, toBytes } from "../base/bytes.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import {
  type Command,
  encodeCommand,
  encodeError,
  ERROR,
  parseCommand,
  parseError,
  READY,
} from "../wire/commands.ts";
import {
  encodeMetadata,
  type Metadata,
  parseMetadata,
} from "../wire/metadata.ts";
import type {
  Mechanism,
  MechanismSetup,
  MechanismStatus,
  RefusalCode,
} from "./mechanism.ts";

/** How a {@linkcode Handshake} begins. */
export interface HandshakeStart {
  /** The as-server octet of the greeting. */
  readonly asServer: boolean;
  /** True when the peer may answer with an ERROR, that is, refuse us. */
  readonly refusable: boolean;
  /** The first command that the peer is to send. */
  readonly expected: string;
  /** Where the handshake stands at first. */
  readonly status: MechanismStatus;
}

/** A mechanism whose handshake follows one fixed order. */
export abstract class Handshake implements Mechanism {
  /** The name in the greeting. */
  abstract readonly name: string;
  /** The as-server octet of the greeting. */
  readonly asServer: boolean;
  /** The credentials of the peer, for ZAP. */
  credentials: readonly Uint8Array[] = [];
  /** What the mechanism was made from. */
  protected readonly setup: MechanismSetup;
  /** The command to come next; `undefined`: none may come. */
  protected expected: string | undefined;
  #status: MechanismStatus;
  #peerMetadata: Metadata | undefined;
  readonly #refusable: boolean;
  readonly #outgoing: Uint8Array[] = [];

  /** Begins a handshake. */
  constructor(setup: MechanismSetup, start: HandshakeStart) {
    this.setup = setup;
    this.asServer = start.asServer;
    this.expected = start.expected;
    this.#status = start.status;
    this.#refusable = start.refusable;
  }

  /** Where the handshake stands. */
  get status(): MechanismStatus {
    return this.#status;
  }

  /** The peer's properties, once known. */
  get peerMetadata(): Metadata | undefined {
    return this.#peerMetadata;
  }

  /** True when traffic frames must go through `seal` and `open`. */
  get encrypts(): boolean {
    return false;
  }

  /** How many octets `seal` adds. */
  get overhead(): number {
    return 0;
  }

  /** The next command body to send. */
  next(): Uint8Array | undefined {
    return this.#outgoing.shift();
  }

  /** Takes the body of a handshake command; throws when it is not in order. */
  receive(command: Uint8Array): void {
    // Once a command is wrong, none is in order any more.
    const expected = this.expected;
    this.expected = undefined;
    const { name, data } = this.parse(command);
    if (name === ERROR && this.#refusable && expected !== undefined) {
      throw refusedByPeer(parseError(data));
    }
    if (name !== expected) {
      throw protocolError(
        "ERR_ZMTP_UNEXPECTED_COMMAND",
        `Cannot accept the command ${printable(toBytes(name), 32)} in the ` +
          `${this.name} handshake: expected ${expected ?? "none"}`,
      );
    }
    this.take(name, data, command);
  }

  /** The peer may enter. */
  admit(): void {
    this.#decide();
    this.#status = "handshaking";
    this.welcome();
  }

  /** The peer may not enter. */
  refuse(code: RefusalCode): void {
    this.#decide();
    this.#status = "refused";
    this.expected = undefined;
    // RFC 27: 300 is a temporary condition, and the peer should come again;
    // an ERROR would tell it not to.
    if (code !== "300") this.sendError(code);
  }

  /** Not for a mechanism that does not encrypt. */
  seal(_octets: Uint8Array, _at: number, _length: number): void {
    throw this.#clear();
  }

  /** Not for a mechanism that does not encrypt. */
  open(_body: Uint8Array): Uint8Array {
    throw this.#clear();
  }

  /** Forgets keys. */
  close(): void {
    this.expected = undefined;
    this.#outgoing.length = 0;
  }

  /** Handles the expected command. */
  protected abstract take(
    name: string,
    data: Uint8Array,
    body: Uint8Array,
  ): void;

  /** Goes on after `admit()`. */
  protected abstract welcome(): void;

  /** Splits a command body; mechanisms with quirks override it. */
  protected parse(command: Uint8Array): Command {
    return parseCommand(command);
  }

  /** The body of a READY with our properties. */
  protected encodeReady(): Uint8Array {
    return encodeCommand(READY, encodeMetadata(this.setup.metadata));
  }

  /** Queues a command body. */
  protected send(body: Uint8Array): void {
    this.#outgoing.push(body);
  }

  /** Queues an ERROR. */
  protected sendError(reason: string): void {
    this.send(encodeError(reason));
  }

  /** Stops until the decision about the peer. */
  protected authenticate(): void {
    this.#status = "authenticating";
  }

  /** Opens the connection to traffic. */
  protected ready(): void {
    this.#status = "ready";
  }

  /**
   * Parses and checks the peer's properties. A side that may send an ERROR
   * queues one when they are refused: RFC 37 "socket types".
   */
  protected takeMetadata(bytes: Uint8Array, mayError: boolean): void {
    const { maxProperties } = this.setup;
    const metadata = parseMetadata(
      bytes,
      maxProperties === undefined ? {} : { properties: maxProperties },
    );
    try {
      this.setup.checkMetadata(metadata);
    } catch (error) {
      if (mayError) {
        this.#status = "refused";
        const text = error instanceof Error ? error.message : "";
        this.sendError(printable(toBytes(text), 250));
      }
      throw error;
    }
    this.#peerMetadata = metadata;
  }

  #decide(): void {
    if (this.#status === "authenticating") return;
    throw new ZmqError(
      "EFSM",
      `Cannot decide about a peer that is ${this.#status}: ` +
        "expected authenticating",
    );
  }

  #clear(): ZmqError {
    return new ZmqError("ENOTSUP", `Cannot encrypt: ${this.name} does not`);
  }
}

/**
 * The error for an ERROR command: the peer refused us. RFC 23: do not come
 * again with the same credentials.
 *
 * @param reason the reason as `parseError` gives it; libzmq sends the ZAP
 * status code, which then is the error's `reason` too.
 */
export function refusedByPeer(reason: string): ZmqError {
  return new ZmqError("EACCES", `The peer refused us: "${reason}"`, {
    reason,
  });
}
