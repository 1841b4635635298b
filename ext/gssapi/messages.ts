/**
 * The commands of the mechanism as octets: INITIATE, which carries a token of
 * the handshake, and MESSAGE, which carries one of the traffic. RFC 38 has no
 * grammar: this is libzmq's.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";

/** Carries a token of the handshake, both ways. */
export const INITIATE = "INITIATE";
/** Carries an encrypted frame. */
export const MESSAGE = "MESSAGE";
/** Ends the handshake. */
export const READY = "READY";

/** Octets of a token's length. */
const LENGTH = 4;

// The flags of an encrypted frame; the last two stand for whole commands.
const MORE = 1;
const COMMAND = 2;
const SUBSCRIBE = 4;
const CANCEL = 8;

const MESSAGE_HEAD = headOf(MESSAGE);
const SUBSCRIBE_HEAD = headOf("SUBSCRIBE");
const CANCEL_HEAD = headOf("CANCEL");

/** Octets around a token in a MESSAGE. */
export const MESSAGE_OVERHEAD: number = MESSAGE_HEAD.length + LENGTH;

/** The body of an INITIATE. */
export function encodeInitiate(token: Uint8Array): Uint8Array {
  return encode(headOf(INITIATE), token);
}

/**
 * The token of an INITIATE, from what follows its name.
 *
 * @throws {ZmqError} `EPROTO` when it does not fill the command.
 */
export function parseInitiate(data: Uint8Array): Uint8Array {
  return tokenOf(data, INITIATE);
}

/** The body of a MESSAGE. */
export function encodeMessage(token: Uint8Array): Uint8Array {
  return encode(MESSAGE_HEAD, token);
}

/**
 * The token of a MESSAGE, from its body.
 *
 * @throws {ZmqError} `EPROTO` when it is anything else.
 */
export function parseMessage(body: Uint8Array): Uint8Array {
  const length = MESSAGE_HEAD.length;
  if (!MESSAGE_HEAD.every((octet, i) => octet === body[i])) {
    throw protocolError(
      "ERR_ZMTP_UNEXPECTED_COMMAND",
      "Cannot accept anything but MESSAGE commands on a GSSAPI connection " +
        "that is encrypted",
    );
  }
  return tokenOf(body.subarray(length), MESSAGE);
}

/**
 * What was encrypted, with flags as the engine has them: bit 0 MORE, bit 1
 * COMMAND. libzmq since 2026 sends subscriptions as flags of their own.
 *
 * @throws {ZmqError} `EPROTO` when the flags are none of these.
 */
export function readText(text: Uint8Array): Uint8Array {
  const flags = text[0];
  switch (flags) {
    case 0:
    case MORE:
    case COMMAND:
      return text;
    case SUBSCRIBE:
    case SUBSCRIBE | COMMAND:
      return commandOf(SUBSCRIBE_HEAD, text);
    case CANCEL:
    case CANCEL | COMMAND:
      return commandOf(CANCEL_HEAD, text);
  }
  throw malformed(
    MESSAGE,
    flags === undefined ? "nothing in its token" : `flags ${flags}`,
  );
}

/** An error for a peer that breaks the protocol. */
export function protocolError(reason: string, message: string): ZmqError {
  return new ZmqError("EPROTO", message, { reason });
}

function commandOf(head: Uint8Array, text: Uint8Array): Uint8Array {
  const command = new Uint8Array(head.length + text.length);
  command[0] = COMMAND;
  command.set(head, 1);
  command.set(text.subarray(1), 1 + head.length);
  return command;
}

/** A command's name, with its length before it. */
function headOf(name: string): Uint8Array {
  return Uint8Array.of(name.length, ...new TextEncoder().encode(name));
}

function encode(head: Uint8Array, token: Uint8Array): Uint8Array {
  const body = new Uint8Array(head.length + LENGTH + token.length);
  body.set(head);
  new DataView(body.buffer).setUint32(head.length, token.length);
  body.set(token, head.length + LENGTH);
  return body;
}

function tokenOf(data: Uint8Array, name: string): Uint8Array {
  const { buffer, byteOffset, length } = data;
  const told = length < LENGTH
    ? undefined
    : new DataView(buffer, byteOffset).getUint32(0);
  // An empty token is none; nothing may follow it.
  if (told === length - LENGTH && told > 0) return data.subarray(LENGTH);
  throw malformed(
    name,
    `${length} octets after its name and a token of ${told ?? "no length"}`,
  );
}

function malformed(name: string, found: string): ZmqError {
  return protocolError(
    `ERR_ZMTP_MALFORMED_COMMAND_${name}`,
    `Cannot accept ${name === MESSAGE ? "a" : "an"} ${name} with ${found}`,
  );
}
