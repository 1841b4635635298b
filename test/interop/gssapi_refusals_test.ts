// Who Kerberos, or the authenticator, does not let in: what both sides are
// told of it, and that nothing is delivered.
import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import {
  Context,
  Pull,
  Push,
  type SocketEvent,
  type ZapRequest,
} from "../../mod.ts";
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

/** What one side says of a handshake that failed. */
interface Failure {
  readonly code: string;
  readonly text: RegExp;
  readonly reason?: string;
}

/** One attempt to get in. */
interface Attempt {
  readonly server?: object;
  readonly client?: object;
  readonly context?: Context;
  /** Done between bind() and connect(). */
  readonly prepare?: () => void;
  readonly told: { readonly client: Failure; readonly server: Failure };
}

function assertFailure(event: SocketEvent, expected: Failure): void {
  const { error } = event;
  assert.ok(error);
  assert.equal(error.code, expected.code, error.message);
  assert.match(error.message, expected.text);
  if (expected.reason !== undefined) {
    assert.equal(error.reason, expected.reason, error.message);
  }
  assert.match(error.message, /^[\x20-\x7e]*[^.]$/);
  const name = error.code === "EACCES"
    ? "auth"
    : error.code === "EPROTO"
    ? "protocol"
    : "other";
  assert.equal(event.type, `handshake:error:${name}`);
}

/** Fails unless a client does not get in, and both sides are told why. */
async function keepsOut(attempt: Attempt): Promise<void> {
  await using bag = new Bag();
  const { context = new Context(), prepare, told } = attempt;
  const server = bag.keep(
    new Pull({ context, ...ourServer, ...attempt.server }),
  );
  const client = bag.keep(
    new Push({
      context,
      reconnectInterval: 60_000,
      ...ourClient,
      ...attempt.client,
    }),
  );
  const events: { server: SocketEvent[]; client: SocketEvent[] } = {
    server: [],
    client: [],
  };
  for (const side of ["server", "client"] as const) {
    const socket = side === "server" ? server : client;
    for (const kind of ["auth", "protocol", "other"] as const) {
      socket.events.on(`handshake:error:${kind}`, (event) => {
        events[side].push(event);
      });
    }
    socket.events.on("handshake", () => assert.fail(`${side} let it in`));
  }
  const endpoint = await server.bind("tcp://127.0.0.1:*");
  prepare?.();
  client.trySend("secret");
  client.connect(endpoint);
  for (const side of ["client", "server"] as const) {
    await until(() => events[side].length > 0, `the ${side} is told`);
    assertFailure(events[side][0]!, told[side]);
    assert.equal(events[side].length, 1);
  }
  assert.equal(server.tryReceive(), undefined);
  assert.equal(server.stats.received.messages, 0);
}

const GONE: Failure = { code: "ECONNRESET", text: /closed the connection/ };

