// A platform's WebSocket as a byte stream of frames: order, limits, ends.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ZmqError } from "../../../src/base/errors.ts";
import { concat } from "../../../src/base/bytes.ts";
import { frameHeader } from "../../../src/transport/frame_cutter.ts";
import {
  type PlatformWebSocketInit,
  PlatformWebSocketStream,
} from "../../../src/transport/platform_web_socket.ts";
import type { ByteSink } from "../../../src/transport/transport.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { FakeWebSocket } from "../../kit/fake_web_socket.ts";

/** Notes what a sink is told. */
class Notes implements ByteSink {
  readonly calls: string[] = [];
  error: ZmqError | undefined;
  data(chunk: Uint8Array): void {
    this.calls.push(`data ${[...chunk].join(" ")}`);
  }
  drain(): void {
    this.calls.push("drain");
  }
  end(): void {
    this.calls.push("end");
  }
  closed(error?: unknown): void {
    this.error = error as ZmqError | undefined;
    this.calls.push(error === undefined ? "closed" : "lost");
  }
}

function scene(init: Partial<PlatformWebSocketInit> = {}) {
  const clock = new FakeClock();
  const socket = new FakeWebSocket();
  const stream = new PlatformWebSocketStream(socket, {
    role: "client",
    localAddress: "ws://here",
    remoteAddress: "ws://there/path",
    clock,
    ...init,
  });
  return { clock, socket, stream, direct: stream.direct, sink: new Notes() };
}

/** A frame as the session writes it. */
function frame(opcode: number, ...payload: number[]): Uint8Array {
  return concat([
    frameHeader(opcode, payload.length),
    Uint8Array.from(payload),
  ]);
}

