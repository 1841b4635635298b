// Where a hostile peer meets a socket of ours: the socket, bound or connecting,
// over real tcp or ipc, the raw peer at the other end, all events, and good
// peers beside it. What the peer does is the business of the scenes.
import assert from "node:assert/strict";
import type {
  Context,
  DuplexSocket,
  ErrorCode,
  EventType,
  SocketEvent,
} from "../../mod.ts";
import { ourSecurity } from "../interop/security.ts";
import type { Places } from "../kit/places.ts";
import { makeDuplex, type TypeName } from "../kit/sockets.ts";
import { until } from "../kit/wait.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import type { Place } from "./words.ts";

/** Milliseconds within which a good peer must be served. */
export const SERVICE_TIME = 1000;

/** Milliseconds within which a bad peer's connection must be gone. */
export const END_TIME = 2000;

/** Milliseconds that the handshake of a good peer may take. */
const HANDSHAKE_TIME = 30_000;

/** Why a connection ends. */
export interface Reason {
  readonly code: ErrorCode;
  readonly reason?: string;
}

/** What many encounters share. */
export interface Ground {
  readonly context: Context;
  readonly places: Places;
}

/** What an encounter may want to be different. */
export interface EncounterOptions<Type extends TypeName = TypeName> {
  /** The type of our socket. Default: ROUTER if bound, else DEALER. */
  readonly type?: Type | undefined;
  /** Options of our socket, beside those of the mechanism. */
  readonly socket?: object;
}

/** One encounter. */
export abstract class Encounter<Type extends TypeName = TypeName>
  implements AsyncDisposable {
  readonly place: Place;
  readonly type: Type | "ROUTER" | "DEALER";
  /** Our socket, at which the hostile peer is. */
  readonly socket: DuplexSocket;
  /** All events of our socket. */
  readonly events: SocketEvent[] = [];
  readonly #ground: Ground;
  readonly #peers: RawPeer[] = [];
  readonly #good: DuplexSocket[] = [];
  #listener: RawListener | undefined;
  #endpoint = "";

  constructor(
    place: Place,
    ground: Ground,
    { type, socket }: EncounterOptions<Type>,
  ) {
    this.place = place;
    this.#ground = ground;
    this.type = type ?? (this.isBound ? "ROUTER" : "DEALER");
    this.socket = makeDuplex(this.type, {
      context: ground.context,
      linger: 0,
      // One attempt: what comes after it is told by `connect:retry`.
      reconnectInterval: 60_000,
      ...ourSecurity(place.mechanism, this.isBound),
      ...socket,
    });
    void this.#record();
  }

  /** True when our socket is bound, and hostile clients come. */
  get isBound(): boolean {
    return this.place.role === "client";
  }

  /** Where our socket is bound, or connects to. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** The names of the events so far. */
  get names(): EventType[] {
    return this.events.map((event) => event.type);
  }

  /** How often an event came. */
  count(name: EventType): number {
    return this.names.filter((each) => each === name).length;
  }

  /** Waits for an event, one that has come already included. */
  async event(name: EventType, limit: number = END_TIME): Promise<SocketEvent> {
    const find = () => this.events.find((event) => event.type === name);
    await until(() => find() !== undefined, `${name} came`, limit);
    return find()!;
  }

  /** A raw peer: a client that connects, or the server that we came to. */
  async peer(): Promise<RawPeer> {
    const peer = await (this.#listener?.next() ??
      RawPeer.connectTo(this.#endpoint));
    this.#peers.push(peer);
    return peer;
  }

  /** Fails unless a connection that was let in ends, for the reason given. */
  protected async endsFor(
    peer: RawPeer,
    expected: Reason | undefined,
  ): Promise<void> {
    const { error } = await this.event("disconnect");
    assert.deepEqual(
      error && { code: error.code, reason: error.reason },
      expected && { code: expected.code, reason: expected.reason },
      error?.message ?? "no error",
    );
    await peer.end(END_TIME);
  }

  /** A socket of the library that does nothing wrong, and is with ours. */
  protected async join(type: TypeName): Promise<DuplexSocket> {
    // Its time is not what the case is about: ours would try again in a minute.
    this.socket.handshakeInterval = HANDSHAKE_TIME;
    const good = makeDuplex(type, {
      context: this.#ground.context,
      linger: 0,
      ...ourSecurity(this.place.mechanism, !this.isBound),
    });
    this.#good.push(good);
    if (this.isBound) good.connect(this.#endpoint);
    else this.socket.connect(await good.bind(this.#ground.places.fresh("tcp")));
    return good;
  }

  /** Binds our socket, or lets it connect to a raw server. */
  protected async begin(): Promise<void> {
    const endpoint = this.#ground.places.fresh(this.place.scheme);
    if (this.isBound) {
      this.#endpoint = await this.socket.bind(endpoint);
      return;
    }
    this.#listener = await RawListener.listen(endpoint);
    this.#endpoint = this.#listener.endpoint;
    this.socket.connect(this.#endpoint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await Promise.all(
      [this.socket, ...this.#good].map((each) => each.close({ linger: 0 })),
    );
    await this.#listener?.close();
  }

  async #record(): Promise<void> {
    for await (const event of this.socket.events) this.events.push(event);
  }
}
