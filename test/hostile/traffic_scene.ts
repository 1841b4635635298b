// The scene of a peer that turns bad after it was let in: our socket of any
// type, bound or connecting, the raw peer logged in at the other end, all
// events, and a good peer of the type that belongs to ours.
import assert from "node:assert/strict";
import type {
  Context,
  DuplexSocket,
  ErrorCode,
  EventName,
  SocketEvent,
  Subscriber,
} from "../../mod.ts";
import type { Mechanism as Handshake } from "../../src/security/mechanism.ts";
import { ourSecurity } from "../interop/security.ts";
import { text, texts } from "../kit/messages.ts";
import type { Places } from "../kit/places.ts";
import { makeDuplex, type TypeName } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { login, type LoginOptions, trafficFrame } from "./login.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import type { Place } from "./words.ts";

/** Milliseconds within which a good peer must be served. */
export const SERVICE_TIME = 1000;

/** Milliseconds within which a bad peer's connection must be gone. */
const END_TIME = 2000;

/** The types of our sockets, and of those that belong to them. */
export const partners = {
  DEALER: "ROUTER",
  PUB: "SUB",
  PULL: "PUSH",
  PUSH: "PULL",
  REP: "REQ",
  REQ: "REP",
  ROUTER: "DEALER",
  SUB: "PUB",
  XPUB: "SUB",
} as const satisfies Partial<Record<TypeName, TypeName>>;

/** A type of ours that these tests know. */
export type OwnType = keyof typeof partners;

/** Why a connection ends. */
export interface Reason {
  readonly code: ErrorCode;
  readonly reason?: string;
}

/** A raw peer that was let in. */
export class Insider {
  readonly raw: RawPeer;
  readonly #handshake: Handshake;

  constructor(raw: RawPeer, handshake: Handshake) {
    this.raw = raw;
    this.#handshake = handshake;
  }

  /** Says frames of traffic, sealed where the mechanism wants that. */
  say(flags: number, ...bodies: readonly Uint8Array[]): void {
    this.raw.say(...bodies.map((body) => this.frame(flags, body)));
  }

