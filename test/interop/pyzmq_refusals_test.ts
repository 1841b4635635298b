// Peers that must not get in, ours at libzmq and libzmq's at ours: nothing of
// theirs is delivered, both sides are told, and the next good peer gets in.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  type EventType,
  Pull,
  Push,
  type Socket,
  type SocketEvent,
} from "../../mod.ts";
import type { ForeignOptions } from "../kit/foreign.ts";
import { octets, sameMessages, texts } from "../kit/messages.ts";
import { Places } from "../kit/places.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, within } from "../kit/wait.ts";
import {
  DOMAIN,
  keys,
  type Mechanism,
  ourSecurity,
  theirSecurity,
  USER,
} from "./security.ts";

const stranger = curveKeyPair();

/** A client that must not get in. Exactly what differs from a good one. */
interface Refusal {
  readonly name: string;
  readonly server: Mechanism;
  /** Options of the client when it is ours. */
  readonly ours: object;
  /** Options of the client when it is theirs. */
  readonly theirs: ForeignOptions;
  /** Events of ours, any of which is right. */
  readonly events: readonly EventType[];
  /** What our client's error names, where the server says nothing. */
  readonly hint?: RegExp;
}

const AUTH: readonly EventType[] = ["handshake:error:auth"];
const ANY: readonly EventType[] = [
  "handshake:error:auth",
  "handshake:error:protocol",
  "handshake:error:other",
];

const ourWrongKey = {
  curveServerKey: stranger.publicKey,
  curvePublicKey: keys.client.publicKey,
  curveSecretKey: keys.client.secretKey,
};
const theirWrongKey = {
  CURVE_SERVERKEY: stranger.publicKey,
  CURVE_PUBLICKEY: keys.client.publicKey,
  CURVE_SECRETKEY: keys.client.secretKey,
};

const refusals: readonly Refusal[] = [
  {
    name: "a wrong PLAIN password",
    server: "PLAIN",
    ours: { plainUsername: USER.name, plainPassword: "guess" },
    theirs: { PLAIN_USERNAME: USER.name, PLAIN_PASSWORD: "guess" },
    events: AUTH,
  },
  {
    name: "an unknown PLAIN user",
    server: "PLAIN",
    ours: { plainUsername: "nobody", plainPassword: USER.password },
    theirs: { PLAIN_USERNAME: "nobody", PLAIN_PASSWORD: USER.password },
    events: AUTH,
  },
  {
    name: "a wrong CURVE server key",
    server: "CURVE",
    ours: ourWrongKey,
    theirs: theirWrongKey,
    hint: /curveServerKey/,
    // Their server says nothing: it just closes.
    events: ANY,
  },
  {
    name: "an unknown CURVE client key",
    server: "CURVE",
    ours: {
      curveServerKey: keys.server.publicKey,
      curvePublicKey: stranger.publicKey,
      curveSecretKey: stranger.secretKey,
    },
    theirs: {
      CURVE_SERVERKEY: keys.server.publicKey,
      CURVE_PUBLICKEY: stranger.publicKey,
      CURVE_SECRETKEY: stranger.secretKey,
    },
    events: AUTH,
  },
  ...mismatch("NULL", "PLAIN"),
  ...mismatch("NULL", "CURVE"),
  ...mismatch("PLAIN", "CURVE"),
];

/** A client of one mechanism at a server of another, both ways. */
function mismatch(one: Mechanism, other: Mechanism): Refusal[] {
  return [[one, other], [other, one]].map((pair) => {
    const [client, server] = pair as [Mechanism, Mechanism];
    return {
      name: `a ${client} client at a ${server} server`,
      server,
      ours: ourSecurity(client, false),
      theirs: theirSecurity(client, false),
      // libzmq closes before its own greeting has left, most of the time.
      events: ANY,
    };
  });
}

/** The first of the events that comes. */
function firstOf(
  socket: Socket,
  names: readonly EventType[],
): Promise<SocketEvent> {
  const first = within(
    Promise.race(names.map((name) => socket.events.once(name))),
    names.join(" or "),
  );
  // A test that fails before it looks must not fail the next one too.
  first.catch(() => {});
  return first;
}

const FAILURES = [
  "HANDSHAKE_FAILED_AUTH",
  "HANDSHAKE_FAILED_PROTOCOL",
  "HANDSHAKE_FAILED_NO_DETAIL",
  "DISCONNECTED",
] as const;

describe("refusals", { skip: noPython }, () => {
  const places = new Places();
  const context = new Context({
    authenticate: ({ mechanism, username, password, publicKey }) => {
      if (mechanism === "CURVE") return publicKey === keys.client.publicKey;
      return username === USER.name && password === USER.password;
    },
  });
  let python: PythonPeer;

  before(async () => {
    python = await PythonPeer.start();
  });

  after(async () => {
    await python.end();
    places.remove();
  });

  for (const { name, server, ours, theirs, events, hint } of refusals) {
    for (const scheme of ["tcp", "ipc"] as const) {
      it(`keep ${name} out of our server over ${scheme}`, async () => {
        await using bag = new Bag();
        const pull = bag.keep(
          new Pull({ context, ...ourSecurity(server, true) }),
        );
        const endpoint = await pull.bind(places.fresh(scheme));
        const event = firstOf(pull, events);
        const intruder = await python.socket("PUSH", theirs);
        await intruder.monitor();
        await intruder.connect(endpoint);
        // It cannot once it was sent away, which may have happened by now.
        await intruder.offer([octets("intruder")]);
        const { error } = await event;
        assert.ok(error !== undefined, "the event says why");
        const seen = await intruder.eventsUntil(...FAILURES);
        assert.ok(seen.every((each) => each.name !== "HANDSHAKE_SUCCEEDED"));
        const welcome = await python.socket(
          "PUSH",
          theirSecurity(server, false),
        );
        await welcome.connect(endpoint);
        await welcome.send([octets("welcome")]);
        const message = await pull.receive({ timeout: PATIENCE });
        assert.deepEqual(texts(message), ["welcome"]);
        assert.equal(pull.tryReceive(), undefined);
        assert.equal(pull.peers.length, 1);
        await Promise.all([intruder.close(), welcome.close()]);
      });

      it(`keep ${name} of ours out of their server over ${scheme}`, async () => {
        await python.allow({
          [DOMAIN]: {
            users: { [USER.name]: USER.password },
            keys: [keys.client.publicKey],
          },
        });
        const pull = await python.socket("PULL", theirSecurity(server, true));
        const endpoint = await pull.bind(places.fresh(scheme));
        await using bag = new Bag();
        const intruder = bag.keep(new Push({ context, ...ours }));
        const event = firstOf(intruder, events);
        intruder.connect(endpoint);
        await intruder.send("intruder");
        const { error } = await event;
        assert.ok(error !== undefined, "the event says why");
        if (hint !== undefined) assert.match(error.message, hint);
        const welcome = bag.keep(
          new Push({ context, ...ourSecurity(server, false) }),
        );
        welcome.connect(endpoint);
        await welcome.send("welcome");
        sameMessages(await pull.receive(1), [[octets("welcome")]]);
        await assert.rejects(pull.receive(1, undefined, 50), {
          code: "EAGAIN",
        });
        assert.equal(intruder.peers.length, 0);
        await pull.close();
      });
    }
  }
});
