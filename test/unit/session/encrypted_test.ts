// Traffic under CURVE: every frame in a box, in the order of its nonce.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { curveKeyPair, toCurveKey } from "../../../src/security/curve_keys.ts";
import { type CurveLibrary, noble } from "../../../mod.ts";
import { libraries } from "../../kit/curve_libraries.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import type { MemoryStream } from "../../kit/memory_stream.ts";
import { connected, TestHost } from "../../kit/session_host.ts";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();

interface Pair {
  readonly clock: FakeClock;
  readonly client: TestHost;
  readonly server: TestHost;
  /** The client's end, then the server's. */
  readonly streams: readonly MemoryStream[];
}

/** How the sockets of a pair are made. */
interface Making {
  readonly client?: CurveLibrary;
  readonly server?: CurveLibrary;
  /** False: frames are not sealed in place. */
  readonly makesRoom?: boolean;
}

async function pair(
  type: SocketType,
  serverType: SocketType,
  changes: Partial<Options> = {},
  made: Making = {},
): Promise<Pair> {
  const clock = new FakeClock();
  const client = new TestHost(type, clock, {
    securityMechanism: "curve",
    curveSecretKey: toCurveKey(CLIENT.secretKey, "key"),
    curveServerKey: toCurveKey(SERVER.publicKey, "key"),
  });
  const server = new TestHost(serverType, clock, {
    securityMechanism: "curve",
    curveServer: true,
    curveSecretKey: toCurveKey(SERVER.secretKey, "key"),
    ...changes,
  });
  client.library = made.client ?? noble();
  server.library = made.server ?? noble();
  client.makesRoom = made.makesRoom ?? true;
  const { streams } = await connected(client, server);
  assert.deepEqual(client.names, ["handshake"]);
  assert.deepEqual(server.names, ["handshake"]);
  return { clock, client, server, streams };
}

/** Lets a test change what the first stream writes. */
function tamper(
  stream: MemoryStream,
  change: (octets: Uint8Array) => void,
): void {
  const write = stream.write.bind(stream);
  stream.write = (parts) => {
    const copies = parts.map((part) => part.slice());
    change(copies[0]!);
    return write(copies);
  };
}

/** Sends frames of every size, more than fit into one batch. */
async function exchangeSizes(made: Making): Promise<void> {
  const { clock, client, server } = await pair("PUSH", "PULL", {}, made);
  const sizes = [0, 1, 222, 223, 255, 256, 8192, 8193, 70000, 200_000];
  const sent = sizes.map((size) => ["", "x".repeat(size), "end"]);
  for (const message of sent) client.send(...message);
  for (let i = 0; i < 3000; i++) {
    if (client.pipes[0]!.full) await clock.settle();
    client.send("y");
  }
  await clock.settle();
  assert.deepEqual(server.messages.slice(0, sizes.length), sent);
  assert.equal(server.messages.length, sizes.length + 3000);
  assert.deepEqual(server.ends, []);
}

for (const client of libraries) {
  for (const server of libraries) {
    const title = `${client.name} to ${server.name}`;
    test(`Session seals frames of every size in place, ${title}`, async () => {
      await exchangeSizes({ client, server });
    });
  }
  test(`Session seals frames of every size, ${client.name}`, async () => {
    await exchangeSizes({ client, makesRoom: false });
  });

  test(`Session never writes to what was sent, ${client.name}`, async () => {
    for (const makesRoom of [true, false]) {
      const { clock, client: sender, server } = await pair("PUSH", "PULL", {}, {
        client,
        makesRoom,
      });
      const frames = [1, 24, 25, 1000, 8192, 8193, 70000, 200_000]
        .map((size) => new Uint8Array(size).fill(size));
      const before = frames.map(toKey);
      for (const frame of frames) sender.pipes[0]!.write([frame, frame]);
      assert.deepEqual(frames.map(toKey), before);
      await clock.settle();
      assert.deepEqual(frames.map(toKey), before);
      assert.deepEqual(server.messages, before.map((text) => [text, text]));
    }
  });

  test(`Session leaves what was received alone, ${client.name}`, async () => {
    const { clock, client: sender, server } = await pair("PUSH", "PULL", {}, {
      server: client,
    });
    server.keeps = true;
    const sent = Array.from({ length: 200 }, (_, i) => `${i} `.repeat(i));
    for (const text of sent) sender.send(text);
    await clock.settle();
    // All are read after all were opened.
    const { inbox } = server.pipes[0]!;
    const texts = sent.map(() => toKey(inbox.shift()![0]!));
    assert.deepEqual(texts, sent);
  });
}

test("Session seals commands in the order of the traffic", async () => {
  const { clock, client, server } = await pair("XSUB", "XPUB", {
    heartbeatInterval: 100,
  });
  client.send("a");
  client.pipes[0]!.command("SUBSCRIBE", fromKey("A"));
  client.pipes[0]!.command("CANCEL", fromKey("A"));
  client.send("b");
  await clock.settle();
  assert.deepEqual(server.commands, ["SUBSCRIBE A", "CANCEL A"]);
  assert.deepEqual(server.messages, [["a"], ["b"]]);
  for (let i = 0; i < 10; i++) {
    client.send("c");
    await clock.advance(50);
    client.send("d");
    await clock.advance(50);
  }
  assert.deepEqual(server.ends, []);
  assert.equal(server.messages.length, 22);
});

test("Session holds encrypted frames to maxMessageSize", async () => {
  const { clock, client, server } = await pair("PUSH", "PULL", {
    maxMessageSize: 100,
  });
  client.send("x".repeat(100));
  await clock.settle();
  assert.equal(server.messages.length, 1);
  client.send("x".repeat(101));
  await clock.settle();
  assert.equal(server.ends[0]!.error?.code, "EMSGSIZE");
});

const changes: [string, (octets: Uint8Array) => void][] = [
  ["the MORE bit outside", (octets) => octets[0]! |= 1],
  ["the COMMAND bit outside", (octets) => octets[0]! |= 4],
  ["a changed octet", (octets) => octets[octets.length - 1]! ^= 1],
];
for (const [what, change] of changes) {
  test(`Session refuses ${what} under CURVE`, async () => {
    const { clock, client, server, streams } = await pair("PUSH", "PULL");
    tamper(streams[0]!, change);
    client.send("a");
    await clock.settle();
    assert.deepEqual(server.messages, []);
    assert.equal(server.ends[0]?.error?.code, "EPROTO");
  });
}

test("Session refuses clear traffic on an encrypted connection", async () => {
  const { clock, server, streams } = await pair("PUSH", "PULL");
  streams[0]!.write([Uint8Array.of(0, 1, 0x61)]);
  await clock.settle();
  assert.deepEqual(server.messages, []);
  assert.equal(server.ends[0]!.error?.code, "EPROTO");
});
