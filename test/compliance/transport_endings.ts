// How connections end: part of the transport suite.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../src/base/errors.ts";
import { assertSameOctets, cut, pattern } from "../kit/byte_end.ts";
import { turns } from "../kit/runtime.ts";
import type { Bench } from "../kit/stream_bench.ts";

const MEGABYTE = 1024 * 1024;

/** Tests that connections end as they should. */
export function transportEndings(bench: Bench): void {
  const { endsWhole = false } = bench.subject;
  describe("end", () => {
    if (!endsWhole) transportHalves(bench);

    it("lets everything written arrive first", async () => {
      const [near, far] = await bench.ends();
      const sent = pattern(5 * MEGABYTE);
      near.write(...cut(sent, [300_000, 5]));
      near.finish();
      await far.until(() => far.peerEnded);
      assertSameOctets(far.octets(), sent);
      far.finish();
      await Promise.all([near.closure(), far.closure()]);
      assert.deepEqual([near.error, far.error], [undefined, undefined]);
      assert.ok(near.peerEnded || endsWhole);
    });

    it("is told by drain once everything has left", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      near.write(new Uint8Array(32 * MEGABYTE));
      near.finish();
      await turns(20);
      assert.equal(near.drains, 0);
      far.resume();
      await near.until(() => near.drains > 0);
      await far.has(32 * MEGABYTE);
    });

    it("is told by drain when nothing was written", async () => {
      const [near, far] = await bench.ends();
      near.finish();
      await Promise.all([
        near.until(() => near.drains === 1),
        far.until(() => far.peerEnded),
      ]);
      assert.equal(near.isClosed, endsWhole);
      assert.ok(!far.isClosed);
    });

    it("waits for a peer that was paused", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      near.write(pattern(1000));
      near.finish();
      await turns(20);
      far.resume();
      await far.until(() => far.peerEnded);
      assert.equal(far.received, 1000);
    });

    it("makes later writes do nothing", async () => {
      const [near, far] = await bench.ends();
      near.write(pattern(10));
      near.finish();
      near.finish();
      near.write(pattern(10));
      await far.until(() => far.peerEnded);
      assert.equal(far.received, 10);
    });
  });

  describe("close", () => {
    it("closes this side without data, and the peer hears", async () => {
      const [near, far] = await bench.ends();
      near.close();
      await near.closure();
      await far.until(() => far.peerEnded || far.isClosed);
      far.finish();
      await far.closure();
    });

    it("drops what was not written yet", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      near.write(new Uint8Array(32 * MEGABYTE));
      near.close();
      await near.closure();
      far.resume();
      await far.until(() => far.peerEnded || far.isClosed);
      assert.ok(far.received < 32 * MEGABYTE);
    });

    it("gives no data afterwards", async () => {
      const [near, far] = await bench.ends();
      const writing = near.writeAll(cut(pattern(MEGABYTE), [10_000]));
      far.onData = () => {
        far.close();
        far.onData = () => assert.fail("data after close");
      };
      await far.closure();
      near.close();
      await writing;
    });

    it("before the start is told at the start", async () => {
      const [nearStream, farStream] = await bench.streams();
      farStream.close();
      farStream.close();
      await turns(5);
      const far = bench.end(farStream);
      await far.closure();
      const near = bench.end(nearStream);
      await near.until(() => near.peerEnded || near.isClosed);
    });

    it("makes every later call harmless", async () => {
      const [near] = await bench.ends();
      near.close();
      near.close();
      near.write(pattern(10));
      near.finish();
      near.pause();
      near.resume();
      near.stream.hold?.(false);
      await near.closure();
      near.close();
      assert.equal(near.write(pattern(10)), false);
      near.finish();
      near.pause();
      near.resume();
      near.stream.hold?.(true);
      await turns(5);
    });

    it("of a peer with unread octets is a reset, with its cause", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      near.write(new Uint8Array(32 * MEGABYTE));
      await turns(5);
      far.close();
      await near.closure();
      assert.ok(near.error instanceof ZmqError, String(near.error));
      assert.equal(near.error.code, "ECONNRESET");
      assert.equal(near.error.address, near.stream.remoteAddress);
      assert.ok(near.error.cause !== undefined);
    });

    it("of the peer before the start loses no octets", async () => {
      const [nearStream, farStream] = await bench.streams();
      const near = bench.end(nearStream);
      near.write(pattern(5000));
      near.finish();
      await near.until(() => near.drains > 0);
      const far = bench.end(farStream);
      await far.until(() => far.peerEnded || far.isClosed);
      assertSameOctets(far.octets(), pattern(5000));
    });
  });
}

/** Tests that each direction ends for itself. */
function transportHalves(bench: Bench): void {
  it("leaves the other direction open", async () => {
    const [near, far] = await bench.ends();
    near.finish();
    await far.until(() => far.peerEnded);
    const sent = pattern(MEGABYTE);
    await far.writeAll(cut(sent, [60_000]));
    far.finish();
    await Promise.all([near.closure(), far.closure()]);
    assertSameOctets(near.octets(), sent);
    assert.deepEqual([near.error, far.error], [undefined, undefined]);
  });

  it("from both sides at once closes both", async () => {
    const [near, far] = await bench.ends();
    near.write(pattern(1000, 1));
    far.write(pattern(2000, 2));
    near.finish();
    far.finish();
    await Promise.all([near.closure(), far.closure()]);
    assert.deepEqual([far.received, near.received], [1000, 2000]);
    assert.deepEqual([near.error, far.error], [undefined, undefined]);
  });
}
