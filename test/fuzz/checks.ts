/**
 * What must hold of every error, and of what a session did.
 *
 * @module
 */

import assert from "node:assert/strict";
import { errorCodes, ZmqError } from "../../src/base/errors.ts";
import { webSocketReasons } from "../../src/wire/websocket_framing.ts";
import type { TestHost } from "../kit/session_host.ts";
import { REASONS } from "../unit/security/handshakes.ts";

/** The reasons of a WebSocket's frames. */
const WEB_SOCKET_REASONS: ReadonlySet<string> = new Set(
  Object.values(webSocketReasons),
);

/**
 * Fails unless it is an error of ours, with a code, that was meant: not one of
 * JavaScript's own in disguise.
 */
export function checkError(error: unknown): ZmqError {
  if (!(error instanceof ZmqError)) {
    throw new Error(`Not a ZmqError: ${error}`, { cause: error });
  }
  assert.ok(Object.hasOwn(errorCodes, error.code), `code ${error.code}`);
  if (error.cause !== undefined && !(error.cause instanceof ZmqError)) {
    throw new Error(`Not meant: ${error.message}`, { cause: error.cause });
  }
  if (error.code === "EPROTO") {
    const { reason = "" } = error;
    const isKnown = REASONS.has(reason) || WEB_SOCKET_REASONS.has(reason);
    assert.ok(isKnown, `reason ${reason}`);
  }
  // A peer's octets must not reach a terminal as they are.
  assert.match(error.message, /^[\x20-\x7e]*$/);
  return error;
}

/** Runs what may throw an error of ours; the error, if it did. */
export function errorFrom(action: () => void): ZmqError | undefined {
  try {
    action();
  } catch (error) {
    return checkError(error);
  }
  return undefined;
}

/** Fails if a socket knows of a peer before the handshake is done. */
export function checkSilence(
  { names, pipes, messages, commands }: TestHost,
): void {
  if (names.includes("handshake")) return;
  assert.equal(pipes.length, 0, "no pipe before the handshake is done");
  assert.deepEqual(messages, [], "no message before the handshake is done");
  assert.deepEqual(commands, [], "no command before the handshake is done");
}

/** Fails unless what a socket was told of one session is in order. */
export function checkHost(host: TestHost): void {
  const { names, events, changes, ends } = host;
  for (const { error } of events) if (error !== undefined) checkError(error);
  const handshakes = names.filter((name) => name === "handshake").length;
  assert.ok(handshakes <= 1, "at most one handshake");
  checkSilence(host);
  assert.ok(ends.length <= 1, "a connection ends once");
  const count = (what: string) =>
    changes.filter((change) => change === what).length;
  assert.equal(count("online"), handshakes, "online with the handshake");
  if (ends.length === 0) return;
  assert.equal(count("offline"), handshakes, "offline with the end");
  assert.equal(host.clock.timers, 0, "no timer is left");
}
