// RFC 26: whole handshakes, the vectors octet by octet, the states.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toBytes, toHex, toText } from "../../../src/base/bytes.ts";
import { protocolError } from "../../../src/base/errors.ts";
import { loadNoble } from "../../../src/security/crypto.ts";
import { CurveClient } from "../../../src/security/curve_client.ts";
import {
  encodeCookie,
  encodeVouch,
} from "../../../src/security/curve_messages.ts";
import { encodeError } from "../../../src/wire/commands.ts";
import {
  CLIENT_KEYS,
  curveClient,
  curveServer,
  readyPair,
} from "./curve_pair.ts";
import {
  BODIES,
  clientRandom,
  KEYS,
  NONCES,
  serverRandom,
} from "./curve_vectors.ts";
import {
  errorOf,
  exchange,
  properties,
  reasonOf,
  sealed,
  sent,
  setup,
} from "./handshakes.ts";

const PING = toBytes("\x04PING\0\x64");

describe("CURVE", () => {
  it("writes the whole handshake of the vectors", async () => {
    const client = await curveClient({ random: clientRandom() });
    const server = await curveServer({ random: serverRandom() });
    const [hello] = sent(client);
    assert.equal(toHex(hello!), toHex(BODIES.hello));
    server.receive(hello!);
    const [welcome] = sent(server);
    assert.equal(toHex(welcome!), toHex(BODIES.welcome));
    client.receive(welcome!);
    const [initiate] = sent(client);
    assert.equal(toHex(initiate!), toHex(BODIES.initiate));
    server.receive(initiate!);
    assert.equal(server.status, "authenticating");
    assert.deepEqual(server.credentials, [KEYS.clientPublic]);
    assert.equal(server.peerMetadata?.getText("Socket-Type"), "DEALER");
    assert.deepEqual(sent(server), []);
    server.admit();
    const [ready] = sent(server);
    assert.equal(toHex(ready!), toHex(BODIES.ready));
    assert.equal(server.status, "ready");
    client.receive(ready!);
    assert.equal(client.status, "ready");
    assert.equal(client.peerMetadata?.getText("Socket-Type"), "ROUTER");
    const messages = [
      [sealed(client, 0, toBytes("hello")), BODIES.clientMessage],
      [sealed(server, 0, toBytes("world")), BODIES.serverMessage],
      [sealed(client, 2, PING), BODIES.clientCommand],
    ] as const;
    for (const [made, vector] of messages) {
      assert.equal(toHex(made), toHex(vector));
    }
  });

  it("writes the cookie and the vouch of the vectors", async () => {
    const crypto = await loadNoble();
    const cookie = encodeCookie(
      crypto,
      KEYS.cookieKey,
      KEYS.clientTransientPublic,
      KEYS.serverTransientSecret,
      NONCES.cookie,
    );
    assert.equal(toHex(cookie), toHex(BODIES.cookie));
    const vouch = encodeVouch(
      crypto,
      crypto.sharedKey(KEYS.serverTransientPublic, KEYS.clientSecret)!,
      KEYS.clientTransientPublic,
      KEYS.serverPublic,
      NONCES.vouch,
    );
    assert.equal(toHex(vouch.subarray(16)), toHex(BODIES.vouchBox));
  });

  it("carries frames both ways", async () => {
    const { client, server } = await readyPair();
    for (const [from, to] of [[client, server], [server, client]] as const) {
      for (const length of [0, 1, 222, 223, 255, 256, 70_000]) {
        for (const flags of [0, 1, 2]) {
          const body = new Uint8Array(length).fill(flags + 7);
          const text = to.open(sealed(from, flags, body));
          assert.equal(text[0], flags);
          assert.deepEqual(text.subarray(1), body);
        }
      }
    }
  });

  it("has the names, roles and sizes of RFC 26", async () => {
    const { client, server } = await readyPair();
    for (const mechanism of [client, server]) {
      assert.equal(mechanism.name, "CURVE");
      assert.equal(mechanism.encrypts, true);
      assert.equal(mechanism.overhead, 33);
      assert.equal(sealed(mechanism, 0, toBytes("12345")).length, 38);
    }
    assert.deepEqual([client.asServer, server.asServer], [false, true]);
    assert.deepEqual(client.credentials, []);
  });

  it("writes at an offset and touches nothing else", async () => {
    const { client, server } = await readyPair();
    const out = new Uint8Array(60).fill(0xaa);
    out[43] = 1;
    out.set(toBytes("body"), 44);
    client.seal(out, 11, 4);
    const around = [...out.subarray(0, 11), ...out.subarray(11 + 37)];
    assert.ok(around.every((octet) => octet === 0xaa));
    assert.equal(toText(server.open(out.subarray(11, 48))), "\x01body");
  });

  it("uses new transient keys for every connection", async () => {
    const hellos = [await curveClient(), await curveClient()].map(sent);
    const keys = hellos.map(([hello]) => toHex(hello!.subarray(80, 112)));
    assert.notEqual(keys[0], keys[1]);
  });

  it("does not depend on the buffers that it was given", async () => {
    const client = await curveClient();
    const server = await curveServer();
    const pass = (from: typeof client, to: typeof server | typeof client) => {
      for (const command of sent(from)) {
        to.receive(command);
        command.fill(0);
      }
    };
    pass(client, server);
    pass(server as never, client);
    pass(client, server);
    server.admit();
    pass(server as never, client);
    assert.deepEqual(server.credentials, [KEYS.clientPublic]);
    assert.equal(
      toText(server.open(sealed(client, 0, PING))),
      `\0${toText(PING)}`,
    );
  });
});

