/**
 * The PLAIN mechanism: a user name and a password, in the clear. RFC 24.
 *
 * The server compares nothing: what the credentials are worth is decided
 * where all mechanisms have it decided.
 *
 * @module
 */

import { EMPTY } from "../base/bytes.ts";
import { protocolError, ZmqError } from "../base/errors.ts";
import {
  type Command,
  encodeCommand,
  ERROR,
  HELLO,
  INITIATE,
  parseCommand,
  READY,
  WELCOME,
} from "../wire/commands.ts";
import { encodeMetadata } from "../wire/metadata.ts";
import { Handshake } from "./handshake.ts";
import type { MechanismSetup } from "./mechanism.ts";

/** What a PLAIN client proves itself with. */
export interface PlainCredentials {
  /** 0 to 255 octets. */
  readonly username: Uint8Array;
  /** 0 to 255 octets. */
  readonly password: Uint8Array;
}

const NAME = "PLAIN";
const MAX_CREDENTIAL = 255;
/** `^RROR`: how libzmq since 4.3.0 spells the name of an ERROR in PLAIN. */
const LIBZMQ_ERROR: readonly number[] = [0x5e, 0x52, 0x52, 0x4f, 0x52];

/** The client of PLAIN. */
export class PlainClient extends Handshake {
  /** The name in the greeting. */
  readonly name: string = NAME;

  /**
   * Begins the handshake.
   *
   * @throws {ZmqError} `EINVAL` when a credential is longer than 255 octets.
   */
  constructor(setup: MechanismSetup, credentials: PlainCredentials) {
    super(setup, {
      asServer: false,
      refusable: true,
      expected: WELCOME,
      status: "handshaking",
    });
    this.send(encodeHello(credentials));
  }

  /** Splits a command body, an ERROR in libzmq's spelling included. */
  protected override parse(command: Uint8Array): Command {
    if (LIBZMQ_ERROR.every((octet, i) => octet === command[i])) {
      return { name: ERROR, data: command.subarray(LIBZMQ_ERROR.length) };
    }
    return parseCommand(command);
  }

  /** Takes WELCOME, then READY. */
  protected override take(name: string, data: Uint8Array): void {
    if (name === READY) {
      this.takeMetadata(data, false);
      this.ready();
      return;
    }
    checkWelcome(data);
    this.send(encodeCommand(INITIATE, encodeMetadata(this.setup.metadata)));
    this.expected = READY;
  }

  /** Never: a client admits nobody. */
  protected override welcome(): void {}
}

/** The server of PLAIN. */
export class PlainServer extends Handshake {
  /** The name in the greeting. */
  readonly name: string = NAME;

  /** Begins the handshake. */
  constructor(setup: MechanismSetup) {
    super(setup, {
      asServer: true,
      refusable: false,
      expected: HELLO,
      status: "handshaking",
    });
  }

  /** Takes HELLO, then INITIATE. */
  protected override take(name: string, data: Uint8Array): void {
    if (name === HELLO) {
      this.credentials = parseHello(data);
      this.authenticate();
      return;
    }
    this.takeMetadata(data, true);
    this.send(this.encodeReady());
    this.ready();
  }

  /** Sends WELCOME. */
  protected override welcome(): void {
    this.send(encodeCommand(WELCOME, EMPTY));
    this.expected = INITIATE;
  }
}

/** RFC 24 "hello": the name and the password, each with its length. */
function encodeHello(credentials: PlainCredentials): Uint8Array {
  const username = checked("user name", credentials.username);
  const password = checked("password", credentials.password);
  const data = new Uint8Array(2 + username.length + password.length);
  data[0] = username.length;
  data.set(username, 1);
  data[1 + username.length] = password.length;
  data.set(password, 2 + username.length);
  return encodeCommand(HELLO, data);
}

function checked(what: string, value: Uint8Array): Uint8Array {
  if (value.length <= MAX_CREDENTIAL) return value;
  throw new ZmqError(
    "EINVAL",
    `Cannot use a PLAIN ${what} of ${value.length} octets: ` +
      `expected at most ${MAX_CREDENTIAL}`,
  );
}

function parseHello(data: Uint8Array): readonly Uint8Array[] {
  // RFC 24 "hello": nothing may follow the password.
  const userEnd = 1 + (data[0] ?? data.length);
  const end = userEnd + 1 + (data[userEnd] ?? data.length);
  if (end !== data.length) {
    throw protocolError(
      "ERR_ZMTP_MALFORMED_COMMAND_HELLO",
      `Cannot parse a HELLO with ${data.length} octets: ` +
        "expected a user name and a password that fill them",
    );
  }
  return [copy(data.subarray(1, userEnd)), copy(data.subarray(userEnd + 1))];
}

function checkWelcome(data: Uint8Array): void {
  if (data.length === 0) return;
  throw protocolError(
    "ERR_ZMTP_MALFORMED_COMMAND_WELCOME",
    `Cannot accept a WELCOME with ${data.length} octets: expected none`,
  );
}

/** Not `slice`: a Node.js Buffer's shares its memory. */
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
