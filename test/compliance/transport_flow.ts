// Octets in order and complete, and backpressure: part of the transport suite.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertSameOctets, cut, type End, pattern } from "../kit/byte_end.ts";
import { turns } from "../kit/runtime.ts";
import type { Bench } from "../kit/stream_bench.ts";
import { pause, until } from "../kit/wait.ts";

const MEGABYTE = 1024 * 1024;

/** More than two sockets' buffers hold on any system. */
const FLOOD = 64 * MEGABYTE;

/** Sends back what arrives, and reads no faster than that is taken. */
function echo(end: End): void {
  end.onData = (chunk) => {
    if (!end.write(chunk)) end.pause();
  };
  end.onDrain = () => end.resume();
}

/** Writes until the stream asks to wait and stays stuck; gives how much. */
async function flood(end: End): Promise<number> {
  const part = new Uint8Array(MEGABYTE);
  let taken = 0;
  for (;;) {
    const drains = end.drains;
    taken += part.length;
    assert.ok(taken < FLOOD, "the system's buffers are the limit");
    if (end.write(part)) continue;
    for (let waited = 0; waited < 20 && end.drains === drains; waited++) {
      await turns(1);
    }
    // It may have been asked on in the last of these turns.
    if (end.drains === drains) return taken;
  }
}

/** Tests that octets arrive. */
export function transportFlow(bench: Bench): void {
  describe("octets", () => {
    const sizes = [0, 1, 64 * 1024, 5 * MEGABYTE];
    const cuts = [[8 * MEGABYTE], [1, 7, 65537], [4096], [100_003, 13]];
    for (const size of sizes) {
      it(`come back from an echo: ${size} of them, in odd parts`, async () => {
        const [near, far] = await bench.ends();
        echo(far);
        for (const [seed, lengths] of cuts.entries()) {
          const sent = pattern(size, seed + 1);
          near.chunks.length = near.received = 0;
          await near.writeAll(cut(sent, lengths));
          await near.has(size);
          assertSameOctets(near.octets(), sent);
        }
      });
    }

    it("keep their order in both directions at once", async () => {
      const [near, far] = await bench.ends();
      const there = pattern(3 * MEGABYTE, 3);
      const back = pattern(2 * MEGABYTE, 4);
      await Promise.all([
        near.writeAll(cut(there, [1, 2, 3, 1000, 70_000])),
        far.writeAll(cut(back, [5000, 17])),
        near.has(back.length),
        far.has(there.length),
      ]);
      assertSameOctets(far.octets(), there);
      assertSameOctets(near.octets(), back);
    });

    it("keep their order in one write of 5000 parts, some empty", async () => {
      const [near, far] = await bench.ends();
      const sent = pattern(MEGABYTE);
      const parts = cut(sent, [0, 1, 200, 0, 300, 600, 157]);
      assert.ok(parts.length > 5000);
      near.write(...parts);
      await far.has(sent.length);
      assertSameOctets(far.octets(), sent);
    });

    it("of a large part between small ones keep their place", async () => {
      const [near, far] = await bench.ends();
      const sent = pattern(600_000);
      near.write(...cut(sent, [100, 40_000, 3, 16_384, 16_383, 200_000]));
      await far.has(sent.length);
      assertSameOctets(far.octets(), sent);
    });

    it("written before the peer starts are not lost", async () => {
      const [nearStream, farStream] = await bench.streams();
      const near = bench.end(nearStream);
      const sent = pattern(MEGABYTE);
      const writing = near.writeAll(cut(sent, [50_000]));
      await turns(20);
      const far = bench.end(farStream);
      await Promise.all([writing, far.has(sent.length)]);
      assertSameOctets(far.octets(), sent);
    });

    it("belong to the sink: a chunk stays as it came", async () => {
      const [near, far] = await bench.ends();
      for (let i = 1; i <= 50; i++) {
        near.write(new Uint8Array(i).fill(i));
        await far.has(i * (i + 1) / 2);
      }
      let at = 0;
      const octets = far.octets();
      for (let i = 1; i <= 50; i++) {
        assertSameOctets(
          octets.subarray(at, at + i),
          new Uint8Array(i).fill(i),
        );
        at += i;
      }
    });
  });

  describe("backpressure", () => {
    if (bench.subject.tellsUnsent) transportUnsent(bench);

    it("holds the writer while the peer does not read", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      const taken = await flood(near);
      const drains = near.drains;
      assert.ok(far.received <= 2 * MEGABYTE, "little is read while paused");
      far.resume();
      await near.until(() => near.drains > drains);
      await far.has(taken);
      assert.equal(far.received, taken);
      assert.equal(near.drains, drains + 1);
    });

    it("asks again and again: each full write has its drain", async () => {
      const [near, far] = await bench.ends();
      let fulls = 0;
      let sent = 0;
      while (sent < 32 * MEGABYTE) {
        sent += MEGABYTE;
        if (near.write(new Uint8Array(MEGABYTE))) continue;
        fulls++;
        await near.until(() => near.drains === fulls);
      }
      await far.has(sent);
      assert.ok(fulls > 0);
      assert.equal(near.drains, fulls);
    });

    it("lets pause and resume follow each other at will", async () => {
      const [near, far] = await bench.ends();
      const sent = pattern(2 * MEGABYTE);
      far.onData = (chunk) => {
        far.chunks.push(chunk);
        far.pause();
        far.resume();
        far.pause();
        queueMicrotask(() => far.resume());
      };
      await Promise.all([
        near.writeAll(cut(sent, [10_000])),
        far.has(sent.length),
      ]);
      assertSameOctets(far.octets(), sent);
    });

    it("holds in one direction only", async () => {
      const [near, far] = await bench.ends();
      far.pause();
      await flood(near);
      const sent = pattern(MEGABYTE);
      far.write(sent);
      await near.has(sent.length);
      assertSameOctets(near.octets(), sent);
    });
  });
}

/** Tests that a stream tells what the system has not taken yet. */
function transportUnsent(bench: Bench): void {
  it("tells by unsent that the peer reads, before a long part has left", async () => {
    // The accepted end writes: Bun, over tcp, does not know of the other one.
    const [far, near] = await bench.ends();
    const unsent = () => near.stream.direct!.unsent!;
    assert.equal(unsent(), 0);
    far.pause();
    near.write(new Uint8Array(FLOOD));
    let before = -1;
    while (unsent() !== before) {
      before = unsent();
      await pause(20);
    }
    assert.ok(before > 0, "the system has no more room");
    far.onData = () => {
      if (far.received > FLOOD / 4) far.pause();
    };
    far.resume();
    await until(() => unsent() < before, "it falls");
    assert.ok(unsent() > 0);
    assert.equal(near.drains, 0);
    far.onData = () => {};
    far.resume();
    await near.until(() => near.drains > 0);
    await until(() => unsent() === 0, "all has left");
  });
}
