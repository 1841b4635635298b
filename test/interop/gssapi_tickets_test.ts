// Tickets have an end, and so have the connections that were made with them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { type Authenticator, Context, Pull, Push } from "../../mod.ts";
import { gssapi } from "../../ext/gssapi/mod.ts";
import { REALM, Realm, skipWithoutKerberos } from "../kit/kerberos.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { until, within } from "../kit/wait.ts";

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
    action: (client: Push, server: Pull) => Promise<void>,
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
    realm.ticket("zmqclient", cache, "-l", "2s");
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
      const expires = until(
        () => spawnSync("klist", ["-s", "-c", cache]).status !== 0,
        "the ticket expires",
      );
      await Promise.all([expires, action(client, server)]);
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
    connected(true, async (client, server) => {
      client.events.on("disconnect", () => assert.fail("it ended"));
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await client.send("after");
      const [message] = await within(server.receive(), "the next message");
      assert.equal(text(message), "after");
    }));
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

  it("costs those who need it their time, and nobody else theirs", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Pull(ourServer));
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    const waits = bag.keep(
      new Push({
        ...ourClient,
        gssapiServicePrincipal: "zmqserver@OTHER.TEST",
        handshakeInterval: 200,
        reconnectInterval: 1,
        reconnectMaxInterval: 0,
      }),
    );
    let failures = 0;
    waits.events.on("handshake:error:other", ({ error }) => {
      assert.equal(error?.code, "ETIMEDOUT");
      failures++;
    });
    waits.connect(endpoint);
    // More often than there are threads for clients.
    await until(() => failures >= 6, "it has tried six times");
    const client = bag.keep(
      new Push({ ...ourClient, handshakeInterval: 1000 }),
    );
    client.connect(endpoint);
    await client.send("meanwhile");
    const [message] = await within(server.receive(), "the good client", 1000);
    assert.equal(text(message), "meanwhile");
  });
});
