/**
 * RFC 26, CurveZMQ: its design, HELLO and WELCOME.
 *
 * @module
 */

import assert from "node:assert/strict";
import { concat, toBytes, toHex } from "../../src/base/bytes.ts";
import { loadNoble } from "../../src/security/crypto.ts";
import { curveKeyPair, toCurveKey } from "../../src/security/curve_keys.ts";
import { NonceCounter } from "../../src/security/curve_nonce.ts";
import { Pull } from "../../mod.ts";
import { section } from "../kit/rfc.ts";
import { command, greeting } from "../kit/session_host.ts";
import { listenRaw, world } from "../kit/session_world.ts";
import { curveClient, curveServer } from "../unit/security/curve_pair.ts";
import {
  BODIES,
  clientRandom,
  KEYS,
  queue,
  serverRandom,
} from "../unit/security/curve_vectors.ts";
import {
  exchange,
  reasonOf,
  sent,
  tampered,
} from "../unit/security/handshakes.ts";

const HELLO_NONCE = "CurveZMQHELLO---";

/** The whole nonce of a box. */
function nonce(prefix: string, own: Uint8Array): Uint8Array {
  return concat([toBytes(prefix), own]);
}

/** What a server answers to a HELLO, and the server. */
async function welcomed() {
  const client = await curveClient();
  const server = await curveServer();
  const [hello] = sent(client);
  server.receive(hello!);
  const [welcome] = sent(server);
  return { client, server, hello: hello!, welcome: welcome! };
}

const design = section(26, "General Design");

design("a server SHALL send an ERROR command", async () => {
  const client = await curveClient();
  const server = await curveServer();
  const refuse = () => exchange(client, server, (each) => each.refuse("400"));
  assert.throws(refuse, { code: "EACCES", reason: "400" });
  assert.equal(server.status, "refused");
});
design(
  "the client SHALL NOT try to reconnect using the same credentials",
  async () => {
    const { clock, network, host, connect } = world();
    const peers = await listenRaw(network);
    const { connector } = connect(host("PUSH", {
      securityMechanism: "curve",
      reconnectInterval: 10,
      curveServerKey: toCurveKey(curveKeyPair().publicKey, "key"),
      curveSecretKey: toCurveKey(curveKeyPair().secretKey, "key"),
    }));
    // The cryptography is loaded first.
    for (let i = 0; i < 100 && peers.length === 0; i++) await clock.settle();
    peers[0]!.say(greeting("CURVE") + command("ERROR", "\x03400"));
    await clock.advance(4999);
    assert.equal(network.attempts, 1);
    await clock.advance(2000);
    assert.equal(network.attempts, 2);
    await connector.close({ linger: 0 });
  },
  "it comes again, after 5 s at least: it may be admitted one day",
);
design("A client peer SHALL NOT send ERROR to the server", async () => {
  for (const body of [tampered(BODIES.welcome, 30), BODIES.hello]) {
    const client = await curveClient({ random: clientRandom() });
    sent(client);
    assert.throws(() => client.receive(body), { code: "EPROTO" });
    assert.deepEqual(sent(client), []);
  }
  const client = await curveClient({ random: clientRandom() });
  client.receive(BODIES.welcome);
  sent(client);
  assert.throws(() => client.receive(tampered(BODIES.ready, 20)));
  assert.deepEqual(sent(client), []);
});
design("the clients MUST know the server public key before they", async () => {
  const { secretKey } = curveKeyPair();
  await using pull = new Pull({ curveSecretKey: secretKey });
  const connect = () => pull.connect("tcp://127.0.0.1:9");
  assert.throws(connect, { code: "EINVAL" });
});

const hello = section(26, "The HELLO Command");

