// What libzmq asserts of ZAP handlers: replies that break the protocol, and
// handlers that are not there, go away, or never answer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  Dealer,
  type EventType,
  Reply,
  Request,
  Router,
} from "../../mod.ts";
import { encodeMetadata } from "../../src/wire/metadata.ts";
import { bounce, nothing } from "../kit/bounce.ts";
import { octets, text, texts } from "../kit/messages.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

const keys = { server: curveKeyPair(), client: curveKeyPair() };

const mechanisms = {
  NULL: { server: { zapDomain: "TEST" }, client: {} },
  PLAIN: {
    server: { plainServer: true },
    client: { plainUsername: "admin", plainPassword: "password" },
  },
  CURVE: {
    server: { curveServer: true, curveSecretKey: keys.server.secretKey },
    client: {
      curveServerKey: keys.server.publicKey,
      curvePublicKey: keys.client.publicKey,
      curveSecretKey: keys.client.secretKey,
    },
  },
} as const;

/** What a handler answers; `undefined`: nothing. */
type Answer = (request: Uint8Array[]) => (Uint8Array | string)[] | undefined;

/** A handler socket on a context, and a pair of DEALERs. */
class Scene implements AsyncDisposable {
  readonly context: Context = new Context();
  readonly handler: Reply;
  readonly server: Dealer;
  readonly client: Dealer;

  constructor(mechanism: keyof typeof mechanisms, options: object = {}) {
    const common = { context: this.context, linger: 0, reconnectInterval: -1 };
    const { server, client } = mechanisms[mechanism];
    this.handler = new Reply({ context: this.context, linger: 0 });
    this.server = new Dealer({ ...common, ...server, ...options });
    this.client = new Dealer({ ...common, ...client });
  }

  /** Serves requests by the answer until the handler is closed. */
  async serve(answer: Answer): Promise<void> {
    await this.handler.bind("inproc://zeromq.zap.01");
    void (async () => {
      for await (const request of this.handler) {
        const reply = answer(request);
        if (reply === undefined) break;
        await this.handler.send(reply);
      }
    })();
  }

