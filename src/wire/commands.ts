/**
 * Command bodies: a name, then data. RFC 37 "command" and the traffic
 * commands SUBSCRIBE, CANCEL, JOIN, LEAVE, PING, PONG and ERROR.
 *
 * The outer frame is the business of the framing, the commands of a handshake
 * that of the mechanisms.
 *
 * @module
 */

import { EMPTY, printable, toBytes } from "../base/bytes.ts";
import { protocolError, quote, ZmqError } from "../base/errors.ts";

/** Ends a handshake. RFC 37. */
export const READY = "READY";
/** Refuses the peer. RFC 37. */
export const ERROR = "ERROR";
/** Begins a handshake. RFC 24, 26. */
export const HELLO = "HELLO";
/** Answers a HELLO. RFC 24, 26. */
export const WELCOME = "WELCOME";
/** Answers a WELCOME. RFC 24, 26. */
export const INITIATE = "INITIATE";
/** Carries an encrypted frame. RFC 26. */
export const MESSAGE = "MESSAGE";
/** Asks for a topic. RFC 37. */
export const SUBSCRIBE = "SUBSCRIBE";
/** Takes a SUBSCRIBE back. RFC 37. */
export const CANCEL = "CANCEL";
/** Asks for a group. RFC 37. */
export const JOIN = "JOIN";
/** Takes a JOIN back. RFC 37. */
export const LEAVE = "LEAVE";
/** Asks for a sign of life. RFC 37. */
export const PING = "PING";
/** Answers a PING. RFC 37. */
export const PONG = "PONG";

/** The longest context of a PING, in octets. */
export const MAX_PING_CONTEXT = 16;
/** The longest group, in octets. */
export const MAX_GROUP = 255;
/** The longest reason of an ERROR, in octets. */
export const MAX_REASON = 255;

const MALFORMED = "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED";

/** A command: its name, and what follows the name. */
export interface Command {
  /** Upper-case letters. */
  readonly name: string;
  /** A view of the body that was parsed. */
  readonly data: Uint8Array;
}

/** A PING: how long the sender wants to be remembered, and a cookie. */
export interface Ping {
  /** Tenths of a second; 0 says nothing. */
  readonly ttl: number;
  /** Comes back in the PONG. */
  readonly context: Uint8Array;
}

/** The octets that a command body starts with: the name and its length. */
export function commandHead(name: string): Uint8Array {
  const head = new Uint8Array(1 + name.length);
  head[0] = name.length;
  head.set(toBytes(name), 1);
  return head;
}

/** A command body: the name, its length before it, and the data. */
export function encodeCommand(name: string, data: Uint8Array): Uint8Array {
  return join(commandHead(name), data);
}

/**
 * Splits a command body.
 *
 * @throws {ZmqError} `EPROTO` when the name is empty, runs over the end, or
 * has anything but upper-case letters.
 */
export function parseCommand(body: Uint8Array): Command {
  const end = 1 + (body[0] ?? 0);
  if (end === 1 || end > body.length) {
    throw protocolError(
      MALFORMED,
      `Cannot parse a command of ${body.length} octets: ` +
        `its name has ${end - 1}`,
    );
  }
  const data = end === body.length ? EMPTY : body.subarray(end);
  for (const known of FREQUENT) {
    if (isNamed(body, end, known)) return { name: known, data };
  }
  let name = "";
  for (let i = 1; i < end; i++) {
    const code = body[i]!;
    if (code < 0x41 || code > 0x5a) {
      throw protocolError(
        MALFORMED,
        "Cannot parse a command named " +
          `"${printable(body.subarray(1, end), 32)}": expected letters A to Z`,
      );
    }
    name += String.fromCharCode(code);
  }
  return { name, data };
}

/** Commands that peers send by the thousand: no text is made for their names. */
const FREQUENT: readonly string[] = [
  PING,
  PONG,
  SUBSCRIBE,
  CANCEL,
  JOIN,
  LEAVE,
];

function isNamed(body: Uint8Array, end: number, name: string): boolean {
  if (end !== 1 + name.length) return false;
  for (let i = 1; i < end; i++) {
    if (body[i] !== name.charCodeAt(i - 1)) return false;
  }
  return true;
}

const PING_HEAD = commandHead(PING);
const PONG_HEAD = commandHead(PONG);
const ERROR_HEAD = commandHead(ERROR);