hello("SHALL send a HELLO command after opening the stream", async () => {
  const client = await curveClient({ random: clientRandom() });
  assert.deepEqual(sent(client).map(toHex), [toHex(BODIES.hello)]);
});
hello("This command SHALL be 200 octets long", async () => {
  const [body] = sent(await curveClient());
  assert.equal(body!.length, 200);
  assert.equal(toHex(body!.subarray(0, 6)), "0548454c4c4f");
});
hello("which SHALL be the two octets 1 and 0", async () => {
  const [body] = sent(await curveClient());
  assert.deepEqual([...body!.subarray(6, 8)], [1, 0]);
  for (const at of [6, 7]) {
    const server = await curveServer();
    reasonOf(() => server.receive(tampered(BODIES.hello, at)));
  }
});
hello("This SHALL be 70 octets, all zero", async () => {
  const [body] = sent(await curveClient());
  assert.deepEqual(body!.subarray(8, 80), new Uint8Array(72));
  for (const at of [8, 44, 79]) {
    const server = await curveServer();
    reasonOf(() => server.receive(tampered(BODIES.hello, at)));
  }
}, "72, as the grammar and everybody have it");
hello("SHALL generate a unique key pair for each connection", async () => {
  const keys = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const [body] = sent(await curveClient());
    keys.add(toHex(body!.subarray(80, 112)));
  }
  assert.equal(keys.size, 20);
});
hello("It SHALL discard this key pair when it closes the", async () => {
  const secret = KEYS.clientTransientSecret.slice();
  const client = await curveClient({ random: () => secret });
  assert.ok(secret.some((octet) => octet !== 0));
  client.close();
  assert.deepEqual(secret, new Uint8Array(32));
});
hello("The nonce SHALL be implicitly prefixed with the 16", async () => {
  const crypto = await loadNoble();
  const [body] = sent(await curveClient());
  const key = crypto.sharedKey(body!.subarray(80, 112), KEYS.serverSecret)!;
  const whole = nonce(HELLO_NONCE, body!.subarray(112, 120));
  assert.ok(crypto.open(key, whole, body!.subarray(120)));
});
hello("This SHALL contain 64 zero octets, encrypted from the", async () => {
  const crypto = await loadNoble();
  const [body] = sent(await curveClient());
  const key = crypto.sharedKey(body!.subarray(80, 112), KEYS.serverSecret)!;
  const whole = nonce(HELLO_NONCE, body!.subarray(112, 120));
  const text = crypto.open(key, whole, body!.subarray(120));
  assert.deepEqual(text, new Uint8Array(64));
});
hello("The server SHALL validate all fields", async () => {
  // Every octet counts: one that is changed is seen.
  for (let at = 0; at < 200; at += 3) {
    const server = await curveServer();
    const receive = () => server.receive(tampered(BODIES.hello, at));
    assert.throws(receive, { code: "EPROTO" }, `octet ${at}`);
  }
});
hello("SHALL reject and disconnect clients who send malformed", async () => {
  for (const length of [0, 6, 199]) {
    const server = await curveServer();
    reasonOf(() => server.receive(BODIES.hello.subarray(0, length)));
    assert.deepEqual(sent(server), []);
    // It does not go on, whatever comes then.
    reasonOf(() => server.receive(BODIES.hello));
  }
});
hello("it SHALL generate a new transient key pair, and encode", async () => {
  const keys = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { client, welcome } = await welcomed();
    client.receive(welcome);
    const [initiate] = sent(client);
    keys.add(toHex(initiate!.subarray(9, 105)));
  }
  assert.equal(keys.size, 20);
});
hello("The server SHALL not keep this transient key pair", async () => {
  const secret = KEYS.serverTransientSecret.slice();
  const all = serverRandom();
  let asked = 0;
  const server = await curveServer({
    random: (length) => {
      const octets = all(length);
      return asked++ === 0 ? secret : octets;
    },
  });
  server.receive(BODIES.hello);
  assert.ok(secret.some((octet) => octet !== 0));
  server.receive(BODIES.initiate);
  assert.deepEqual(secret, new Uint8Array(32));
}, "its connection keeps it until INITIATE, and compares the cookie with it");
hello("This nonce SHALL be an incrementing integer, and unique", async () => {
  const client = await curveClient({ random: clientRandom() });
  const server = await curveServer({ random: serverRandom() });
  const [first] = sent(client);
  server.receive(first!);
  client.receive(sent(server)[0]!);
  const [second] = sent(client);
  assert.equal(toHex(first!.subarray(112, 120)), "0000000000000001");
  assert.equal(toHex(second!.subarray(105, 113)), "0000000000000002");
});
hello("The client SHALL NOT send more than 2^64-1 commands", () => {
  const counter = new NonceCounter(0xffffffff, 0xfffffffe);
  assert.equal(toHex(counter.next()), "ffffffffffffffff");
  assert.throws(() => counter.next(), { code: "EPROTO" });
  assert.throws(() => counter.next(), { code: "EPROTO" });
});

