// What libzmq asserts of NULL, PLAIN and CURVE: who gets in, what both sides
// are told otherwise, and how often somebody is asked.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  Dealer,
  type EventType,
  type SocketEvent,
  type ZapReply,
} from "../../mod.ts";
import { bounce, noBounce } from "../kit/bounce.ts";
import { within } from "../kit/wait.ts";

const server = curveKeyPair();
const client = curveKeyPair();
const stranger = curveKeyPair();
const NULL_KEY = "0".repeat(40);

const SERVERS = {
  NULL: { zapDomain: "TEST" },
  PLAIN: { plainServer: true, zapDomain: "TEST", routingId: "IDENT" },
  CURVE: {
    curveServer: true,
    curveSecretKey: server.secretKey,
    zapDomain: "TEST",
    routingId: "IDENT",
  },
};

/** Options of a CURVE client with keys that may be wrong. */
const curveClient = (keys: {
  readonly server?: string;
  readonly publicKey?: string;
  readonly secretKey?: string;
} = {}): object => ({
  curveServerKey: keys.server ?? server.publicKey,
  curvePublicKey: keys.publicKey ?? client.publicKey,
  curveSecretKey: keys.secretKey ?? client.secretKey,
});

const CLIENTS = {
  NULL: {},
  PLAIN: { plainUsername: "admin", plainPassword: "password" },
  CURVE: curveClient(),
};

/** Two DEALERs in a context that asks an authenticator, and their ends. */
class Scene implements AsyncDisposable {
  readonly context: Context;
  readonly server: Dealer;
  readonly client: Dealer;
  asked = 0;

  constructor(
    serverOptions: object,
    clientOptions: object,
    answer: (() => ZapReply | boolean) | null = () => true,
  ) {
    this.context = new Context(
      answer === null ? {} : {
        authenticate: (
          { mechanism, username, password, publicKey, domain },
        ) => {
          this.asked++;
          const known = mechanism === "PLAIN"
            ? username === "admin" && password === "password"
            : mechanism === "CURVE"
            ? publicKey === client.publicKey
            : domain === "TEST";
          return known ? answer() : { statusCode: "400" };
        },
      },
    );
    const common = { context: this.context, linger: 0 };
    this.server = new Dealer({ ...common, ...serverOptions });
    this.client = new Dealer({ ...common, ...clientOptions });
  }

  async join(): Promise<void> {
    this.client.connect(await this.server.bind("tcp://127.0.0.1:*"));
  }

  /** Fails unless the client is refused, and both sides are told so. */
  async refused(
    atServer: EventType,
    check: (event: SocketEvent) => void = () => {},
    atClient: readonly EventType[] = [
      "handshake:error:auth",
      "handshake:error:protocol",
      "handshake:error:other",
    ],
  ): Promise<void> {
    const told = this.server.events.once(atServer);
    const heard = Promise.race(
      atClient.map((each) => this.client.events.once(each)),
    );
    await this.join();
    check(await within(told, `${atServer} at the server`));
    await within(heard, "an event at the client");
    await noBounce(this.server, this.client, 30);
    assert.equal(this.server.peers.length, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.server.close(), this.client.close()]);
    await this.context.shutdown();
  }
}

describe("a client with good credentials", () => {
  for (const mechanism of ["NULL", "PLAIN", "CURVE"] as const) {
    it(`gets in by ${mechanism}, and is judged once`, async () => {
      await using scene = new Scene(SERVERS[mechanism], CLIENTS[mechanism]);
      await scene.join();
      await bounce(scene.server, scene.client);
      assert.equal(scene.asked, 1);
      assert.equal(scene.server.peers[0]!.mechanism, mechanism);
    });
  }

  it("gets in by CURVE with a routing id of 255 octets at the server", async () => {
    const options = { ...SERVERS.CURVE, routingId: "0123456789".repeat(25) };
    await using scene = new Scene(options, CLIENTS.CURVE);
    await scene.join();
    await bounce(scene.server, scene.client);
  });

  it("is not judged by NULL without a zapDomain", async () => {
    await using scene = new Scene({}, {}, () => false);
    await scene.join();
    await bounce(scene.server, scene.client);
    assert.equal(scene.asked, 0);
  });
});

