// The scene of one hostile case: our own socket, real tcp or ipc, the raw peer
// at the other end, all events, and a good peer that must be served in the
// end. Bound sockets are ROUTERs and meet hostile clients; connecting ones are
// DEALERs and meet hostile servers, with a message queued that must not leak.
import assert from "node:assert/strict";
import {
  type Context,
  Dealer,
  type ErrorCode,
  type EventName,
  Router,
  type SocketEvent,
} from "../../mod.ts";
import { ourSecurity } from "../interop/security.ts";
import { texts } from "../kit/messages.ts";
import type { Places } from "../kit/places.ts";
import { makeDuplex, type TypeName } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";
import { RawListener, RawPeer } from "./raw_peer.ts";
import type { Place } from "./words.ts";

/** Milliseconds within which a good peer must be served. */
const SERVICE_TIME = 1000;

/** Milliseconds within which a bad peer's connection must be gone. */
const END_TIME = 2000;

/** The event that says why a peer did not come in, or was dropped. */
export interface Failure {
  readonly event: EventName;
  readonly code: ErrorCode;
  readonly reason?: string;
}

/** What a scene may want to be different. */
export interface SceneOptions {
  /** Options of our socket, beside those of the mechanism. */
  readonly socket?: object;
  /** The type of our socket. Default: ROUTER if bound, else DEALER. */
  readonly type?: TypeName;
}

/** Where one case takes place. */
export class Scene implements AsyncDisposable {
  readonly place: Place;
  /** Our socket, at which the hostile peer is. */
  readonly socket: ReturnType<typeof makeDuplex>;
  /** All events of our socket. */
  readonly events: SocketEvent[] = [];
  readonly #context: Context;
  readonly #places: Places;
  readonly #peers: RawPeer[] = [];
  readonly #good: (Dealer | Router)[] = [];
  #listener: RawListener | undefined;
  #endpoint = "";

  private constructor(
    place: Place,
    context: Context,
    places: Places,
    options: SceneOptions,
  ) {
    this.place = place;
    this.#context = context;
    this.#places = places;
    const isBound = place.role === "client";
    this.socket = makeDuplex(options.type ?? (isBound ? "ROUTER" : "DEALER"), {
      context,
      linger: 0,
      // One attempt: what comes after it is told by `connect:retry`.
      reconnectInterval: 60_000,
      ...ourSecurity(place.mechanism, isBound),
      ...options.socket,
    });
    void this.#record();
  }

  /** Makes our socket, and binds it or lets it connect. */
  static async open(
    place: Place,
    context: Context,
    places: Places,
    options: SceneOptions = {},
  ): Promise<Scene> {
    const scene = new Scene(place, context, places, options);
    const endpoint = places.fresh(place.scheme);
    if (place.role === "client") {
      scene.#endpoint = await scene.socket.bind(endpoint);
      return scene;
    }
    scene.#listener = await RawListener.listen(endpoint);
    scene.#endpoint = scene.#listener.endpoint;
    scene.socket.connect(scene.#endpoint);
    if (scene.socket instanceof Dealer) scene.socket.trySend("secret");
    return scene;
  }

  /** Where our socket is bound, or connects to. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** A raw peer: a client that connects, or the server that we came to. */
  async peer(): Promise<RawPeer> {
    const peer = await (this.#listener?.next() ??
      RawPeer.connectTo(this.#endpoint));
    this.#peers.push(peer);
    return peer;
  }

  /** The names of the events so far. */
  get names(): EventName[] {
    return this.events.map((event) => event.type);
  }

  /** Waits for an event, one that has come already included. */
  async event(name: EventName, limit: number = END_TIME): Promise<SocketEvent> {
    const find = () => this.events.find((event) => event.type === name);
    await until(() => find() !== undefined, `${name} came`, limit);
    return find()!;
  }

  /** Fails unless the peer does not come in, for the reason given. */
  async keepsOut(peer: RawPeer, failure: Failure): Promise<void> {
    const failed = (name: EventName) => name.startsWith("handshake:error");
    await until(() => this.names.some(failed), "the handshake failed", END_TIME)
      .catch((error) => assert.fail(`${error.message}: ${this.names}`));
    const [event, more] = this.events.filter((each) => failed(each.type));
    const { error } = event!;
    const { event: name, code, reason } = failure;
    assert.deepEqual(
      { name: event!.type, code: error?.code, reason: error?.reason },
      { name, code, reason },
      error?.message ?? "no error",
    );
    assert.equal(more, undefined, "it fails once");
    assert.equal((await this.event("disconnect")).error, error);
    assert.ok(!this.names.includes("handshake"), "it is not let in");
    await peer.end(END_TIME);
  }

  /** Fails unless the peer is let in. */
  async letsIn(): Promise<void> {
    await this.event("handshake");
    assert.equal(this.socket.peers.length, 1);
  }

  /** Fails unless a peer that was let in is dropped, for the reason given. */
  async drops(peer: RawPeer, failure: Failure): Promise<void> {
    const { error } = await this.event("disconnect");
    const { code, reason } = failure;
    assert.deepEqual(
      { code: error?.code, reason: error?.reason },
      { code, reason },
      error?.message ?? "no error",
    );
    assert.ok(this.names.includes("handshake"), "it was let in");
    await peer.end(END_TIME);
  }

  /** Takes the next message, and fails unless it is this one. */
  async hears(text: string): Promise<void> {
    const message = await this.socket.receive({ timeout: SERVICE_TIME });
    assert.equal(texts(message).at(-1), text);
  }

  /**
   * Fails unless a good peer is served within a second, and nothing that the
   * hostile one said was delivered.
   */
  async servesGoodPeer(): Promise<void> {
    const heard = this.socket.stats.received.messages;
    const serving = this.place.role === "client"
      ? this.#serveClient()
      : this.#serveByServer();
    await within(serving, "a good peer to be served", SERVICE_TIME);
    await pause();
    assert.equal(this.socket.tryReceive(), undefined, "nothing else comes");
    assert.equal(this.socket.stats.received.messages, heard + 1);
    assert.equal(this.socket.peers.length, 1, "the good peer only");
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

  async #serveClient(): Promise<void> {
    const dealer = new Dealer({
      context: this.#context,
      ...ourSecurity(this.place.mechanism, false),
    });
    this.#good.push(dealer);
    dealer.connect(this.#endpoint);
    await dealer.send("good");
    const [id, ...parts] = await this.socket.receive();
    assert.deepEqual(texts(parts), ["good"]);
    await this.socket.send([id!, "fine"]);
    assert.deepEqual(texts(await dealer.receive()), ["fine"]);
  }

  async #serveByServer(): Promise<void> {
    const router = new Router({
      context: this.#context,
      ...ourSecurity(this.place.mechanism, true),
    });
    this.#good.push(router);
    this.socket.connect(await router.bind(this.#places.fresh("tcp")));
    // One for each pipe, in turn: that of the hostile peer is still there.
    await this.socket.send("good");
    await this.socket.send("good");
    const [id, ...parts] = await router.receive();
    assert.deepEqual(texts(parts), ["good"]);
    await router.send([id!, "fine"]);
    assert.deepEqual(texts(await this.socket.receive()), ["fine"]);
  }
}