/**
 * Checks the data of a JOIN or a LEAVE and returns it: the group.
 *
 * @throws {ZmqError} `EPROTO` when it is too long or has a NUL.
 */
export function parseGroup(data: Uint8Array): Uint8Array {
  if (isGroup(data)) return data;
  throw protocolError(
    MALFORMED,
    `Cannot accept the group "${printable(data, 32)}": ` +
      `expected at most ${MAX_GROUP} octets without a NUL`,
  );
}

/**
 * The body of a PING.
 *
 * @param ttl tenths of a second, 0 to 65535.
 * @throws {ZmqError} `EINVAL` when a value is out of range.
 */
export function encodePing(ttl: number, context: Uint8Array): Uint8Array {
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 0xffff) {
    throw new ZmqError(
      "EINVAL",
      `Cannot send a PING with a ttl of ${quote(ttl)}: expected 0 to 65535 ` +
        "tenths of a second",
    );
  }
  checkContext(context);
  const body = new Uint8Array(PING_HEAD.length + 2 + context.length);
  body.set(PING_HEAD);
  body[PING_HEAD.length] = ttl >> 8;
  body[PING_HEAD.length + 1] = ttl;
  body.set(context, PING_HEAD.length + 2);
  return body;
}

/**
 * Parses the data of a PING.
 *
 * @throws {ZmqError} `EPROTO` when it is too short or too long.
 */
export function parsePing(data: Uint8Array): Ping {
  if (data.length < 2 || data.length > 2 + MAX_PING_CONTEXT) {
    throw protocolError(
      MALFORMED,
      `Cannot parse a PING with ${data.length} octets: ` +
        `expected 2 to ${2 + MAX_PING_CONTEXT}`,
    );
  }
  const context = data.length === 2 ? EMPTY : data.subarray(2);
  return { ttl: (data[0]! << 8) | data[1]!, context };
}

/**
 * The body of a PONG.
 *
 * @throws {ZmqError} `EINVAL` when the context is too long.
 */
export function encodePong(context: Uint8Array): Uint8Array {
  checkContext(context);
  return join(PONG_HEAD, context);
}

/**
 * Checks the data of a PONG and returns it: the context of the PING.
 *
 * @throws {ZmqError} `EPROTO` when it is too long.
 */
export function parsePong(data: Uint8Array): Uint8Array {
  if (data.length <= MAX_PING_CONTEXT) return data;
  throw protocolError(
    MALFORMED,
    `Cannot parse a PONG with ${data.length} octets: ` +
      `expected at most ${MAX_PING_CONTEXT}`,
  );
}

/** The body of an ERROR. A reason beyond 255 octets is cut. */
export function encodeError(reason: string): Uint8Array {
  const text = toBytes(reason).subarray(0, MAX_REASON);
  const body = new Uint8Array(ERROR_HEAD.length + 1 + text.length);
  body.set(ERROR_HEAD);
  body[ERROR_HEAD.length] = text.length;
  body.set(text, ERROR_HEAD.length + 1);
  return body;
}

/**
 * The reason in the data of an ERROR, harmless in a log: what is not
 * printable is escaped.
 *
 * @throws {ZmqError} `EPROTO` when the length does not fit.
 */
export function parseError(data: Uint8Array): string {
  if (data.length === 0 || data[0] !== data.length - 1) {
    throw protocolError(
      "ERR_ZMTP_MALFORMED_COMMAND_ERROR",
      `Cannot parse an ERROR with ${data.length} octets: ` +
        `its reason has ${data[0] ?? "no length"}`,
    );
  }
  return printable(data.subarray(1));
}

function join(head: Uint8Array, data: Uint8Array): Uint8Array {
  const body = new Uint8Array(head.length + data.length);
  body.set(head);
  body.set(data, head.length);
  return body;
}

/** RFC 37 "group": at most 255 octets, none of them zero. */
function isGroup(group: Uint8Array): boolean {
  return group.length <= MAX_GROUP && !group.includes(0);
}

function checkContext(context: Uint8Array): void {
  if (context.length <= MAX_PING_CONTEXT) return;
  throw new ZmqError(
    "EINVAL",
    `Cannot send a heartbeat with a context of ${context.length} octets: ` +
      `expected at most ${MAX_PING_CONTEXT}`,
  );
}
