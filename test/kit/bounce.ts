// A message there and one back, and the proof that none gets through.
import assert from "node:assert/strict";
import { ZmqError } from "../../mod.ts";
import { texts } from "./messages.ts";
import { TIMEOUT } from "./stage.ts";

/** A socket that sends and receives messages of any number of frames. */
export interface Talker {
  send(
    message: readonly string[],
    options?: { readonly timeout: number },
  ): Promise<void>;
  receive(options?: { readonly timeout: number }): Promise<Uint8Array[]>;
  trySend(message: readonly string[]): boolean;
}

const CONTENT = ["12345678ABCDEFGH12345678abcdefgh", "and a second frame"];

/** Sends a message from the client to the server and one back. */
export async function bounce(server: Talker, client: Talker): Promise<void> {
  await client.send(CONTENT, TIMEOUT);
  assert.deepEqual(texts(await server.receive(TIMEOUT)), CONTENT);
  await server.send(CONTENT, TIMEOUT);
  assert.deepEqual(texts(await client.receive(TIMEOUT)), CONTENT);
}

/** Fails if a message gets from either socket to the other. */
export async function noBounce(
  server: Talker,
  client: Talker,
  time = 100,
): Promise<void> {
  // Queued for a peer that may never come, or refused: either is right.
  client.trySend(CONTENT);
  server.trySend(CONTENT);
  await Promise.all([nothing(server, time), nothing(client, time)]);
}

/** Fails if a message arrives within so many milliseconds. */
export async function nothing(
  socket: { receive(options: { timeout: number }): Promise<unknown> },
  time = 50,
): Promise<void> {
  let found: unknown;
  try {
    found = await socket.receive({ timeout: time });
  } catch (error) {
    if (error instanceof ZmqError && error.code === "EAGAIN") return;
    throw error;
  }
  assert.fail(`Expected no message, got ${JSON.stringify(found)}`);
}