describe("GSSAPI keeps out", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    realm.admin("addprinc -randkey stranger");
    await realm.enter();
  });
  after(() => realm.end());

  it("who asks for a service that the KDC does not know", () =>
    keepsOut({
      client: { gssapiServicePrincipal: `nobody@${REALM}` },
      told: {
        client: {
          code: "EACCES",
          reason: "ERR_GSS_FAILURE",
          text: /to "nobody@ZMQ.TEST": .*not found in Kerberos database/,
        },
        server: GONE,
      },
    }));

  it("each of many at once, for a reason of its own", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Pull(ourServer));
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    // Kerberos keeps what was wrong for each thread.
    await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      const client = bag.keep(
        new Push({
          ...ourClient,
          gssapiServicePrincipal: `nobody${i}@${REALM}`,
          reconnectInterval: 60_000,
        }),
      );
      const failed = client.events.once("handshake:error:auth");
      client.connect(endpoint);
      const { error } = await within(failed, "the failure");
      assert.match(error!.message, new RegExp(`: .*nobody${i}@.* not found`));
    }));
  });

  it("who asks for a service of another realm", () =>
    keepsOut({
      client: { gssapiServicePrincipal: "zmqserver@OTHER.TEST" },
      told: {
        client: {
          code: "EACCES",
          text: /"zmqserver@OTHER.TEST": .*(realm|OTHER\.TEST)/,
        },
        server: GONE,
      },
    }));

  it("who has no key for the principal that it wants to be", () =>
    keepsOut({
      client: {
        gssapiPrincipal: `stranger@${REALM}`,
        gssapiPrincipalNameType: "krb5Principal",
      },
      told: {
        client: {
          code: "EACCES",
          text: /credentials of "stranger@ZMQ.TEST": .*stranger/,
        },
        server: GONE,
      },
    }));

  it("who has no ticket, and no keytab to get one by", async () => {
    const none = realm.fresh("none");
    await realm.with({
      KRB5CCNAME: `FILE:${none}`,
      KRB5_CLIENT_KTNAME: `FILE:${none}`,
    }, () =>
      keepsOut({
        told: {
          client: {
            code: "EACCES",
            reason: "ERR_GSS_NO_CRED",
            text: /No Kerberos credentials available/,
          },
          server: GONE,
        },
      }));
  });

  it("whose ticket is for another service than the server's", () =>
    keepsOut({
      server: { gssapiPrincipal: `host/localhost@${REALM}` },
      told: {
        client: { code: "EACCES", text: /Cannot decrypt ticket for zmqserver/ },
        server: { code: "EACCES", text: /Cannot decrypt ticket for zmqserver/ },
      },
    }));

  it("everybody, when the server's keytab is gone", async () => {
    const keytab = realm.fresh("keytab");
    copyFileSync(realm.keytab, keytab);
    await realm.with({ KRB5_KTNAME: `FILE:${keytab}` }, () =>
      keepsOut({
        prepare: () => rmSync(keytab),
        told: {
          client: {
            code: "EACCES",
            reason: "ERR_GSS_NO_CRED",
            text: /refused us: "ERR_GSS_NO_CRED"/,
          },
          server: { code: "EACCES", text: /keytab|Key table/i },
        },
      }));
  });

  it("everybody at bind(), when a server has no key", async () => {
    const none = realm.fresh("none");
    await realm.with({ KRB5_KTNAME: `FILE:${none}` }, async () => {
      const server = new Pull(ourServer);
      const told = server.events.once("bind:error");
      await assert.rejects(server.bind("tcp://127.0.0.1:*"), {
        code: "EACCES",
        message:
          /^Cannot get the credentials of "zmqserver@ZMQ.TEST": .*Key table file .* not found$/,
      });
      assert.equal((await told).error?.code, "EACCES");
      await server.close();
    });
  });

  it("whose messages are in clear where the server's are not, and the reverse", async () => {
    for (const isPlain of [false, true]) {
      await keepsOut({
        server: { gssapiPlainText: isPlain },
        client: { gssapiPlainText: !isPlain },
        told: isPlain
          ? {
            client: {
              code: "EPROTO",
              reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
              text: /expected MESSAGE/,
            },
            server: GONE,
          }
          : {
            client: {
              code: "EPROTO",
              reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
              text: /expected READY/,
            },
            server: GONE,
          },
      });
    }
  });

  it("who speaks another mechanism", () =>
    keepsOut({
      client: { gssapiServicePrincipal: null },
      told: {
        client: {
          code: "EPROTO",
          reason: "ERR_ZMTP_MECHANISM_MISMATCH",
          text: /GSSAPI/,
        },
        server: {
          code: "EPROTO",
          reason: "ERR_ZMTP_MECHANISM_MISMATCH",
          text: /NULL/,
        },
      },
    }));

  for (const statusCode of ["400", "500", "300"] as const) {
    it(`whom the authenticator refuses with ${statusCode}`, async () => {
      const requests: ZapRequest[] = [];
      const context = new Context({
        authenticate: (request) => {
          requests.push(request);
          return { statusCode, userId: "nobody" };
        },
      });
      await keepsOut({
        context,
        server: { zapDomain: "domain" },
        told: {
          client: statusCode === "300"
            ? GONE
            : { code: "EACCES", reason: statusCode, text: /refused us/ },
          server: { code: "EACCES", reason: statusCode, text: /refused/ },
        },
      });
      assert.equal(requests.length, 1);
      const { mechanism, domain, principal, credentials } = requests[0]!;
      assert.deepEqual(
        { mechanism, domain, principal, credentials: credentials.map(text) },
        {
          mechanism: "GSSAPI",
          domain: "domain",
          principal: `zmqclient@${REALM}`,
          credentials: [`zmqclient@${REALM}`],
        },
      );
    });
  }

  it("everybody, where a domain is set and nobody can be asked", () =>
    keepsOut({
      server: { zapDomain: "domain" },
      told: {
        client: GONE,
        server: { code: "EACCES", reason: "300", text: /no authenticator/ },
      },
    }));
});

describe("a ticket that has expired", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start(1);
    await realm.enter();
  });
  after(() => realm.end());

  it("lets nobody in", async () => {
    const cache = realm.fresh("cache");
    realm.ticket("zmqclient", cache, "-l", "1s");
    const got = Date.now();
    // Another second for clocks that go wrong, as the realm has it.
    await until(() => Date.now() - got > 3000, "the ticket expires");
    await realm.with({
      KRB5CCNAME: `FILE:${cache}`,
      KRB5_CLIENT_KTNAME: `FILE:${realm.fresh("none")}`,
    }, () =>
      keepsOut({
        told: {
          client: { code: "EACCES", text: /expired/i },
          server: GONE,
        },
      }));
  });
});
