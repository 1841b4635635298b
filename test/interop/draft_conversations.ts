// What the two sides of each pair of draft sockets say to each other: single
// frames, with a group or a number beside them.
import assert from "node:assert/strict";
import type {
  Dish,
  DuplexSocket,
  NumberedSocket,
  Radio,
  Server,
} from "../../mod.ts";
import type { ForeignSocket } from "../kit/foreign.ts";
import { corpus, sameMessages } from "../kit/messages.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import {
  OTHER,
  type Pairing,
  published,
  receiveMany,
  sendAll,
  SYNC,
  TIMEOUT,
} from "./conversations.ts";

const [TOPIC] = published[0]!;
const singles = corpus().filter(({ length }) => length === 1);
// A group, and one frame.
const grouped = singles.map(([frame]) => [TOPIC!, frame!]);
const sync = [SYNC[0]!, new Uint8Array()];

async function send(ours: DuplexSocket, theirs: ForeignSocket): Promise<void> {
  await sendAll(ours, singles);
  sameMessages(await theirs.receive(singles.length), singles);
}

async function take(ours: DuplexSocket, theirs: ForeignSocket): Promise<void> {
  await theirs.send(...singles);
  sameMessages(await receiveMany(ours, singles.length), singles);
}

/** All of ours, and their echo of it. */
async function exchange(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const echo = theirs.echo(singles.length);
  await sendAll(ours, singles);
  sameMessages(await receiveMany(ours, singles.length), singles);
  await echo;
}

/** All of theirs, and our answers to whoever it was. */
async function answer(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const server = ours as unknown as Server;
  await theirs.send(...singles);
  for (const message of singles) {
    const [data, { routingId }] = await server.receive(TIMEOUT);
    sameMessages([[data]], [message]);
    await server.send(data, { routingId, ...TIMEOUT });
  }
  sameMessages(await theirs.receive(singles.length), singles);
}

/** To a peer whose number we know before it has said anything. */
async function address(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (ours.peers.length === 0) {
    assert.ok(Date.now() < end, "they are not there");
    await pause(2);
  }
  const routingId = ours.peers[0]!.routingId as number;
  const peer = ours as unknown as NumberedSocket;
  for (const [frame] of singles) {
    await peer.send(frame!, { routingId, ...TIMEOUT });
  }
  sameMessages(await theirs.receive(singles.length), singles);
}

/** We call a group until they are heard to be in it, then what is compared. */
async function broadcast(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const radio = ours as unknown as Radio;
  let isThere = false;
  const first = theirs.receive(1).finally(() => isThere = true);
  while (!isThere) {
    await radio.send(sync[1]!, { group: sync[0]! });
    await pause(2);
  }
  sameMessages(await first, [sync]);
  for (const [group, frame] of [OTHER, ...grouped]) {
    await radio.send(frame!, { group: group! });
  }
  sameMessages(await theirs.receive(grouped.length, sync), grouped);
}

/** They call a group until we heard it, then what is compared. */
async function listen(
  ours: DuplexSocket,
  theirs: ForeignSocket,
): Promise<void> {
  const dish = ours as unknown as Dish;
  const end = Date.now() + PATIENCE;
  while (dish.tryReceive() === undefined) {
    assert.ok(Date.now() < end, "nothing that they sent arrived");
    await theirs.send(sync);
    await pause(2);
  }
  await theirs.send(OTHER, ...grouped);
  const found: Uint8Array[][] = [];
  while (found.length < grouped.length) {
    const [data, { group }] = await dish.receive(TIMEOUT);
    if (group[0] !== sync[0]![0]) found.push([group, data]);
  }
  sameMessages(found, grouped);
}

/** Every pair of draft socket types that both sides have. */
export const draftPairings: readonly Pairing[] = [
  { ours: "CLIENT", theirs: "SERVER", talk: exchange },
  { ours: "SERVER", theirs: "CLIENT", talk: answer },
  { ours: "RADIO", theirs: "DISH", talk: broadcast },
  { ours: "DISH", theirs: "RADIO", talk: listen },
  { ours: "SCATTER", theirs: "GATHER", talk: send },
  { ours: "GATHER", theirs: "SCATTER", talk: take },
  { ours: "CHANNEL", theirs: "CHANNEL", talk: exchange },
  // zeromq.js knows no numbers of a PEER, so that theirs cannot send.
  { ours: "PEER", theirs: "PEER", talk: address },
];
