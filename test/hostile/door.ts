// A bound socket whose peers have to come through a handshake of TLS or of
// HTTP before ZMTP: what peers that must not come in cost, and a good one that
// must.
import assert from "node:assert/strict";
import { Context, Dealer, Router, type SocketEvent } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { until, within } from "../kit/wait.ts";
import { RawPeer } from "./raw_peer.ts";

/** Milliseconds in which a peer is let go. */
export const END_TIME = 2000;
/** Milliseconds in which a good peer is served. */
export const SERVICE_TIME = 1000;

const context = new Context();

/** The socket, and who knocks. */
export class Door implements AsyncDisposable {
  readonly router: Router;
  readonly events: SocketEvent[] = [];
  endpoint = "";
  readonly #bag: Bag = new Bag();
  readonly #theirs: object;
  readonly #peers: RawPeer[] = [];

  private constructor(ours: object, theirs: object) {
    this.router = this.#bag.keep(new Router({ context, linger: 0, ...ours }));
    this.#theirs = theirs;
  }

  /** Binds a socket; good peers have options of their own. */
  static async open(
    place: string,
    ours: object = {},
    theirs: object = {},
  ): Promise<Door> {
    const door = new Door(ours, theirs);
    const { router, events } = door;
    void (async () => {
      for await (const event of router.events) events.push(event);
    })();
    door.endpoint = await router.bind(place);
    return door;
  }

  /** A connection that says nothing by itself. */
  async connect(): Promise<RawPeer> {
    const address = this.endpoint.replace(/^\w+|\/\w*$/g, "");
    const peer = await RawPeer.connectTo(address);
    this.#peers.push(peer);
    return peer;
  }

  /** Waits until so many peers were refused, and gives the last reason. */
  async refusal(count = 1): Promise<SocketEvent> {
    const failed = () =>
      this.events.filter(({ type }) => type === "accept:error");
    await until(() => failed().length >= count, "accept:error", END_TIME);
    for (const { error } of failed()) {
      assert.doesNotMatch(error!.message, /[\p{C}\p{Zl}\p{Zp}]/u);
    }
    return failed().at(-1)!;
  }

  /** Fails unless a good peer is served in time, and nobody else came in. */
  async servesGoodPeer(): Promise<void> {
    const { router } = this;
    assert.ok(!this.events.some(({ type }) => type === "accept"));
    assert.equal(router.tryReceive(), undefined);
    const options = { context, linger: 0, ...this.#theirs };
    const dealer = this.#bag.keep(new Dealer(options));
    dealer.connect(this.endpoint);
    const serve = async (): Promise<void> => {
      await dealer.send("good");
      const [id, ...parts] = await router.receive();
      assert.deepEqual(texts(parts), ["good"]);
      await router.send([id!, "fine"]);
      assert.deepEqual(texts(await dealer.receive()), ["fine"]);
    };
    await within(serve(), "a good peer to be served", SERVICE_TIME);
  }

  /** Fails unless of five where three may wait, the first two are let go. */
  async letsTheOldestGo(): Promise<void> {
    const crowd: RawPeer[] = [];
    for (let i = 0; i < 5; i++) {
      crowd.push(await this.connect());
      if (i >= 3) await this.refusal(i - 2);
    }
    await Promise.all(crowd.slice(0, 2).map((peer) => peer.end(END_TIME)));
    assert.ok(crowd.slice(2).every((peer) => !peer.ended), "others wait");
    await this.servesGoodPeer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers.splice(0)) peer.close();
    await this.#bag[Symbol.asyncDispose]();
  }
}
