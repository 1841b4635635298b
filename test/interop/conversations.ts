// What the two sides of each socket pair say to each other. Every
// conversation compares every octet that arrives.
import assert from "node:assert/strict";
import type { DuplexSocket, Message } from "../../mod.ts";
import type { ForeignOptions, ForeignSocket } from "../kit/foreign.ts";
import { corpus, octets, sameMessages } from "../kit/messages.ts";
import type { TypeName } from "../kit/sockets.ts";
import { PATIENCE, pause } from "../kit/wait.ts";

/** One socket pair: types, options, and what they say. */
export interface Pairing {
  readonly ours: TypeName;
  readonly theirs: string;
  readonly ourOptions?: object;
  readonly theirOptions?: ForeignOptions;
  readonly talk: (ours: DuplexSocket, theirs: ForeignSocket) => Promise<void>;
}

const EMPTY = octets("");
const TOPIC = octets("T");
export const SYNC = [octets("S")];
export const OTHER = [octets("X"), octets("nobody subscribed to this")];
export const TIMEOUT = { timeout: PATIENCE } as const;

const plain = corpus();
const enveloped = corpus(EMPTY);
export const published = corpus(TOPIC);

export async function receiveMany(
  ours: DuplexSocket,
  count: number,
): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) messages.push(await ours.receive(TIMEOUT));
  return messages;
}

export async function sendAll(
  ours: DuplexSocket,
  messages: readonly Uint8Array[][],
): Promise<void> {
  for (const message of messages) await ours.send(message, TIMEOUT);
}

/** Our requests, one at a time, answered by the other side's echo. */
async function request(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const echo = theirs.echo(plain.length);
  const replies: Message[] = [];
  for (const message of plain) {
    await ours.send(message, TIMEOUT);
    replies.push(await ours.receive(TIMEOUT));
  }
  await echo;
  sameMessages(replies, plain);
}

/** Their requests, one at a time, answered by our echo. */
async function reply(ours: DuplexSocket, theirs: ForeignSocket): Promise<void> {
  for (const message of plain) {
    await theirs.send(message);
    await ours.send(await ours.receive(TIMEOUT), TIMEOUT);
    sameMessages(await theirs.receive(1), [message]);
  }
}

/** All of ours, and their echo of it. */
function exchange(messages: readonly Uint8Array[][]): Pairing["talk"] {
  return async (ours, theirs) => {
    const echo = theirs.echo(messages.length);
    await sendAll(ours, messages);
    sameMessages(await receiveMany(ours, messages.length), messages);
    await echo;
  };
}

/** All of theirs, and our echo of it. */
function echo(messages: readonly Uint8Array[][]): Pairing["talk"] {
  return async (ours, theirs) => {
    await theirs.send(...messages);
    for (let i = 0; i < messages.length; i++) {
      await ours.send(await ours.receive(TIMEOUT), TIMEOUT);
    }
    sameMessages(await theirs.receive(messages.length), messages);
  };
}

/** Two ROUTERs that know each other's routing ids. */
async function routers(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const outgoing = corpus(octets("theirs"));
  const end = Date.now() + PATIENCE;
  const echo = theirs.echo(outgoing.length);
  for (const message of outgoing) {
    for (;;) {
      try {
        await ours.send(message, TIMEOUT);
        break;
      } catch (error) {
        // It is not connected yet.
        const { code } = error as { code?: string };
        if (code !== "EHOSTUNREACH" || Date.now() > end) throw error;
        await pause(2);
      }
    }
  }
  sameMessages(await receiveMany(ours, outgoing.length), outgoing);
  await echo;
}

async function push(ours: DuplexSocket, theirs: ForeignSocket): Promise<void> {
  await sendAll(ours, plain);
  sameMessages(await theirs.receive(plain.length), plain);
}

async function pull(ours: DuplexSocket, theirs: ForeignSocket): Promise<void> {
  await theirs.send(...plain);
  sameMessages(await receiveMany(ours, plain.length), plain);
}

/** We publish until the first one arrives, then what is compared. */
async function publish(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  let isThere = false;
  const first = theirs.receive(1).finally(() => isThere = true);
  while (!isThere) {
    await ours.send(SYNC);
    await pause(2);
  }
  sameMessages(await first, [SYNC]);
  await sendAll(ours, [OTHER, ...published]);
  sameMessages(await theirs.receive(published.length, SYNC), published);
}

