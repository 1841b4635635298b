// The scene of one hostile case before login. Bound sockets are ROUTERs and
// meet hostile clients; connecting ones are DEALERs and meet hostile servers,
// with a message queued that must not leak.
import assert from "node:assert/strict";
import { Dealer, type DuplexSocket, type EventType } from "../../mod.ts";
import { texts } from "../kit/messages.ts";
import { pause, until, within } from "../kit/wait.ts";
import {
  Encounter,
  type EncounterOptions,
  END_TIME,
  type Ground,
  type Reason,
  SERVICE_TIME,
} from "./encounter.ts";
import type { RawPeer } from "./raw_peer.ts";
import type { Place } from "./words.ts";

/** The event that says why a peer did not come in, or was dropped. */
export interface Failure extends Reason {
  readonly event: EventType;
}

/** Where one case takes place. */
export class Scene extends Encounter {
  /** Makes our socket, and binds it or lets it connect. */
  static async open(
    place: Place,
    ground: Ground,
    options: EncounterOptions = {},
  ): Promise<Scene> {
    const scene = new Scene(place, ground, options);
    await scene.begin();
    if (scene.socket instanceof Dealer) scene.socket.trySend("secret");
    return scene;
  }

  /** Fails unless the peer does not come in, for the reason given. */
  async keepsOut(peer: RawPeer, failure: Failure): Promise<void> {
    const failed = (name: EventType) => name.startsWith("handshake:error");
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
    await this.endsFor(peer, failure);
    assert.ok(this.names.includes("handshake"), "it was let in");
  }

  /** Takes the next message, and fails unless it is this one. */
  async hears(text: string): Promise<void> {
    const message = await within(this.socket.receive(), text, SERVICE_TIME);
    assert.equal(texts(message).at(-1), text);
  }

  /**
   * Fails unless a good peer is served in time, and nothing that the
   * hostile one said was delivered.
   */
  async servesGoodPeer(): Promise<void> {
    const heard = this.socket.stats.received.messages;
    const serving = this.isBound ? this.#serveClient() : this.#serveByServer();
    await within(serving, "a good peer to be served", SERVICE_TIME);
    await pause();
    assert.equal(this.socket.tryReceive(), undefined, "nothing else comes");
    assert.equal(this.socket.stats.received.messages, heard + 1);
    assert.equal(this.socket.peers.length, 1, "the good peer only");
  }

  async #serveClient(): Promise<void> {
    const dealer = await this.join("DEALER");
    await dealer.send("good");
    await reply(this.socket);
    assert.deepEqual(texts(await dealer.receive()), ["fine"]);
  }

  async #serveByServer(): Promise<void> {
    const router = await this.join("ROUTER");
    // One for each pipe, in turn: that of the hostile peer is still there.
    await this.socket.send("good");
    await this.socket.send("good");
    await reply(router);
    assert.deepEqual(texts(await this.socket.receive()), ["fine"]);
  }
}

async function reply(router: DuplexSocket): Promise<void> {
  const [id, ...parts] = await router.receive();
  assert.deepEqual(texts(parts), ["good"]);
  await router.send([id!, "fine"]);
}