describe("CURVE refusals", () => {
  it("tell the client with an ERROR on 400 and 500", async () => {
    for (const code of ["400", "500"] as const) {
      const client = await curveClient();
      const server = await curveServer();
      const run = () => exchange(client, server, (m) => m.refuse(code));
      assert.equal(errorOf(run, "EACCES").reason, code);
      assert.equal(server.status, "refused");
    }
  });

  it("send nothing on 300", async () => {
    const client = await curveClient();
    const server = await curveServer();
    exchange(client, server, (mechanism) => mechanism.refuse("300"));
    assert.equal(server.status, "refused");
    assert.equal(client.status, "handshaking");
  });

  it("come after the vouch: nothing is decided before", async () => {
    const client = await curveClient();
    const server = await curveServer();
    errorOf(() => server.admit(), "EFSM");
    server.receive(client.next()!);
    errorOf(() => server.admit(), "EFSM");
    assert.deepEqual(server.credentials, []);
    assert.equal(server.peerMetadata, undefined);
  });

  it("are understood by a client that waits for WELCOME or READY", async () => {
    for (const welcome of [false, true]) {
      const client = await curveClient({ random: clientRandom() });
      if (welcome) client.receive(BODIES.welcome);
      const receive = () => client.receive(encodeError("400"));
      assert.equal(errorOf(receive, "EACCES").reason, "400");
    }
  });

  it("of a socket type are told the client by the server only", async () => {
    const checkMetadata = () => {
      throw protocolError("ERR_ZMTP_INVALID_METADATA", "Wrong type");
    };
    const picky = { metadata: properties("ROUTER"), checkMetadata };
    const server = await curveServer({ setup: picky });
    const client = await curveClient();
    server.receive(client.next()!);
    client.receive(server.next()!);
    const initiate = client.next()!;
    reasonOf(() => server.receive(initiate));
    assert.deepEqual(sent(server), [encodeError("Wrong type")]);
    assert.equal(server.status, "refused");
    const other = await curveClient({ setup: picky });
    const run = async () => exchange(other, await curveServer());
    await assert.rejects(run, { reason: "ERR_ZMTP_INVALID_METADATA" });
    assert.deepEqual(sent(other), []);
    assert.notEqual(other.status, "ready");
  });
});

describe("CurveClient", () => {
  it("refuses a server's key of low order with an EINVAL", async () => {
    const serverKey = new Uint8Array(32);
    const crypto = await loadNoble();
    const make = () =>
      new CurveClient(setup(), { crypto, keys: CLIENT_KEYS, serverKey });
    assert.match(errorOf(make, "EINVAL").message, /low order/);
  });
});

describe("CURVE mechanisms", () => {
  it("neither seal nor open before they are ready", async () => {
    const body = new Uint8Array(40);
    for (const mechanism of [await curveClient(), await curveServer()]) {
      errorOf(() => mechanism.seal(body, 0, 7), "EFSM");
      errorOf(() => mechanism.open(body), "EFSM");
      assert.equal(toHex(body), "00".repeat(40));
    }
  });

  it("neither seal nor open after close()", async () => {
    const { client, server } = await readyPair();
    for (const mechanism of [client, server]) {
      const body = sealed(mechanism, 0, PING);
      mechanism.close();
      errorOf(() => sealed(mechanism, 0, PING), "EFSM");
      errorOf(() => mechanism.open(body), "EFSM");
      mechanism.close();
    }
  });

  it("leave the long-term keys as they were", async () => {
    const before = toHex(CLIENT_KEYS.secretKey);
    const { client } = await readyPair();
    client.close();
    assert.equal(toHex(CLIENT_KEYS.secretKey), before);
  });

  it("overwrite the secrets of the handshake", async () => {
    const secrets: Uint8Array[] = [];
    const random = (length: number) => {
      const octets = crypto.getRandomValues(new Uint8Array(length));
      secrets.push(octets);
      return octets;
    };
    const client = await curveClient({ random });
    const server = await curveServer({ random });
    exchange(client, server);
    // c', s' and the cookie's key; the rest are nonces.
    const keys = secrets.filter(({ length }) => length === 32);
    assert.equal(keys.length, 3);
    for (const key of keys) assert.equal(toHex(key), "00".repeat(32));
  });
});
