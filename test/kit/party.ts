/**
 * Sockets of any type behind one way to send and to receive: who is sent to,
 * groups, subscriptions and routing ids are seen to here.
 *
 * @module
 */

import { toBytes } from "../../src/base/bytes.ts";
import { coreOf } from "../../src/socket/socket.ts";
import type { Socket } from "../../mod.ts";
import { text } from "./messages.ts";
import { socketClasses, type TypeName } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** Whom a socket that addresses its peers sends to. */
export type Id = Uint8Array | number;

/** A socket as it is here: each type has its own half of these. */
interface AnySocket extends Socket {
  trySend(message: unknown, to?: unknown): boolean;
  send(message: unknown, to?: unknown): Promise<void>;
  tryReceive(): unknown[] | undefined;
  subscribe(topic: string): void;
  join(group: string): void;
  connectPeer(endpoint: string): number;
}

/** The type that a type talks to here. */
export const partners: Readonly<Record<string, TypeName>> = {
  CHANNEL: "CHANNEL",
  CLIENT: "SERVER",
  DEALER: "DEALER",
  DISH: "RADIO",
  GATHER: "SCATTER",
  PAIR: "PAIR",
  PEER: "PEER",
  PUB: "SUB",
  PULL: "PUSH",
  PUSH: "PULL",
  RADIO: "DISH",
  REP: "REQ",
  REQ: "REP",
  ROUTER: "DEALER",
  SCATTER: "GATHER",
  SERVER: "CLIENT",
  SUB: "PUB",
  XPUB: "XSUB",
  XSUB: "XPUB",
};

const GROUP = "group";

/** One socket. */
export class Party {
  readonly type: TypeName;
  readonly socket: AnySocket;
  /** Whom to send to: who was heard last. */
  to: Id | undefined;
  /** The texts of all last frames that were heard. */
  readonly history: string[] = [];

  constructor(stage: Stage, type: TypeName, options: object = {}) {
    this.type = type;
    this.socket = stage.make(
      socketClasses[type] as never,
      options,
    ) as unknown as AnySocket;
    if (type === "SUB" || type === "XSUB") this.socket.subscribe("");
    if (type === "DISH") this.socket.join(GROUP);
  }

  /** The queues of the socket's peers. */
  get pipes(): ReturnType<typeof coreOf>["pipes"] {
    return coreOf(this.socket).pipes;
  }

  connect(endpoint: string): void {
    if (this.type === "PEER") this.to = this.socket.connectPeer(endpoint);
    else this.socket.connect(endpoint);
  }

  /** Sends now, if there is room. */
  trySend(...frames: (string | Uint8Array)[]): boolean {
    return this.socket.trySend(...this.#arguments(frames, {}));
  }

  /** Sends, and waits for room. */
  send(options: object, ...frames: (string | Uint8Array)[]): Promise<void> {
    return this.socket.send(...this.#arguments(frames, options));
  }

  /** The frames of the next message, without what says who sent it. */
  tryReceive(): Uint8Array[] | undefined {
    const message = this.socket.tryReceive();
    if (message === undefined) return undefined;
    const frames = message.filter((each) => each instanceof Uint8Array);
    switch (this.type) {
      case "ROUTER":
        this.to = frames.shift();
        break;
      case "SERVER":
      case "PEER":
        this.to = (message[1] as { routingId: number }).routingId;
        break;
      case "XPUB":
        // What subscribers ask for is of no interest here.
        if (frames[0]!.length > 0 && frames[0]![0]! < 2) {
          return this.tryReceive();
        }
    }
    this.history.push(text(frames.at(-1)));
    return frames;
  }

  /** The next message's last frame as text; waits for it. */
  async heard(): Promise<string> {
    return text((await this.receive()).at(-1));
  }

  /** The frames of the next message; waits for it. */
  async receive(): Promise<Uint8Array[]> {
    let frames: Uint8Array[] | undefined;
    await until(() => (frames = this.tryReceive()) !== undefined, "a message");
    return frames!;
  }

  /** The texts of all that can be received now. */
  all(): string[] {
    const all: string[] = [];
    for (let next = this.tryReceive(); next; next = this.tryReceive()) {
      all.push(text(next.at(-1)));
    }
    return all;
  }

  #arguments(
    frames: (string | Uint8Array)[],
    options: object,
  ): [unknown, unknown?] {
    const octets = frames.map((each) =>
      typeof each === "string" ? toBytes(each) : each
    );
    const only = octets.length === 1 ? octets[0] : octets;
    switch (this.type) {
      case "ROUTER":
        return [[this.to, ...octets], options];
      case "SERVER":
      case "PEER":
        return [only, { ...options, routingId: this.to }];
      case "RADIO":
        return [only, { ...options, group: GROUP }];
    }
    return [octets, options];
  }
}

/** A socket and its peers, all of which are there. */
export interface Gathering {
  readonly own: Party;
  readonly peers: readonly Party[];
  /** Whom the socket knows its peers by, where it addresses them. */
  readonly ids: readonly (Id | undefined)[];
  readonly endpoint: string;
}

/** Binds a socket and connects so many peers to it. */
export async function gather(
  stage: Stage,
  type: TypeName,
  count: number,
  options: object = {},
  peerOptions: object = {},
): Promise<Gathering> {
  const own = new Party(stage, type, options);
  const endpoint = await own.socket.bind(stage.place());
  const peers: Party[] = [];
  const ids: (Id | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const peer = new Party(stage, partners[type]!, peerOptions);
    peers.push(peer);
    peer.connect(endpoint);
    ids.push(await meet(own, peer, i + 1));
    // What a publisher said to the last one, all have heard.
    if (publishes(own)) { for (const each of peers) each.all(); }
  }
  if (type === "CLIENT") {
    // Who is served learns by it whom to answer.
    for (const _ of peers) own.trySend("hello");
    for (const peer of peers) await peer.heard();
  }
  // What subscribers ask for waits to be received, and takes room.
  for (const each of [own, ...peers]) if (each.type === "XPUB") each.all();
  return { own, peers, ids, endpoint };
}

/** Waits until two know each other; says whom the first one knows by now. */
export async function meet(
  own: Party,
  peer: Party,
  count: number,
): Promise<Id | undefined> {
  await until(() => own.socket.peers.length === count, "the peer is there");
  const isFirst = peer.type !== "PEER" || peer.to !== undefined;
  if (isFirst && ["ROUTER", "SERVER", "PEER"].includes(own.type)) {
    // One that was connected to may know of it a little later.
    await until(() => peer.trySend("hello"), "the peer can send");
    await own.heard();
    return own.to;
  }
  if (publishes(own)) await sync(own, peer);
  if (publishes(peer)) await sync(peer, own);
  return undefined;
}

function publishes(party: Party): boolean {
  return ["PUB", "XPUB", "RADIO"].includes(party.type);
}

/** Waits until a peer hears what a publisher sends, and has heard it all. */
async function sync(publisher: Party, peer: Party): Promise<void> {
  const isHeard = (word: string) => {
    peer.all();
    return peer.history.includes(word);
  };
  const word = `sync ${Math.random()}`;
  await until(() => {
    publisher.trySend(word);
    return isHeard(word);
  }, "the subscription is there");
  publisher.trySend(`${word}, the end`);
  await until(() => isHeard(`${word}, the end`), "all was heard");
}