/** We publish what we see subscriptions to. */
export async function publishTo(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  // libzmq sends its subscriptions only while it is asked for something.
  const received = theirs.receive(published.length);
  const subscriptions = [await ours.receive(TIMEOUT)];
  subscriptions.push(await ours.receive(TIMEOUT));
  subscriptions.sort((a, b) => a[0]![1]! - b[0]![1]!);
  sameMessages(subscriptions, [[octets("\x01S")], [octets("\x01T")]]);
  await sendAll(ours, [OTHER, ...published]);
  sameMessages(await received, published);
}

/** Receives until everything published is there. */
async function receivePublished(ours: DuplexSocket): Promise<void> {
  const found: Message[] = [];
  while (found.length < published.length) {
    const message = await ours.receive(TIMEOUT);
    if (message.length > 1) found.push(message);
  }
  sameMessages(found, published);
}

/** They publish until the first one arrives, then what is compared. */
async function subscribe(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (ours.tryReceive() === undefined) {
    assert.ok(Date.now() < end, "nothing that they published arrived");
    await theirs.send(SYNC);
    await pause(2);
  }
  await theirs.send(OTHER, ...published);
  await receivePublished(ours);
}

/** They publish once they saw our subscriptions. */
async function subscribeTo(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const subscriptions = await theirs.receive(2);
  subscriptions.sort((a, b) => a[0]![1]! - b[0]![1]!);
  sameMessages(subscriptions, [[octets("\x01S")], [octets("\x01T")]]);
  await theirs.send(OTHER, ...published);
  await receivePublished(ours);
}

/** A message from the subscribing side to the publishing side. */
const UPSTREAM = [octets("up"), EMPTY, octets("stream")];

/** Does one conversation, then sends a message up against the stream. */
function andUp(talk: Pairing["talk"], oursSends: boolean): Pairing["talk"] {
  return async (ours, theirs) => {
    await talk(ours, theirs);
    if (oursSends) {
      await ours.send(UPSTREAM, TIMEOUT);
      sameMessages(await theirs.receive(1), [UPSTREAM]);
    } else {
      await theirs.send(UPSTREAM);
      sameMessages([await ours.receive(TIMEOUT)], [UPSTREAM]);
    }
  };
}

/** Every pair of socket types that both sides have. */
export const pairings: readonly Pairing[] = [
  { ours: "REQ", theirs: "REP", talk: request },
  { ours: "REQ", theirs: "ROUTER", talk: request },
  { ours: "REP", theirs: "REQ", talk: reply },
  { ours: "REP", theirs: "DEALER", talk: echo(enveloped) },
  { ours: "DEALER", theirs: "REP", talk: exchange(enveloped) },
  { ours: "DEALER", theirs: "DEALER", talk: exchange(plain) },
  { ours: "DEALER", theirs: "ROUTER", talk: exchange(plain) },
  { ours: "ROUTER", theirs: "REQ", talk: reply },
  { ours: "ROUTER", theirs: "DEALER", talk: echo(plain) },
  {
    ours: "ROUTER",
    theirs: "ROUTER",
    ourOptions: { routingId: "ours", mandatory: true },
    theirOptions: { ROUTING_ID: "theirs", ROUTER_MANDATORY: 1 },
    talk: routers,
  },
  { ours: "PUSH", theirs: "PULL", talk: push },
  { ours: "PULL", theirs: "PUSH", talk: pull },
  { ours: "PUB", theirs: "SUB", talk: publish },
  { ours: "PUB", theirs: "XSUB", talk: publish },
  { ours: "XPUB", theirs: "SUB", talk: publishTo },
  { ours: "XPUB", theirs: "XSUB", talk: andUp(publishTo, false) },
  { ours: "SUB", theirs: "PUB", talk: subscribe },
  { ours: "SUB", theirs: "XPUB", talk: subscribeTo },
  { ours: "XSUB", theirs: "PUB", talk: subscribe },
  { ours: "XSUB", theirs: "XPUB", talk: andUp(subscribeTo, true) },
  { ours: "PAIR", theirs: "PAIR", talk: exchange(plain) },
];
