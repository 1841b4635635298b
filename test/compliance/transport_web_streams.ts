// The Web Streams of a connection, used as any program would: part of the
// transport suite.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ZmqError } from "../../src/base/errors.ts";
import type { ByteStream } from "../../src/transport/transport.ts";
import { assertSameOctets, cut, pattern } from "../kit/byte_end.ts";
import { turns } from "../kit/runtime.ts";
import type { Bench } from "../kit/stream_bench.ts";

async function readAll(stream: ByteStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = stream.readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** Tests the Web Streams themselves. */
export function transportWebStreams(bench: Bench): void {
  describe("Web Streams", () => {
    it("carry octets to the end of the writable", async () => {
      const [near, far] = await bench.streams();
      const sent = pattern(3_000_000);
      const reading = readAll(far);
      const writer = near.writable.getWriter();
      for (const part of cut(sent, [100_000, 1])) await writer.write(part);
      await writer.close();
      assertSameOctets(await reading, sent);
      await far.writable.close();
      assert.equal((await readAll(near)).length, 0);
    });

    it("hold a writer back while nobody reads", async () => {
      const [near, far] = await bench.streams();
      const reader = far.readable.getReader();
      const writer = near.writable.getWriter();
      let written = 0;
      let stop = false;
      const writing = (async () => {
        while (!stop) {
          await writer.write(new Uint8Array(1_000_000));
          written++;
        }
      })();
      await turns(200);
      const stuck = written;
      assert.ok(stuck < 64, "the writer waits");
      stop = true;
      let received = 0;
      // What was under way when the writer stopped is one write more.
      while (received < (stuck + 1) * 1_000_000) {
        received += (await reader.read()).value!.length;
      }
      await writing;
      assert.equal(written, stuck + 1);
    });

    it("cancelled drop the connection", async () => {
      const [near, far] = await bench.streams();
      await near.readable.cancel();
      assert.equal((await readAll(far)).length, 0);
      await assert.rejects(near.writable.getWriter().closed);
    });

    it("aborted drop the connection", async () => {
      const [near, far] = await bench.streams();
      const reader = near.readable.getReader();
      await near.writable.abort(new Error("enough"));
      assert.ok((await reader.read()).done);
      assert.equal((await readAll(far)).length, 0);
    });

    it("end when their connection is closed", async () => {
      const [near] = await bench.streams();
      const reader = near.readable.getReader();
      const writer = near.writable.getWriter();
      near.close();
      assert.ok((await reader.read()).done);
      await assert.rejects(writer.closed, { code: "EBADF" });
    });

    it("fail when the peer breaks the connection", async () => {
      const [near, far] = await bench.streams();
      const writer = near.writable.getWriter();
      const reader = near.readable.getReader();
      writer.write(new Uint8Array(32_000_000)).catch(() => {});
      await turns(5);
      far.close();
      await assert.rejects(writer.closed, { code: "ECONNRESET" });
      // One of both calls is told of the break; the other may see an end.
      const last = await reader.read().catch((error: unknown) => error);
      assert.ok(last instanceof ZmqError || (last as { done: true }).done);
    });

    // Some of what comes back comes after the end of what went there.
    if (bench.subject.endsWhole) return;

    it("pipe to a peer and back", async () => {
      const [near, far] = await bench.streams();
      const piping = far.readable.pipeTo(far.writable);
      const writer = near.writable.getWriter();
      const sent = pattern(1_000_000);
      const reading = readAll(near);
      for (const part of cut(sent, [9999])) await writer.write(part);
      await writer.close();
      await piping;
      assertSameOctets(await reading, sent);
    });
  });
}
