// GSSAPI with a KDC on the loopback interface: ours, and libzmq's as the
// client and as the server, encrypted and not, by each kind of name.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Context,
  Dealer,
  Pair,
  Publisher,
  Router,
  Subscriber,
} from "../../mod.ts";
import {
  NAMES,
  ourGssapi,
  principalOf,
  Realm,
  skipWithoutKerberos,
  theirGssapi,
} from "../kit/kerberos.ts";
import { corpus, octets, sameMessages, text } from "../kit/messages.ts";
import { Places } from "../kit/places.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { runtimeName } from "../kit/runtime.ts";
import { showTable } from "../kit/show.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";

const SCHEMES = ["tcp", "ipc"] as const;

/** Every scheme, mode and kind of names. */
const CASES = SCHEMES.flatMap((scheme) =>
  [false, true].flatMap((isPlain) =>
    NAMES.map((names) => ({
      scheme,
      isPlain,
      names,
      what: `${isPlain ? "in clear" : "encrypted"} over ${scheme} by a name ` +
        `of the kind ${names.type}`,
    }))
  )
);

/** Client to server, the columns of the table. */
const PAIRS = ["ours to ours", "ours to libzmq", "libzmq to ours"] as const;

/** What libzmq's limit of a test leaves: a MiB of it takes its time. */
const MESSAGES = corpus();

interface Asked {
  readonly mechanism: string;
  readonly principal: string | undefined;
  readonly credentials: readonly string[];
}