const welcome = section(26, "The WELCOME Command");

welcome("SHALL respond to a valid HELLO command with a WELCOME", async () => {
  const server = await curveServer({ random: serverRandom() });
  server.receive(BODIES.hello);
  assert.deepEqual(sent(server).map(toHex), [toHex(BODIES.welcome)]);
});
welcome("This command SHALL be 168 octets long", async () => {
  const { welcome: body } = await welcomed();
  assert.equal(body.length, 168);
  assert.equal(toHex(body.subarray(0, 8)), "0757454c434f4d45");
});
welcome(
  'SHALL be implicitly prefixed by the 8 characters "WELCOME-"',
  async () => {
    const crypto = await loadNoble();
    const { hello: first, welcome: body } = await welcomed();
    const key = crypto.sharedKey(first.subarray(80, 112), KEYS.serverSecret)!;
    const whole = nonce("WELCOME-", body.subarray(8, 24));
    assert.equal(crypto.open(key, whole, body.subarray(24))?.length, 128);
  },
);
welcome(
  "This nonce SHALL be unique for this server permanent key",
  async () => {
    const nonces = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const { welcome: body } = await welcomed();
      nonces.add(toHex(body.subarray(8, 24)));
    }
    assert.equal(nonces.size, 50);
  },
);
welcome(
  'SHALL be implicitly prefixed by the 8 characters "COOKIE--"',
  async () => {
    const crypto = await loadNoble();
    const server = await curveServer({ random: serverRandom() });
    server.receive(BODIES.hello);
    const cookie = BODIES.cookie;
    const whole = nonce("COOKIE--", cookie.subarray(0, 16));
    const text = crypto.open(KEYS.cookieKey, whole, cookie.subarray(16));
    const keys = [KEYS.clientTransientPublic, KEYS.serverTransientSecret];
    assert.deepEqual(text, concat(keys));
  },
);
welcome("MUST discard from its memory the cookie key after a", async () => {
  for (const end of ["initiate", "close"]) {
    const cookieKey = KEYS.cookieKey.slice();
    const rest = serverRandom();
    let asked = 0;
    const server = await curveServer({
      random: (length) => {
        const octets = rest(length);
        return asked++ === 1 ? cookieKey : octets;
      },
    });
    server.receive(BODIES.hello);
    assert.deepEqual(cookieKey, KEYS.cookieKey);
    // The time limit of a handshake, 10 s by default, closes the connection.
    if (end === "initiate") server.receive(BODIES.initiate);
    else server.close();
    assert.deepEqual(cookieKey, new Uint8Array(32), end);
  }
});
welcome("SHALL generate a new cookie for each WELCOME command it", async () => {
  const cookies = new Set<string>();
  for (let i = 0; i < 20; i++) {
    // The same HELLO, again and again.
    const client = await curveClient({
      random: queue([
        KEYS.clientTransientSecret,
        new Uint8Array(16),
      ]),
    });
    const server = await curveServer();
    server.receive(BODIES.hello);
    client.receive(sent(server)[0]!);
    cookies.add(toHex(sent(client)[1]!.subarray(9, 105)));
  }
  assert.equal(cookies.size, 20);
});
welcome("The client SHALL validate all fields", async () => {
  for (let at = 0; at < 168; at += 3) {
    const client = await curveClient({ random: clientRandom() });
    sent(client);
    const receive = () => client.receive(tampered(BODIES.welcome, at));
    assert.throws(receive, { code: "EPROTO" }, `octet ${at}`);
  }
});
welcome(
  "SHALL disconnect from servers that send malformed WELCOME",
  async () => {
    for (const length of [0, 8, 167]) {
      const client = await curveClient({ random: clientRandom() });
      sent(client);
      reasonOf(() => client.receive(BODIES.welcome.subarray(0, length)));
      assert.deepEqual(sent(client), []);
      reasonOf(() => client.receive(BODIES.welcome));
    }
  },
);