describe("a client is kept out", () => {
  it("by NULL with a zapDomain that is refused", async () => {
    await using scene = new Scene({ zapDomain: "WRONG" }, {});
    await scene.refused("handshake:error:auth", ({ error }) => {
      assert.equal(error?.code, "EACCES");
      assert.match(error.message, /400/);
    });
  });

  it("by PLAIN with wrong credentials, and told so with 400", async () => {
    await using scene = new Scene(SERVERS.PLAIN, {
      plainUsername: "wronguser",
      plainPassword: "wrongpass",
    });
    await scene.refused("handshake:error:auth", undefined, [
      "handshake:error:auth",
    ]);
  });

  it("by PLAIN when it calls itself a server", async () => {
    await using scene = new Scene(SERVERS.PLAIN, { plainServer: true });
    await scene.refused("handshake:error:protocol");
    assert.equal(scene.asked, 0);
  });

  it("by CURVE with a key that nobody knows, and told so with 400", async () => {
    await using scene = new Scene(SERVERS.CURVE, curveClient(stranger));
    await scene.refused("handshake:error:auth", ({ error }) => {
      assert.match(error!.message, /400/);
    }, ["handshake:error:auth"]);
    assert.ok(scene.asked >= 1);
  });

  const mechanisms = ["NULL", "PLAIN"] as const;
  for (const mechanism of mechanisms) {
    it(`by CURVE when it speaks ${mechanism}, and nobody is asked`, async () => {
      await using scene = new Scene(SERVERS.CURVE, CLIENTS[mechanism]);
      await scene.refused("handshake:error:protocol", ({ error }) => {
        assert.equal(error?.reason, "ERR_ZMTP_MECHANISM_MISMATCH");
      });
      assert.equal(scene.asked, 0);
    });
  }

  it("by CURVE with a server key of zeros", async () => {
    await using scene = new Scene(
      SERVERS.CURVE,
      curveClient({ server: NULL_KEY }),
    );
    // Our client does not even say HELLO to such a key.
    const heard = scene.client.events.once("handshake:error:other");
    await scene.join();
    const { error } = await within(heard, "an event at the client");
    assert.equal(error?.code, "EINVAL");
    assert.match(error.message, /low order/);
    await noBounce(scene.server, scene.client, 30);
  });

  it("by CURVE with a public or a secret key of zeros, by its own connect()", async () => {
    for (const keys of [{ publicKey: NULL_KEY }, { secretKey: NULL_KEY }]) {
      await using scene = new Scene(SERVERS.CURVE, curveClient(keys));
      await assert.rejects(scene.join(), { code: "EINVAL" });
      assert.equal(scene.asked, 0);
    }
  });

  for (const mechanism of ["NULL", "PLAIN", "CURVE"] as const) {
    for (const statusCode of ["300", "500"] as const) {
      it(`by ${mechanism} when the answer is ${statusCode}`, async () => {
        await using scene = new Scene(
          SERVERS[mechanism],
          CLIENTS[mechanism],
          () => ({ statusCode }),
        );
        await scene.refused("handshake:error:auth", ({ error }) => {
          assert.match(error!.message, new RegExp(statusCode));
        }, statusCode === "500" ? ["handshake:error:auth"] : undefined);
        assert.ok(scene.asked >= 1);
      });
    }
  }

  for (const zapEnforceDomain of [true, false]) {
    const how = zapEnforceDomain ? "enforced" : "or not enforced";
    it(`by NULL with a zapDomain that nobody judges, ${how}`, async () => {
      const options = { zapDomain: "TEST", zapEnforceDomain };
      await using scene = new Scene(options, {}, null);
      await scene.refused("handshake:error:auth");
    });
  }
});

describe("CURVE keys", () => {
  it("of another length are refused", async () => {
    for (
      const name of ["curveServerKey", "curvePublicKey", "curveSecretKey"]
    ) {
      for (const wrong of [server.publicKey.repeat(3), "42", ""]) {
        assert.throws(
          () => new Dealer({ [name]: wrong }),
          { code: "EINVAL" },
          `${name}: ${wrong}`,
        );
      }
    }
  });
});
