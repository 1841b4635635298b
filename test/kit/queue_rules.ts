/**
 * What the RFCs of socket types say of queues in the same words for many
 * types: one check for each sentence.
 *
 * @module
 */

import assert from "node:assert/strict";
import { gather, type Gathering, meet, partners, Party } from "./party.ts";
import { corpus, sameMessages, text } from "./messages.ts";
import { socketClasses, type TypeName } from "./sockets.ts";
import { Stage } from "./stage.ts";
import { pause, until } from "./wait.ts";

/** Why what has arrived is not discarded with its queue. */
export const ARRIVED =
  "what has arrived is still delivered, as with libzmq; what has not left is discarded";

const SINGLE = new Set([
  "CHANNEL",
  "CLIENT",
  "DISH",
  "GATHER",
  "PEER",
  "RADIO",
  "SCATTER",
  "SERVER",
]);
const ONLY_SENDS = new Set(["PUB", "PUSH", "RADIO", "SCATTER"]);
const ONLY_RECEIVES = new Set(["SUB", "PULL", "DISH", "GATHER"]);
const BALANCED = new Set(["PUSH", "DEALER", "SCATTER", "CLIENT", "REQ"]);
const PUBLISHES = new Set(["PUB", "XPUB", "RADIO", "XSUB"]);

const sends = (type: TypeName) => !ONLY_RECEIVES.has(type);
const receives = (type: TypeName) => !ONLY_SENDS.has(type);

/** Two messages fit between two sockets of one process with these. */
const TINY = { sendHighWaterMark: 1, receiveHighWaterMark: 1 } as const;

/** The options of the two that the type has. */
function tiny(type: TypeName): object {
  const own = type === "ROUTER" ? { mandatory: true } : {};
  const { sendHighWaterMark, receiveHighWaterMark } = TINY;
  return {
    ...own,
    ...sends(type) && { sendHighWaterMark },
    ...receives(type) && { receiveHighWaterMark },
  };
}

/** "SHALL not filter or modify": every frame comes as it was sent. */
export async function changesNothing(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(stage, type, 1);
  const messages = corpus().filter((message) =>
    !SINGLE.has(type) || message.length === 1
  );
  const ways: [Party, Party][] = [];
  if (sends(type)) ways.push([own, peer!]);
  if (receives(type)) ways.push([peer!, own]);
  for (const [from, to] of ways) {
    for (const message of messages) {
      assert.ok(from.trySend(...message));
      sameMessages([await to.receive()], [message]);
    }
  }
}

/** "SHALL maintain a … queue for each connected peer". */
export async function queuesForEach(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const made = await gather(stage, type, 2, tiny(type), tiny(partners[type]!));
  const { own, peers, ids } = made;
  if (sends(type)) {
    if (BALANCED.has(type)) {
      assert.deepEqual(offer(own, 6), [true, true, true, true, false, false]);
    } else if (PUBLISHES.has(type)) {
      // The first one reads, the second one does not.
      for (let i = 0; i < 6; i++) {
        own.trySend(`${i}`);
        assert.deepEqual(peers[0]!.all(), [`${i}`]);
      }
      assert.deepEqual(peers[1]!.all(), ["0", "1"]);
    } else {
      for (const id of ids) {
        own.to = id;
        assert.deepEqual(offer(own, 3), [true, true, false]);
      }
    }
  }
  if (!receives(type)) return;
  // The ways out are full, the ways in are not; each peer has its own.
  const accepted = peers.map((peer) => {
    peer.trySend("a");
    peer.trySend("b");
    return peer.trySend("c");
  });
  assert.ok(accepted.every((each) => each === droppedIn(type)));
  assert.deepEqual(own.all().sort(), ["a", "a", "b", "b"]);
}

/** What a full peer of the type answers: publishers drop. */
function droppedIn(type: TypeName): boolean {
  return PUBLISHES.has(partners[type]!);
}

/** The queue of an only peer is one each way. */
export async function queuesBothWays(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(stage, type, 1, TINY, TINY);
  assert.deepEqual(offer(own, 3), [true, true, false]);
  assert.deepEqual(offer(peer!, 3), [true, true, false]);
  assert.deepEqual(own.all(), ["0", "1"]);
  assert.deepEqual(peer!.all(), ["0", "1"]);
}

function offer(party: Party, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => party.trySend(`${i}`));
}

/** "SHALL create … when initiating an outgoing connection". */
export async function queuesOnConnecting(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await stage.nowhere(socketClasses[partners[type]!]);
  assert.equal(own.pipes.size, 0);
  own.connect(endpoint);
  assert.equal(own.pipes.size, 1);
  assert.equal(own.socket.peers.length, 0);
  const isKnown = BALANCED.has(type) || type === "PEER" || type === "PAIR" ||
    type === "CHANNEL";
  if (!isKnown) return;
  assert.equal(own.trySend("early"), true);
  const peer = new Party(stage, partners[type]!);
  await peer.socket.bind(endpoint);
  assert.equal(await peer.heard(), "early");
}

