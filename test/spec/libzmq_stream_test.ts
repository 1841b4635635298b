// What libzmq asserts of STREAM: a ZMTP handshake octet by octet, notices of
// connections, dialogues, long reads, and chosen routing ids.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Stream } from "../../mod.ts";
import { concat, toBytes, toHex } from "../../src/base/bytes.ts";
import { nothing } from "../kit/bounce.ts";
import { noise, octets, sameMessages, text } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { TcpListener } from "../kit/tcp_peer.ts";
import { until } from "../kit/wait.ts";
import { frame, greeting, ready } from "../kit/zmtp_octets.ts";

/** Reads so many octets of a peer; all messages must have its id. */
async function read(
  stream: Stream,
  id: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  let found: Uint8Array = new Uint8Array();
  while (found.length < length) {
    const [from, data] = await stream.receive(TIMEOUT);
    assert.deepEqual(from, id);
    assert.ok(data!.length > 0, "octets, not a notice");
    found = concat([found, data!]);
  }
  assert.equal(found.length, length);
  return found;
}

describe("STREAM", () => {
  it("can play the ROUTER for a DEALER, octet by octet", async () => {
    await using stage = new Stage("tcp");
    const stream = stage.make(Stream);
    const endpoint = await stream.bind(stage.place());
    const dealer = stage.make(Dealer);
    dealer.connect(endpoint);
    await dealer.send("Hello", TIMEOUT);
    const { message, peer } = await stream.receiveFrom(TIMEOUT);
    const [id, notice] = message;
    assert.equal(notice!.length, 0);
    assert.match(peer.address, /^tcp:\/\/127\.0\.0\.1:\d+$/);

    const signature = await read(stream, id!, 10);
    assert.equal(signature[0], 0xff);
    assert.equal(signature[9], 0x7f);
    await stream.send([id!, greeting(1)]);
    // What is left of the greeting, and READY; the message waits for ours.
    const expected = concat([
      Uint8Array.of(4, 41, 5),
      toBytes("READY"),
      Uint8Array.of(11),
      toBytes("Socket-Type"),
      Uint8Array.of(0, 0, 0, 6),
      toBytes("DEALER"),
      Uint8Array.of(8),
      toBytes("Identity"),
      Uint8Array.of(0, 0, 0, 0),
    ]);
    const rest = await read(stream, id!, 54 + expected.length);
    assert.equal(toHex(rest.subarray(0, 2)), "0301");
    assert.equal(text(rest.subarray(2, 22)), "NULL".padEnd(20, "\0"));
    assert.equal(toHex(rest.subarray(54)), toHex(expected));
    await stream.send([id!, ready("ROUTER")]);
    const hello = frame("Hello");
    const said = await read(stream, id!, hello.length);
    assert.equal(toHex(said), toHex(hello));

    await stream.send([id!, frame("World")]);
    assert.deepEqual(await nextTexts(dealer), ["World"]);
    const large = new Uint8Array(64_000).fill(0xab);
    await dealer.send(large);
    const raw = await read(stream, id!, 9 + large.length);
    assert.equal(raw[0], 2);
    sameMessages([[raw.subarray(9)]], [[large]]);
  });

  it("carries a request and an answer to another STREAM, and an end", async () => {
    await using stage = new Stage("tcp");
    const server = stage.make(Stream);
    const client = stage.make(Stream, { reconnectInterval: -1 });
    await stage.join(server, client);
    const [atServer, hello] = await server.receive(TIMEOUT);
    const [atClient, welcome] = await client.receive(TIMEOUT);
    assert.equal(hello!.length + welcome!.length, 0);
    await client.send([atClient!, "GET /\n\n"]);
    assert.equal(text(await read(server, atServer!, 7)), "GET /\n\n");
    const answer = "HTTP/1.0 200 OK\r\n\r\nHello, World!";
    await server.send([atServer!, answer]);
    await server.send([atServer!, ""]);
    const got = await read(client, atClient!, answer.length);
    assert.equal(text(got), answer);
    const [from, end] = await client.receive(TIMEOUT);
    assert.deepEqual(from, atClient);
    assert.equal(end!.length, 0);
  });

  it("tells of each connection once, and of its end once, through a dialogue", async () => {
    await using stage = new Stage("tcp");
    const server = stage.make(Stream);
    const client = stage.make(Stream, { reconnectInterval: -1 });
    await stage.join(server, client);
    const [atServer] = await server.receive(TIMEOUT);
    const [atClient] = await client.receive(TIMEOUT);
    const question = "i can haz cheez burger?";
    const answer = "y u no disconnect?";
    await client.send([atClient!, question]);
    assert.equal(
      text(await read(server, atServer!, question.length)),
      question,
    );
    await server.send([atServer!, answer]);
    assert.equal(text(await read(client, atClient!, answer.length)), answer);
    await client.send([atClient!, ""]);
    await assert.rejects(client.send([atClient!, "x"]), {
      code: "EHOSTUNREACH",
    });
    const [from, end] = await server.receive(TIMEOUT);
    assert.deepEqual(from, atServer);
    assert.equal(end!.length, 0);
    await nothing(server);
    await until(() => server.peers.length === 0, "the peer is gone");
    await assert.rejects(server.send([atServer!, "x"]), {
      code: "EHOSTUNREACH",
    });
    await until(() => client.peers.length === 0, "the server is gone");
    await nothing(client);
  });

  it("ends a connection by an empty message at once", async () => {
    await using stage = new Stage("tcp");
    const stream = stage.make(Stream);
    const dealer = stage.make(Dealer, { linger: 0, reconnectInterval: -1 });
    await stage.join(stream, dealer);
    await dealer.send("");
    const [id] = await stream.receive(TIMEOUT);
    await stream.send([id!, ""]);
    await until(() => stream.peers.length === 0, "the connection is gone");
  });

  it("gives what a peer writes in one piece of 8193 octets, unharmed", async () => {
    await using stage = new Stage("tcp");
    await using listener = await TcpListener.listen();
    const stream = stage.make(Stream, { notify: false });
    stream.connect(listener.endpoint);
    await using raw = await listener.accept();
    const sent = noise(8193, 7);
    raw.write(sent);
    const [id, first] = await stream.receive(TIMEOUT);
    const rest = sent.length - first!.length;
    const found = rest === 0
      ? first!
      : concat([first!, await read(stream, id!, rest)]);
    sameMessages([[found]], [[sent]]);
  });

  it("knows a peer by the name that connect() was given", async () => {
    await using stage = new Stage("tcp");
    const binder = stage.make(Stream, { notify: false });
    const stream = stage.make(Stream, { notify: false });
    const endpoint = await binder.bind(stage.place());
    stream.connect(endpoint, { routingId: "conn1" });
    assert.throws(() => stream.connect(endpoint, { routingId: "conn1" }), {
      code: "EINVAL",
    });
    await stream.send(["conn1", "hi 1"], TIMEOUT);
    const [id, data] = await binder.receive(TIMEOUT);
    assert.equal(id![0], 0);
    assert.deepEqual(data, octets("hi 1"));
    await binder.unbind(endpoint);
  });
});