describe("PlatformWebSocketStream", () => {
  it("says that its octets are unmasked frames of the subprotocol", () => {
    const { socket, stream } = scene();
    assert.equal(socket.binaryType, "arraybuffer");
    const { subprotocol, role, masked, canPing } = stream.webSocket;
    assert.deepEqual(
      [subprotocol, role, masked, canPing],
      ["ZWS2.0/NULL", "client", false, false],
    );
    assert.equal(stream.remoteAddress, "ws://there/path");
  });

  it("puts a header before each message, those before the start too", async () => {
    const { clock, socket, direct, sink } = scene();
    socket.message(Uint8Array.of(7));
    direct.start(sink);
    assert.deepEqual(sink.calls, [], "no call inside a call");
    await clock.settle();
    socket.message(Uint8Array.of(8, 9));
    socket.message("hi");
    assert.deepEqual(sink.calls, [
      "data 130 1",
      "data 7",
      "data 130 2",
      "data 8 9",
      "data 129 2",
      "data 104 105",
    ]);
  });

  it("sends each frame as a message, and no control frame but a close", () => {
    const { socket, direct, sink } = scene();
    direct.start(sink);
    const ping = frame(9, 1);
    assert.equal(direct.write([concat([frame(2, 1, 2), ping])]), true);
    assert.equal(direct.settled, true);
    direct.write([Uint8Array.of(0x82)]);
    assert.equal(direct.settled, false);
    direct.write([Uint8Array.of(1, 5)]);
    assert.deepEqual(socket.sent.map((sent) => [...sent]), [[1, 2], [5]]);
  });

  it("asks to wait while the platform holds much, and tells when not", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    socket.bufferedAmount = 300_000;
    assert.equal(direct.write([frame(2, 1)]), false);
    assert.equal(direct.write([frame(2, 2)]), false);
    await clock.advance(1000);
    assert.deepEqual(sink.calls, []);
    assert.equal(clock.timers, 1);
    socket.bufferedAmount = 100_000;
    await clock.advance(32);
    assert.deepEqual(sink.calls, ["drain"]);
    assert.equal(clock.timers, 0);
    assert.equal(direct.write([frame(2, 3)]), true);
    assert.equal(socket.sent.length, 3);
  });

  it("holds what arrives while it is paused, in order", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    await clock.settle();
    direct.pause();
    socket.message(Uint8Array.of(1));
    direct.resume();
    socket.message(Uint8Array.of(2));
    assert.deepEqual(sink.calls, []);
    await clock.settle();
    assert.deepEqual(sink.calls, [
      "data 130 1",
      "data 1",
      "data 130 1",
      "data 2",
    ]);
  });

  it("drops the connection when more is held than the limit", async () => {
    const { clock, socket, direct, sink } = scene({ maxHeldBytes: 100 });
    direct.start(sink);
    await clock.settle();
    socket.message(new Uint8Array(200));
    sink.calls.length = 0;
    direct.pause();
    socket.message(new Uint8Array(90));
    assert.deepEqual(sink.calls, []);
    socket.message(new Uint8Array(90));
    assert.deepEqual(sink.calls, ["lost"]);
    assert.equal(sink.error!.code, "EAGAIN");
    assert.match(sink.error!.message, /ws:\/\/there\/path.*limit is 100$/);
    assert.equal(socket.closes.length, 1);
    socket.message(new Uint8Array(90));
    socket.closed(1000);
    direct.resume();
    await clock.settle();
    assert.deepEqual(sink.calls, ["lost"]);
  });

  it("stops reading where the platform can, and holds what was on its way", async () => {
    const { clock, socket, direct, sink } = scene({ maxHeldBytes: 10 });
    const told: string[] = [];
    Object.assign(socket, {
      pause: () => told.push("pause"),
      resume: () => told.push("resume"),
    });
    direct.start(sink);
    await clock.settle();
    direct.pause();
    socket.message(new Uint8Array(11));
    await clock.settle();
    assert.deepEqual(sink.calls, []);
    direct.resume();
    await clock.settle();
    assert.equal(sink.calls.length, 2);
    assert.deepEqual(told, ["pause", "resume"]);
    // The answer to a Close has to come in, but not all that a peer likes.
    direct.pause();
    direct.end();
    assert.deepEqual(told, ["pause", "resume", "pause", "resume"]);
    socket.message(new Uint8Array(11));
    assert.deepEqual(sink.calls.slice(2), ["lost"]);
  });

  it("drops the connection when too much comes before the start", async () => {
    const { clock, socket, direct, sink } = scene({ maxHeldBytes: 10 });
    socket.message(new Uint8Array(11));
    direct.start(sink);
    await clock.settle();
    assert.deepEqual(sink.calls, ["lost"]);
  });

  it("closes with the code and the reason of a close frame", () => {
    for (
      const [given, expected] of [[1000, 1000], [1002, 4002], [3001, 3001]]
    ) {
      const { socket, direct, sink } = scene();
      direct.start(sink);
      const code = [given! >>> 8, given! & 255];
      direct.write([frame(8, ...code, 0x6e, 0x6f)]);
      direct.end();
      assert.deepEqual(socket.closes, [[expected, "no"]]);
    }
  });

  it("gives the peer's close as a frame, then ends", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    await clock.settle();
    socket.closed(1001, "by");
    await clock.settle();
    assert.deepEqual(sink.calls, ["data 136 4 3 233 98 121", "end", "closed"]);
    assert.equal(direct.write([frame(2, 1)]), false);
    assert.equal(socket.sent.length, 0);
  });

  it("gives a close without a code as an empty frame", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    socket.closed(1005);
    await clock.settle();
    assert.deepEqual(sink.calls, ["data 136 0", "end", "closed"]);
  });

  it("gives what is held before the end, when it may flow again", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    await clock.settle();
    direct.pause();
    socket.message(Uint8Array.of(1));
    socket.closed(1000);
    await clock.settle();
    assert.deepEqual(sink.calls, []);
    direct.resume();
    await clock.settle();
    assert.deepEqual(sink.calls, [
      "data 130 1",
      "data 1",
      "data 136 2 3 232",
      "end",
      "closed",
    ]);
  });

  it("tells of a lost connection as an error", async () => {
    for (const code of [1006, 1015, 0]) {
      const { clock, socket, direct, sink } = scene();
      direct.start(sink);
      socket.closed(code);
      await clock.settle();
      assert.deepEqual(sink.calls, ["lost"]);
      assert.equal(sink.error!.code, "ECONNRESET");
    }
  });

  it("tells of a lost connection that the platform tells only by halves", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    socket.failed();
    await clock.settle();
    socket.closed(1006);
    await clock.settle();
    assert.deepEqual(sink.calls, ["lost"]);
    assert.equal(sink.error!.code, "ECONNRESET");
  });

  it("end() closes, and tells when everything has left", async () => {
    const { clock, socket, direct, sink } = scene();
    direct.start(sink);
    await clock.settle();
    socket.bufferedAmount = 1;
    direct.end();
    await clock.advance(100);
    assert.deepEqual(socket.closes, [[1000, ""]]);
    assert.deepEqual(sink.calls, []);
    socket.bufferedAmount = 0;
    await clock.advance(100);
    assert.deepEqual(sink.calls, ["drain"]);
    socket.closed(1000);
    await clock.settle();
    assert.deepEqual(sink.calls.slice(1), [
      "data 136 2 3 232",
      "end",
      "closed",
    ]);
  });

  it("close() drops at once, and asks nothing any more", async () => {
    const { clock, socket, stream, direct, sink } = scene();
    direct.start(sink);
    socket.bufferedAmount = 1_000_000;
    direct.write([frame(2, 1)]);
    await clock.settle();
    stream.close();
    socket.message(Uint8Array.of(1));
    await clock.settle();
    assert.deepEqual(sink.calls, ["closed"]);
    assert.deepEqual(socket.closes, [[1000, ""]]);
    assert.equal(clock.timers, 0);
  });
});