/** "SHALL maintain … whether or not the connection is established". */
export async function keepsConnecting(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await stage.nowhere(socketClasses[partners[type]!]);
  own.connect(endpoint);
  const [pipe] = own.pipes;
  for (const round of ["first", "second"]) {
    const peer = await bound(stage, partners[type]!, endpoint);
    await meet(own, peer, 1);
    assert.deepEqual([...own.pipes], [pipe]);
    if (round === "second" && keeps(type)) await heardLate(peer);
    await peer.socket.close();
    await until(() => own.socket.peers.length === 0, "the peer is gone");
    assert.deepEqual([...own.pipes], [pipe]);
    if (round === "first" && keeps(type)) assert.ok(own.trySend("late"));
  }
}

/** A ROUTER forgets a nameless peer's id, not its queue. */
function keeps(type: TypeName): boolean {
  return sends(type) && type !== "ROUTER";
}

async function heardLate(peer: Party): Promise<void> {
  await until(() => {
    peer.all();
    return peer.history.includes("late");
  }, "what was sent while nobody was there");
}

async function bound(
  stage: Stage,
  type: TypeName,
  endpoint: string,
): Promise<Party> {
  const peer = new Party(stage, type);
  await peer.socket.bind(endpoint);
  return peer;
}

/** "SHALL create … when a peer connects to it". */
export async function queuesOnAccepting(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const own = new Party(stage, type);
  const endpoint = await own.socket.bind(stage.place());
  assert.equal(own.pipes.size, 0);
  const peer = new Party(stage, partners[type]!);
  peer.connect(endpoint);
  await meet(own, peer, 1);
  assert.equal(own.pipes.size, 1);
  if (sends(type)) {
    assert.ok(own.trySend("x"));
    assert.equal(await peer.heard(), "x");
  } else {
    assert.ok(peer.trySend("x"));
    assert.equal(await own.heard(), "x");
  }
}

/** "If this peer disconnects, … SHALL destroy its … queue". */
export async function destroysAccepted(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const { own, peers: [peer] } = await gather(stage, type, 1);
  const [pipe] = own.pipes;
  await peer!.socket.close();
  await until(() => own.pipes.size === 0, "the queue is gone");
  assert.ok(pipe!.closed);
  if (BALANCED.has(type) || type === "PAIR" || type === "CHANNEL") {
    assert.equal(own.trySend("nobody"), false);
  }
  if (type === "SERVER" || type === "PEER") {
    assert.throws(() => own.trySend("nobody"), { code: "EHOSTUNREACH" });
  }
  if (type === "ROUTER") {
    own.socket.trySend([own.to, "nobody"]);
    assert.equal(own.socket.stats.queued.outgoing, 0);
  }
}

/** "… SHALL discard any messages it contains". */
export async function discardsQueue(type: TypeName): Promise<void> {
  if (sends(type)) await discardsUnsent(type);
  if (receives(type)) await deliversArrived(type);
}

// Begins with neither octet that an XSUB subscribes with.
const LARGE = new Uint8Array(400_000).fill(7);

async function discardsUnsent(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const options = { ...tiny(type), sendHighWaterMark: 4 };
  const made: Gathering = await gather(
    stage,
    type,
    1,
    options,
    tiny(partners[type]!),
  );
  const { own, peers: [peer], endpoint } = made;
  const { stats } = own.socket;
  for (let i = 0; i < 1000 && fits(own); i++) await pause();
  assert.ok(own.socket.stats.queued.outgoing > 0);
  await peer!.socket.close({ linger: 0 });
  await until(() => own.pipes.size === 0, "the queue is gone");
  assert.equal(own.socket.stats.queued.outgoing, 0);
  assert.ok(own.socket.stats.dropped > stats.dropped);
  const next = new Party(stage, partners[type]!);
  next.connect(endpoint);
  await meet(own, next, 1);
  assert.ok(own.trySend("fresh"));
  assert.equal(await next.heard(), "fresh");
}

/** Sends what is large; false when there was no room. */
function fits(party: Party): boolean {
  const { dropped } = party.socket.stats;
  return party.trySend(LARGE) && party.socket.stats.dropped === dropped;
}

async function deliversArrived(type: TypeName): Promise<void> {
  await using stage = new Stage("tcp");
  const { own, peers: [peer] } = await gather(stage, type, 1);
  const { received } = own.socket.stats;
  assert.ok(peer!.trySend("last words"));
  await until(
    () => own.socket.stats.received.messages > received.messages,
    "the message has arrived",
  );
  await peer!.socket.close();
  await until(() => own.socket.peers.length === 0, "the peer is gone");
  assert.equal(await own.heard(), "last words");
}

/** "SHALL receive … using a fair-queuing strategy". */
export async function queuesFairly(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers } = await gather(stage, type, 3);
  for (const [i, peer] of peers.entries()) {
    for (const n of i === 0 ? [1, 2, 3, 4] : [1, 2]) {
      assert.ok(peer.trySend(`${"abc"[i]}${n}`));
    }
  }
  assert.deepEqual(own.all(), [
    ..."a1 b1 c1 a2 b2 c2 a3 a4".split(" "),
  ]);
}

/** "SHALL deliver … to its calling application". */
export async function delivers(type: TypeName): Promise<void> {
  await using stage = new Stage("inproc");
  const { own, peers: [peer] } = await gather(stage, type, 1);
  const waiting = own.receive();
  assert.ok(peer!.trySend("one"));
  assert.ok(peer!.trySend("two"));
  assert.equal(text((await waiting).at(-1)), "one");
  assert.deepEqual(own.all(), ["two"]);
}
