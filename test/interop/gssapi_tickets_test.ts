// Tickets have an end, and so have the connections that were made with them;
// keys are changed, and a KDC may not answer.
// thorough
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { type Authenticator, Context, Pull, Push } from "../../mod.ts";
import { gssapi } from "../../ext/gssapi/mod.ts";
import { REALM, Realm, skipWithoutKerberos } from "../kit/kerberos.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { pause, until, within } from "../kit/wait.ts";

/** Milliseconds that a talk may take on a busy machine. */
const SOON = 3000;

const SERVICE = `zmqserver@${REALM}`;
const ourServer = {
  gssapiServer: true,
  gssapiPrincipal: SERVICE,
  gssapiPrincipalNameType: "krb5Principal",
} as const;
const ourClient = {
  gssapiServicePrincipal: SERVICE,
  gssapiServicePrincipalNameType: "krb5Principal",
} as const;

/** Waits until there is no ticket that can be used, some seconds at most. */
async function expiry(cache: string): Promise<void> {
  const isGood = () => spawnSync("klist", ["-s", "-c", cache]).status === 0;
  for (let i = 0; i < 100; i++) {
    if (!isGood()) return;
    await pause(100);
  }
  assert.fail("the ticket has no end");
}

describe("a ticket that ends", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    await realm.enter();
  });
  after(() => realm.end());

  /** Connects with a ticket for some seconds, and does something. */
  async function connected(
    outlivesTickets: boolean,
    action: (
      client: Push,
      server: Pull,
      expires: Promise<void>,
    ) => Promise<void>,
  ): Promise<void> {
    const authenticate: Authenticator = ({ principal = "" }) => ({
      statusCode: "200",
      userId: principal,
    });
    const context = new Context({
      mechanisms: [gssapi({ outlivesTickets })],
      authenticate,
    });
    const cache = realm.fresh("cache");
    // Long enough for all that comes before its end.
    realm.ticket("zmqclient", cache, "-l", "4s");
    await realm.with({
      KRB5CCNAME: `FILE:${cache}`,
      KRB5_CLIENT_KTNAME: `FILE:${realm.fresh("none")}`,
    }, async () => {
      await using bag = new Bag();
      const server = bag.keep(new Pull({ context, ...ourServer }));
      const client = bag.keep(
        new Push({ context, ...ourClient, reconnectInterval: 60_000 }),
      );
      client.connect(await server.bind("tcp://127.0.0.1:*"));
      await client.send("before");
      await within(server.receive(), "the first message");
      assert.equal(server.peers[0]?.userId, `zmqclient@${REALM}`);
      const expires = expiry(cache);
      await Promise.all([expires, action(client, server, expires)]);
    });
  }

  it("ends the connection", () =>
    connected(false, async (client, server) => {
      const [ours, theirs] = await Promise.all([
        within(client.events.once("disconnect"), "the client's end"),
        within(server.events.once("disconnect"), "the server's end"),
      ]);
      assert.equal(ours.error?.code, "EACCES");
      assert.match(ours.error!.message, /have expired$/);
      assert.equal(theirs.error, undefined);
    }));

  it("does not, where it was said to outlive it", () =>
    connected(true, async (client, server, expires) => {
      client.events.on("disconnect", () => assert.fail("it ended"));
      await expires;
      // The connection would be ended within that time.
      await pause(1000);
      await client.send("after");
      const [message] = await within(server.receive(), "the next message");
      assert.equal(text(message), "after");
    }));
});

describe("a new key of a server that is bound", {
  skip: skipWithoutKerberos,
}, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    await realm.enter();
  });
  after(() => realm.end());

  it("is the one to be used, and an old one is not", async () => {
    const keytab = realm.fresh("keytab");
    const principal = "rotates";
    realm.admin(
      `addprinc -randkey ${principal}`,
      `ktadd -k ${keytab} ${principal}`,
    );
    await realm.with({ KRB5_KTNAME: `FILE:${keytab}` }, async () => {
      await using bag = new Bag();
      const name = `${principal}@${REALM}`;
      const server = bag.keep(
        new Pull({ ...ourServer, gssapiPrincipal: name }),
      );
      const endpoint = await server.bind("tcp://127.0.0.1:*");
      for (const when of ["before", "after"]) {
        const cache = realm.fresh("cache");
        realm.ticket("zmqclient", cache);
        await realm.with({
          KRB5_KTNAME: `FILE:${keytab}`,
          KRB5CCNAME: `FILE:${cache}`,
        }, async () => {
          const client = bag.keep(
            new Push({ ...ourClient, gssapiServicePrincipal: name }),
          );
          client.connect(endpoint);
          await client.send(when);
          const [message] = await within(server.receive(), "the message");
          assert.equal(text(message), when);
        });
        // A new key, and no old one.
        rmSync(keytab);
        realm.admin(`ktadd -k ${keytab} ${principal}`);
      }
    });
  });
});

describe("a KDC that does not answer", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    // Who asks for a service of the other realm is sent to its KDC.
    realm.admin(`addprinc -randkey krbtgt/OTHER.TEST@${REALM}`);
    await realm.enter();
  });
  after(() => realm.end());

  /** Clients that wait for it, each until it has failed so many times. */
  async function waiting(
    bag: Bag,
    endpoint: string,
    services: readonly string[],
    times: number,
  ): Promise<void> {
    const failures = services.map(() => 0);
    for (const [at, gssapiServicePrincipal] of services.entries()) {
      const waits = bag.keep(
        new Push({
          ...ourClient,
          gssapiServicePrincipal,
          handshakeInterval: 100,
          reconnectInterval: 1,
          reconnectMaxInterval: 0,
        }),
      );
      waits.events.on("handshake:error:other", ({ error }) => {
        assert.equal(error?.code, "ETIMEDOUT");
        failures[at]!++;
      });
      waits.connect(endpoint);
    }
    await until(
      () => failures.every((count) => count >= times),
      `they have tried ${times} times`,
    );
  }

  /** Others have their talk soon: who waits for the KDC, waits for longer. */
  async function served(
    bag: Bag,
    endpoint: string,
    server: Pull,
  ): Promise<void> {
    const client = bag.keep(
      new Push({ ...ourClient, handshakeInterval: SOON }),
    );
    client.connect(endpoint);
    await client.send("meanwhile");
    const [message] = await within(server.receive(), "the good client", SOON);
    assert.equal(text(message), "meanwhile");
  }

  it("costs those who need it their time, and nobody else theirs", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Pull(ourServer));
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    // More often than there are threads.
    await waiting(bag, endpoint, ["zmqserver@OTHER.TEST"], 18);
    await served(bag, endpoint, server);
  });

  it("does so for endpoints that want the same of it, too", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Pull(ourServer));
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    await waiting(bag, endpoint, Array(18).fill("zmqserver@OTHER.TEST"), 1);
    await served(bag, endpoint, server);
  });

  it("does so for endpoints that want different things of it", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Pull(ourServer));
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    const services = Array.from({ length: 5 }, (_, i) => `s${i}@OTHER.TEST`);
    await waiting(bag, endpoint, services, 4);
    await served(bag, endpoint, server);
  });
});