  async join(): Promise<void> {
    this.client.connect(await this.server.bind("tcp://127.0.0.1:*"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.server, this.client, this.handler];
    await Promise.all(all.map((each) => each.close({ linger: 0 })));
    await this.context.shutdown();
  }
}

/** The error of the first of a server's events that tells of a refusal. */
async function refusal(scene: Scene) {
  const names: EventType[] = [
    "handshake:error:auth",
    "handshake:error:protocol",
    "handshake:error:other",
  ];
  const told = Promise.race(
    names.map((each) => scene.server.events.once(each)),
  );
  await scene.join();
  const { type, error } = await within(told, "the refusal");
  scene.client.trySend("sneaky");
  await nothing(scene.server, 20);
  assert.equal(scene.server.peers.length, 0);
  return { type, error };
}

const wrong: Readonly<Record<string, { reason: string; answer: Answer }>> = {
  "another version": {
    reason: "ERR_ZAP_BAD_VERSION",
    answer: ([, id]) => ["invalid", id!, "200", "OK", "", ""],
  },
  "a status that is none": {
    reason: "ERR_ZAP_INVALID_STATUS_CODE",
    answer: ([version, id]) => [version!, id!, "invalid", "OK", "", ""],
  },
  "a frame too many": {
    reason: "ERR_ZAP_MALFORMED_REPLY",
    answer: ([version, id]) => [version!, id!, "200", "OK", "", "", ""],
  },
};

for (const mechanism of ["NULL", "PLAIN", "CURVE"] as const) {
  describe(`a ZAP handler for ${mechanism}`, () => {
    for (const [name, { reason, answer }] of Object.entries(wrong)) {
      it(`keeps everybody out who is answered with ${name}`, async () => {
        await using scene = new Scene(mechanism);
        await scene.serve(answer);
        const { error } = await refusal(scene);
        const cause = error?.cause as { reason?: string } | undefined;
        assert.equal(error?.reason ?? cause?.reason, reason);
      });
    }

    it("keeps everybody out who is answered with another request id, until the time is up", async () => {
      await using scene = new Scene(mechanism, { handshakeInterval: 100 });
      await scene.serve(([version]) => [
        version!,
        "invalid",
        "200",
        "OK",
        "",
        "",
      ]);
      const { error } = await refusal(scene);
      assert.equal(error?.code, "ETIMEDOUT");
    });

    for (const status of ["300", "500"]) {
      it(`keeps everybody out who is answered with status ${status}`, async () => {
        await using scene = new Scene(mechanism);
        await scene.serve(([version, id]) => [
          version!,
          id!,
          status,
          "No",
          "",
          "",
        ]);
        const { type, error } = await refusal(scene);
        assert.equal(type, "handshake:error:auth");
        assert.match(error!.message, new RegExp(status));
      });
    }

    it("that is not there, keeps everybody out whom it had to judge", async () => {
      await using scene = new Scene(mechanism, {
        zapDomain: "TEST",
        zapEnforceDomain: true,
      });
      const { type } = await refusal(scene);
      assert.equal(type, "handshake:error:auth");
    });

    it("that goes away after a request, keeps that peer out", async () => {
      await using scene = new Scene(mechanism, { handshakeInterval: 200 });
      await scene.serve(() => {
        void scene.handler.close();
        return undefined;
      });
      await refusal(scene);
    });

    it("that never reads, keeps everybody out until the time is up", async () => {
      await using scene = new Scene(mechanism, { handshakeInterval: 100 });
      await scene.handler.bind("inproc://zeromq.zap.01");
      const { error } = await refusal(scene);
      assert.equal(error?.code, "ETIMEDOUT");
    });

    it("that never answers, keeps everybody out until the time is up", async () => {
      await using scene = new Scene(mechanism, { handshakeInterval: 100 });
      await scene.serve(() => undefined);
      const { error } = await refusal(scene);
      assert.equal(error?.code, "ETIMEDOUT");
    });

    it("lets in who is answered with 200, and gives every message its metadata", async () => {
      await using scene = new Scene(mechanism);
      scene.client.routingId = "IDENT";
      let request: Uint8Array[] = [];
      await scene.serve((frames) => {
        request = frames;
        const metadata = encodeMetadata([["Hello", octets("World")]]);
        return [frames[0]!, frames[1]!, "200", "OK", "anonymous", metadata];
      });
      await scene.join();
      await bounce(scene.server, scene.client);
      await scene.client.send("This is a message", TIMEOUT);
      const { peer } = await scene.server.receiveFrom(TIMEOUT);
      assert.equal(peer.properties.get("Hello"), "World");
      assert.equal(peer.properties.get("Socket-Type"), "DEALER");
      assert.equal(peer.properties.get("No Such"), undefined);
      assert.equal(peer.userId, "anonymous");
      assert.match(peer.address, /^tcp:\/\/127\.0\.0\.1:\d+$/);
      const shown = texts(request.slice(0, 6));
      assert.equal(shown[0], "1.0");
      assert.equal(shown[3], "127.0.0.1");
      // The client's, where it is known by then; libzmq tells the server's own.
      assert.equal(shown[4], mechanism === "CURVE" ? "IDENT" : "");
      assert.equal(shown[5], mechanism);
    });
  });
}

describe("the metadata of a ZAP handler", () => {
  it("is with the messages of a REQ at a ROUTER, too", async () => {
    await using context = new Context({
      authenticate: ({ domain }) =>
        domain === "DOMAIN" &&
        { statusCode: "200", metadata: { Hello: "World" } },
    });
    const router = new Router({ context, zapDomain: "DOMAIN" });
    const request = new Request({ context, linger: 0 });
    request.connect(await router.bind("tcp://127.0.0.1:*"));
    await request.send("This is a message", TIMEOUT);
    const { message, peer } = await router.receiveFrom(TIMEOUT);
    assert.equal(message.length, 3);
    assert.equal(text(message[2]), "This is a message");
    assert.equal(peer.properties.get("Hello"), "World");
    await Promise.all([router.close(), request.close()]);
  });
});