describe("GSSAPI", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  let places: Places;
  const asked: Asked[] = [];
  const passed = new Set<string>();
  let context: Context;

  before(async () => {
    places = new Places();
    realm = await Realm.start();
    await realm.enter();
    context = new Context({
      authenticate: ({ mechanism, principal, credentials }) => {
        asked.push({
          mechanism,
          principal,
          credentials: credentials.map(text),
        });
        return { statusCode: "200", userId: principal ?? "" };
      },
    });
  });
  after(async () => {
    await context.shutdown();
    await realm.end();
    places.remove();
    showTable(
      `GSSAPI on ${runtimeName}, client to server:`,
      [["", ...PAIRS]],
      CASES.map(({ what }) => [
        what,
        ...PAIRS.map((pair) => passed.has(`${pair} ${what}`) ? "ok" : "–"),
      ]),
    );
  });

  for (const { scheme, isPlain, names, what } of CASES) {
    it(`among ours carries messages of all sizes, ${what}`, async () => {
      await using bag = new Bag();
      asked.length = 0;
      const server = bag.keep(
        new Pair({ context, ...ourGssapi(names, true, isPlain) }),
      );
      const client = bag.keep(
        new Pair({ context, ...ourGssapi(names, false, isPlain) }),
      );
      client.connect(await server.bind(places.fresh(scheme)));
      const sending = Promise.all(MESSAGES.map((each) => client.send(each)));
      const found: Uint8Array[][] = [];
      while (found.length < MESSAGES.length) {
        const message = await within(server.receive(), "a message");
        found.push(message);
        await server.send(message);
      }
      await sending;
      sameMessages(found, MESSAGES);
      const back: Uint8Array[][] = [];
      while (back.length < MESSAGES.length) {
        back.push(await within(client.receive(), "an answer"));
      }
      sameMessages(back, MESSAGES);
      const principal = principalOf(names);
      assert.deepEqual(asked, [
        { mechanism: "GSSAPI", principal, credentials: [principal] },
      ]);
      const [peer] = server.peers;
      assert.equal(peer?.mechanism, "GSSAPI");
      assert.equal(peer?.userId, principal);
      assert.equal(client.peers[0]?.userId, "");
      passed.add(`ours to ours ${what}`);
    });
  }

  it("works without names of one's own, and through all that a name needs", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Router({ context, gssapiServer: true }));
    const client = bag.keep(
      new Dealer({ context, gssapiServicePrincipal: "host@localhost" }),
    );
    client.connect(await server.bind("tcp://127.0.0.1:*"));
    await client.send("hello");
    const [id, body] = await within(server.receive(), "it");
    assert.equal(text(body), "hello");
    await server.send([id!, "fine"]);
    assert.equal(text((await within(client.receive(), "it"))[0]), "fine");
  });

  for (const isPlain of [false, true]) {
    const how = isPlain ? "in clear" : "encrypted";
    it(`goes over ws among ours, ${how}`, async () => {
      await using bag = new Bag();
      const pub = bag.keep(
        new Publisher({ context, ...ourGssapi(NAMES[0]!, true, isPlain) }),
      );
      const sub = bag.keep(
        new Subscriber({ context, ...ourGssapi(NAMES[0]!, false, isPlain) }),
      );
      sub.subscribe("a");
      sub.connect(await pub.bind("ws://127.0.0.1:*"));
      const hearing = sub.receive();
      await meet(() => pub.send("b"), () => pub.send("a1"), hearing);
      assert.equal(text((await hearing)[0]), "a1");
    });
  }

  it("carries subscriptions and heartbeats, encrypted", async () => {
    await using bag = new Bag();
    const beats = { heartbeatInterval: 50, heartbeatTimeout: 2000 };
    const [names] = NAMES;
    const pub = bag.keep(
      new Publisher({ context, ...ourGssapi(names!, true), ...beats }),
    );
    const sub = bag.keep(
      new Subscriber({ context, ...ourGssapi(names!, false), ...beats }),
    );
    sub.subscribe("a");
    sub.connect(await pub.bind("tcp://127.0.0.1:*"));
    const hearing = sub.receive();
    await meet(() => pub.send("b"), () => pub.send("a1"), hearing);
    assert.equal(text((await hearing)[0]), "a1");
    // Longer than it takes to notice that nobody answers.
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(sub.peers.length, 1);
  });

  describe("with libzmq", { skip: noPython }, () => {
    let python: PythonPeer;
    before(async () => {
      python = await PythonPeer.start();
    });
    after(() => python.end());

    for (const { scheme, isPlain, names, what } of CASES) {
      it(`our client talks to its server, ${what}`, async () => {
        await using bag = new Bag();
        const server = await python.socket(
          "ROUTER",
          theirGssapi(names, true, isPlain),
        );
        const endpoint = await server.bind(places.fresh(scheme));
        const client = bag.keep(
          new Dealer({ context, ...ourGssapi(names, false, isPlain) }),
        );
        client.connect(endpoint);
        const echoing = server.echo(MESSAGES.length);
        await converse(client);
        await echoing;
        await server.close();
        passed.add(`ours to libzmq ${what}`);
      });

      it(`its client talks to our server, ${what}`, async () => {
        await using bag = new Bag();
        asked.length = 0;
        const server = bag.keep(
          new Router({ context, ...ourGssapi(names, true, isPlain) }),
        );
        const endpoint = await server.bind(places.fresh(scheme));
        const client = await python.socket(
          "DEALER",
          theirGssapi(names, false, isPlain),
        );
        await client.connect(endpoint);
        const sending = client.send(...MESSAGES);
        const found: Uint8Array[][] = [];
        while (found.length < MESSAGES.length) {
          const message = await within(server.receive(), "a message");
          found.push(message.slice(1));
          await server.send(message);
        }
        await sending;
        sameMessages(found, MESSAGES);
        sameMessages(await client.receive(MESSAGES.length), MESSAGES);
        assert.deepEqual(
          asked.map(({ principal }) => principal),
          [principalOf(names)],
        );
        await client.close();
        passed.add(`libzmq to ours ${what}`);
      });
    }

    for (const isPlain of [false, true]) {
      const how = isPlain ? "in clear" : "encrypted";
      it(`our subscriber is served by its publisher, ${how}`, async () => {
        await using bag = new Bag();
        const pub = await python.socket(
          "PUB",
          theirGssapi(NAMES[1]!, true, isPlain),
        );
        const endpoint = await pub.bind("tcp://127.0.0.1:*");
        const sub = bag.keep(
          new Subscriber({ context, ...ourGssapi(NAMES[1]!, false, isPlain) }),
        );
        sub.subscribe("a");
        sub.connect(endpoint);
        const hearing = sub.receive();
        await meet(
          () => pub.send([octets("b")]),
          () => pub.send([octets("a1")]),
          hearing,
        );
        assert.equal(text((await hearing)[0]), "a1");
        await pub.close();
      });
    }

    it("its subscriber is served by our publisher, in clear", async () => {
      await using bag = new Bag();
      const pub = bag.keep(
        new Publisher({ context, ...ourGssapi(NAMES[1]!, true, true) }),
      );
      const endpoint = await pub.bind("tcp://127.0.0.1:*");
      const sub = await python.socket(
        "SUB",
        theirGssapi(NAMES[1]!, false, true),
      );
      await sub.subscribe(octets("a"));
      await sub.connect(endpoint);
      const hearing = sub.receive(1);
      await meet(() => pub.send("b"), () => pub.send("a1"), hearing);
      sameMessages(await hearing, [[octets("a1")]]);
      await sub.close();
    });
  });
});

/** Sends all messages and takes them back. */
async function converse(client: Dealer): Promise<void> {
  const sending = Promise.all(MESSAGES.map((each) => client.send(each)));
  const back: Uint8Array[][] = [];
  while (back.length < MESSAGES.length) {
    back.push(await within(client.receive(), "an answer"));
  }
  await sending;
  sameMessages(back, MESSAGES);
}

/** Publishes until somebody has heard: nobody knows who has subscribed. */
async function meet(
  unwanted: () => Promise<unknown>,
  wanted: () => Promise<unknown>,
  hearing: Promise<unknown>,
): Promise<void> {
  let isHeard = false;
  hearing.then(() => isHeard = true, () => isHeard = true);
  for (let i = 0; !isHeard && i < 500; i++) {
    await unwanted();
    await wanted();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(isHeard, "nobody heard anything");
}
