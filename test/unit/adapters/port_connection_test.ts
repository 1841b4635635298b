// One end of a connection over a channel: credit, silence, and what a peer
// that keeps to no rule can do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChannelMessage } from "../../../adapters/web/channel.ts";
import { PortConnection } from "../../../adapters/web/port_connection.ts";
import type { ZmqError } from "../../../src/base/errors.ts";
import type { ByteSink } from "../../../src/transport/transport.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const MEBIOCTET = 1024 * 1024;

async function scene() {
  const clock = new FakeClock();
  const posted: ChannelMessage[] = [];
  const told = { octets: 0, drains: 0, ended: 0, closed: 0 };
  let error: ZmqError | undefined;
  const sink: ByteSink = {
    data: ({ length }) => void (told.octets += length),
    drain: () => told.drains++,
    end: () => told.ended++,
    closed: (cause) => {
      told.closed++;
      error = cause as ZmqError | undefined;
    },
  };
  const connection = new PortConnection({
    clock,
    self: "self",
    peer: "peer",
    localAddress: "port://name#self",
    remoteAddress: "port://name",
  });
  connection.use({
    post: (message) => posted.push(message),
    close: () => posted.push({ kind: "(closed)" }),
    hold: () => {},
  });
  connection.start(sink);
  await clock.settle();
  return {
    clock,
    connection,
    posted,
    told,
    kinds: () => posted.map(({ kind }) => kind),
    error: () => error,
    hear: (message: ChannelMessage) =>
      connection.hear({ from: "peer", to: "self", ...message }),
  };
}

describe("PortConnection", () => {
  it("sends no more than a window ahead, and goes on with credit", async () => {
    const { connection, posted, told, hear } = await scene();
    const sent = (): number =>
      posted.reduce(
        (sum, { octets }) => sum + ((octets as Uint8Array)?.length ?? 0),
        0,
      );
    assert.equal(connection.write([new Uint8Array(1000)]), true);
    assert.equal(connection.write([new Uint8Array(2 * MEBIOCTET)]), false);
    assert.equal(sent(), MEBIOCTET);
    hear({ kind: "credit", credit: MEBIOCTET / 2 });
    assert.equal(sent(), 1.5 * MEBIOCTET);
    assert.equal(told.drains, 0);
    hear({ kind: "credit", credit: MEBIOCTET });
    assert.equal(sent(), 2 * MEBIOCTET + 1000);
    assert.equal(told.drains, 1);
    for (const { octets } of posted) {
      const { buffer, length } = octets as Uint8Array;
      assert.equal(buffer.byteLength, length, "a message takes all of it");
    }
  });

  it("gives credit for what was handed over, and only that", async () => {
    const { clock, connection, kinds, hear } = await scene();
    hear({ kind: "data", octets: new Uint8Array(400_000) });
    assert.deepEqual(kinds(), []);
    connection.pause();
    hear({ kind: "data", octets: new Uint8Array(400_000) });
    assert.deepEqual(kinds(), []);
    connection.resume();
    await clock.settle();
    assert.deepEqual(kinds(), ["credit"]);
  });

  it("breaks off with a peer that sends more than it may", async () => {
    const { connection, told, error, hear } = await scene();
    connection.pause();
    for (let i = 0; i < 3; i++) {
      hear({ kind: "data", octets: new Uint8Array(MEBIOCTET) });
    }
    assert.equal(told.closed, 1);
    assert.equal(error()!.code, "ECONNRESET");
    assert.match(error()!.message, /more than it may/);
  });

  it("asks a silent peer, and gives it up when it stays silent", async () => {
    const { clock, told, error, hear, kinds } = await scene();
    await clock.advance(2000);
    assert.deepEqual(kinds(), []);
    await clock.advance(2000);
    assert.deepEqual(kinds(), ["ping"]);
    hear({ kind: "pong" });
    await clock.advance(4000);
    assert.deepEqual(kinds(), ["ping", "ping"]);
    await clock.advance(4000);
    assert.equal(told.closed, 1);
    assert.match(error()!.message, /silent/);
    assert.equal(clock.timers, 0);
    assert.equal(kinds().at(-1), "(closed)");
  });

  it("answers whoever asks, and hears nothing meant for another", async () => {
    const { connection, posted, told, hear } = await scene();
    hear({ kind: "ping" });
    assert.deepEqual(posted, [{ kind: "pong", from: "self", to: "peer" }]);
    connection.hear({
      kind: "data",
      octets: new Uint8Array(1),
      to: "somebody else",
    });
    // A listener that was called twice has two ends.
    hear({ kind: "data", octets: new Uint8Array(1), from: "another" });
    connection.hear({ kind: "close", broken: true });
    hear({ kind: "data", octets: "no octets" });
    hear({ kind: "unheard of" });
    assert.deepEqual(told, { octets: 0, drains: 0, ended: 0, closed: 0 });
  });

  it("is lost when nobody is at the other end any more", async () => {
    const { clock, connection, told, error } = await scene();
    connection.hear({ kind: "nobody" });
    await clock.settle();
    assert.equal(told.closed, 1);
    assert.match(error()!.message, /gone/);
  });
});
