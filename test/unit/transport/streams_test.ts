// The two forms of a byte stream made of each other, without any socket.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CallbackByteStream,
  type DirectConnection,
  directFromStreams,
} from "../../../src/transport/streams.ts";
import type { ByteSink, ByteStream } from "../../../src/transport/transport.ts";
import { End, pattern } from "../../kit/byte_end.ts";
import { turns } from "../../kit/runtime.ts";

/** A connection in callback form that a test plays the peer of. */
class Puppet implements DirectConnection {
  readonly localAddress = "test://near";
  readonly remoteAddress = "test://far";
  readonly calls: string[] = [];
  accepts = true;
  sink: ByteSink | undefined;

  start(sink: ByteSink): void {
    this.calls.push("start");
    this.sink = sink;
  }
  write(parts: readonly Uint8Array[]): boolean {
    this.calls.push(`write ${parts.map(({ length }) => length).join("+")}`);
    return this.accepts;
  }
  pause(): void {
    this.calls.push("pause");
  }
  resume(): void {
    this.calls.push("resume");
  }
  end(): void {
    this.calls.push("end");
  }
  close(): void {
    this.calls.push("close");
  }
}

describe("CallbackByteStream", () => {
  it("starts the connection when a stream is first asked for", () => {
    const puppet = new Puppet();
    const stream = new CallbackByteStream(puppet);
    assert.equal(stream.direct, puppet);
    assert.equal(stream.remoteAddress, "test://far");
    assert.deepEqual(puppet.calls, []);
    assert.equal(stream.writable, stream.writable);
    assert.equal(stream.readable, stream.readable);
    assert.deepEqual(puppet.calls, ["start"]);
  });

  it("pauses at 64 KiB unread and resumes when read", async () => {
    const puppet = new Puppet();
    const reader = new CallbackByteStream(puppet).readable.getReader();
    puppet.sink!.data(new Uint8Array(60_000));
    await turns(1);
    assert.deepEqual(puppet.calls, ["start"]);
    puppet.sink!.data(new Uint8Array(6000));
    // What was read already may still come once.
    puppet.sink!.data(new Uint8Array(1000));
    await turns(1);
    assert.deepEqual(puppet.calls, ["start", "pause"]);
    assert.equal((await reader.read()).value!.length, 60_000);
    await turns(1);
    assert.deepEqual(puppet.calls, ["start", "pause", "resume"]);
    assert.equal((await reader.read()).value!.length, 6000);
    assert.equal((await reader.read()).value!.length, 1000);
  });

  it("holds writes back until drain", async () => {
    const puppet = new Puppet();
    puppet.accepts = false;
    const writer = new CallbackByteStream(puppet).writable.getWriter();
    const first = writer.write(new Uint8Array(1));
    writer.write(new Uint8Array(2));
    await turns(1);
    assert.deepEqual(puppet.calls, ["start", "write 1"]);
    puppet.accepts = true;
    puppet.sink!.drain();
    await first;
    await turns(1);
    assert.deepEqual(puppet.calls, ["start", "write 1", "write 2"]);
  });

  it("closes its writable when everything has left", async () => {
    const puppet = new Puppet();
    const writer = new CallbackByteStream(puppet).writable.getWriter();
    let closed = false;
    const closing = writer.close().then(() => closed = true);
    await turns(1);
    assert.deepEqual(puppet.calls, ["start", "end"]);
    assert.ok(!closed);
    puppet.sink!.drain();
    await closing;
  });

  it("drops the connection when cancelled or aborted", async () => {
    const cancelled = new Puppet();
    await new CallbackByteStream(cancelled).readable.cancel();
    cancelled.sink!.data(new Uint8Array(1));
    cancelled.sink!.end();
    cancelled.sink!.closed();
    assert.deepEqual(cancelled.calls, ["start", "close"]);
    const aborted = new Puppet();
    await new CallbackByteStream(aborted).writable.abort();
    aborted.sink!.closed();
    assert.deepEqual(aborted.calls, ["start", "close"]);
  });

  it("passes the error of the connection to both streams", async () => {
    const puppet = new Puppet();
    const stream = new CallbackByteStream(puppet);
    const reader = stream.readable.getReader();
    const writer = stream.writable.getWriter();
    puppet.accepts = false;
    const writing = writer.write(new Uint8Array(1));
    await turns(1);
    const reason = new Error("broken");
    puppet.sink!.closed(reason);
    await assert.rejects(reader.read(), reason);
    await assert.rejects(writer.closed, reason);
    // The chunk was taken before; nobody can tell whether it has left.
    await writing;
  });
});

/** Two byte streams without a direct form, connected with each other. */
function webPair(): [near: ByteStream, far: ByteStream, calls: string[]] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  const calls: string[] = [];
  const stream = (
    name: string,
    { readable }: TransformStream<Uint8Array, Uint8Array>,
    { writable }: TransformStream<Uint8Array, Uint8Array>,
  ): ByteStream => ({
    readable,
    writable,
    localAddress: `test://${name}`,
    remoteAddress: "test://other",
    close: () => {
      calls.push(`close ${name}`);
    },
  });
  return [stream("near", back, there), stream("far", there, back), calls];
}

describe("directFromStreams", () => {
  it("gives the direct form of a stream that has one", () => {
    const stream = new CallbackByteStream(new Puppet());
    assert.equal(directFromStreams(stream), stream.direct);
  });

  it("carries octets both ways to a clean end", async () => {
    const [nearStream, farStream] = webPair();
    const near = new End(nearStream, "streams");
    const far = new End(farStream, "streams");
    near.write(pattern(10), new Uint8Array(0), pattern(5));
    far.write(pattern(200_000), pattern(70_000));
    await Promise.all([near.has(270_000), far.has(15)]);
    near.finish();
    await far.until(() => far.peerEnded);
    far.write(pattern(7));
    far.finish();
    await Promise.all([near.closure(), far.closure()]);
    assert.equal(near.received, 270_007);
    assert.deepEqual([near.error, far.error], [undefined, undefined]);
  });

  it("asks to wait while the writable is full, and drains", async () => {
    const [nearStream, farStream] = webPair();
    const near = new End(nearStream, "streams");
    let taken = 0;
    while (near.write(new Uint8Array(10_000))) taken += 10_000;
    assert.ok(taken < 256 * 1024);
    await turns(2);
    assert.equal(near.drains, 0);
    const far = new End(farStream, "streams");
    await near.until(() => near.drains === 1);
    await far.has(taken + 10_000);
  });

  it("does not read while paused", async () => {
    const [nearStream, farStream] = webPair();
    const near = new End(nearStream, "streams");
    const far = new End(farStream, "streams");
    far.pause();
    for (let i = 0; i < 10; i++) near.write(new Uint8Array(100_000));
    await turns(5);
    assert.ok(far.received <= 100_000);
    far.resume();
    await far.has(1_000_000);
  });

  it("reports a failure of either stream once, and closes", async () => {
    const reason = new Error("broken");
    for (const broken of ["readable", "writable"] as const) {
      const [nearStream, , calls] = webPair();
      const stream = {
        ...nearStream,
        [broken]: broken === "readable"
          ? new ReadableStream({ pull: () => Promise.reject(reason) })
          : new WritableStream({ write: () => Promise.reject(reason) }),
      };
      const near = new End(stream, "streams");
      near.write(pattern(10), pattern(10));
      await near.closure();
      assert.equal(near.error, reason);
      assert.deepEqual(calls, ["close near"]);
      assert.equal(near.write(pattern(10)), false);
      near.finish();
      near.resume();
      await turns(2);
    }
  });
});