  /** A frame of traffic as it goes over the wire. */
  frame(flags: number, body: Uint8Array): Uint8Array {
    return trafficFrame(this.#handshake, flags, body);
  }

  /** Takes the next frame of traffic, opened. */
  async hear(): Promise<{ flags: number; body: Uint8Array }> {
    const { flags, body } = await this.raw.frame();
    if (!this.#handshake.encrypts) return { flags, body };
    const opened = this.#handshake.open(body);
    const inner = opened[0]!;
    return {
      flags: (inner & 1) | ((inner & 2) === 0 ? 0 : 4),
      body: opened.subarray(1),
    };
  }
}

/** What a scene may want to be different. */
export interface TrafficOptions {
  /** The type of our socket. Default: ROUTER if bound, else DEALER. */
  readonly type?: OwnType | undefined;
  /** Options of our socket, beside those of the mechanism. */
  readonly socket?: object;
}

/** Where one case takes place. */
export class TrafficScene implements AsyncDisposable {
  readonly place: Place;
  readonly type: OwnType;
  /** Our socket. */
  readonly socket: DuplexSocket;
  /** All events of our socket. */
  readonly events: SocketEvent[] = [];
  readonly #context: Context;
  readonly #places: Places;
  readonly #peers: RawPeer[] = [];
  readonly #good: DuplexSocket[] = [];
  #listener: RawListener | undefined;
  #endpoint = "";

  private constructor(
    place: Place,
    context: Context,
    places: Places,
    { type, socket }: TrafficOptions,
  ) {
    this.place = place;
    this.#context = context;
    this.#places = places;
    const isBound = place.role === "client";
    this.type = type ?? (isBound ? "ROUTER" : "DEALER");
    this.socket = makeDuplex(this.type, {
      context,
      linger: 0,
      // One attempt, and nothing waits for a second one.
      reconnectInterval: 60_000,
      immediate: true,
      ...ourSecurity(place.mechanism, isBound),
      ...socket,
    });
    void this.#record();
    if (this.type === "SUB") this.#asSubscriber(this.socket).subscribe("good");
  }

  /** Makes our socket, and binds it or lets it connect. */
  static async open(
    place: Place,
    context: Context,
    places: Places,
    options: TrafficOptions = {},
  ): Promise<TrafficScene> {
    const scene = new TrafficScene(place, context, places, options);
    const endpoint = places.fresh(place.scheme);
    if (place.role === "client") {
      scene.#endpoint = await scene.socket.bind(endpoint);
      return scene;
    }
    scene.#listener = await RawListener.listen(endpoint);
    scene.#endpoint = scene.#listener.endpoint;
    scene.socket.connect(scene.#endpoint);
    return scene;
  }

  /** Where our socket is bound, or connects to. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** A raw peer that has logged in, and is known to our socket. */
  async insider(options: LoginOptions = {}): Promise<Insider> {
    const count = this.count("handshake");
    const raw = await (this.#listener?.next() ??
      RawPeer.connectTo(this.#endpoint));
    this.#peers.push(raw);
    const type = partners[this.type];
    const handshake = await login(raw, this.place, { type, ...options });
    await until(() => this.count("handshake") > count, "it is let in");
    return new Insider(raw, handshake);
  }

  /** How often an event came. */
  count(name: EventName): number {
    return this.events.filter(({ type }) => type === name).length;
  }

  /** Waits for an event, one that has come already included. */
  async event(name: EventName, limit: number = END_TIME): Promise<SocketEvent> {
    const find = () => this.events.find((event) => event.type === name);
    await until(() => find() !== undefined, `${name} came`, limit);
    return find()!;
  }

  /** All messages that wait at our socket, as texts. */
  drain(): string[][] {
    const messages: string[][] = [];
    while (!["PUB", "PUSH"].includes(this.type)) {
      const message = this.#take();
      if (message === undefined) break;
      // Who it is from is not what these tests are about.
      messages.push(texts(this.type === "ROUTER" ? message.slice(1) : message));
    }
    return messages;
  }

  /** Fails unless the connection ends, for the reason given. */
  async drops({ raw }: Insider, expected: Reason | undefined): Promise<void> {
    const { error } = await this.event("disconnect");
    assert.deepEqual(
      error && { code: error.code, reason: error.reason },
      expected && { code: expected.code, reason: expected.reason },
      error?.message ?? "no error",
    );
    assert.match(error?.message ?? "", /^[\x20-\x7e]{0,1000}$/);
    await raw.end(END_TIME);
    assert.equal(this.socket.peers.length, 0, "it is no peer any more");
  }

  /** Fails unless the connection goes on; ends it. */
  async keeps({ raw }: Insider): Promise<void> {
    assert.equal(this.count("disconnect"), 0, "it goes on");
    assert.equal(this.socket.peers.length, 1);
    raw.close();
    await this.event("disconnect");
  }

  /** Fails unless a good peer is served within a second. */
  async servesGoodPeer(): Promise<void> {
    const serving = this.goodPeer().then((good) => this.exchange(good));
    await within(serving, "a good peer to be served", SERVICE_TIME);
    assert.equal(this.socket.peers.length, 1, "the good peer only");
  }

  /** A peer of the library that does nothing wrong. */
  async goodPeer(): Promise<DuplexSocket> {
    const isBound = this.place.role === "client";
    const good = makeDuplex(partners[this.type], {
      context: this.#context,
      linger: 0,
      ...ourSecurity(this.place.mechanism, !isBound),
    });
    this.#good.push(good);
    if (partners[this.type] === "SUB") {
      this.#asSubscriber(good).subscribe("good");
    }
    if (isBound) good.connect(this.#endpoint);
    else this.socket.connect(await good.bind(this.#places.fresh("tcp")));
    return good;
  }

  /** Talks with a good peer as the types do. */
  async exchange(good: DuplexSocket): Promise<void> {
    const { socket } = this;
    switch (this.type) {
      case "ROUTER":
      case "REP":
        await good.send("good");
        await answer(socket, this.type === "ROUTER");
        return assert.equal(text((await good.receive())[0]), "fine");
      case "DEALER":
      case "REQ":
        await socket.send("good");
        await answer(good, this.type === "DEALER");
        return assert.equal(text((await socket.receive())[0]), "fine");
      case "PUSH":
        await socket.send("good");
        return assert.deepEqual(texts(await good.receive()), ["good"]);
      case "PULL":
        await good.send("good");
        return assert.deepEqual(texts(await socket.receive()), ["good"]);
      case "SUB":
        return await publish(good, socket);
      case "PUB":
      case "XPUB":
        return await publish(socket, good);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await Promise.all(
      [this.socket, ...this.#good].map((each) => each.close({ linger: 0 })),
    );
    await this.#listener?.close();
  }

  /** The next message, if the socket may take one now. */
  #take(): Uint8Array[] | undefined {
    try {
      return this.socket.tryReceive();
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, "EFSM");
      return undefined;
    }
  }

  #asSubscriber(socket: unknown): Subscriber {
    return socket as Subscriber;
  }

  async #record(): Promise<void> {
    for await (const event of this.socket.events) this.events.push(event);
  }
}

async function answer(socket: DuplexSocket, isRouted: boolean): Promise<void> {
  const message = await socket.receive();
  const [id, ...parts] = isRouted ? message : [undefined, ...message];
  assert.deepEqual(texts(parts as Uint8Array[]), ["good"]);
  await socket.send(id === undefined ? ["fine"] : [id, "fine"]);
}

/** The subscription is there some time: until then, nothing is. */
async function publish(from: DuplexSocket, to: DuplexSocket): Promise<void> {
  for (;;) {
    await from.send("good");
    await pause(2);
    const message = to.tryReceive();
    if (message !== undefined) {
      return assert.deepEqual(texts(message), ["good"]);
    }
  }
}
