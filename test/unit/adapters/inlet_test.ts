// The sink that reads a head, and hands over what comes behind it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Inlet } from "../../../adapters/websocket/inlet.ts";
import { fromKey, toKey } from "../../../src/base/bytes.ts";
import type {
  ByteSink,
  DirectStream,
} from "../../../src/transport/transport.ts";
import { HeadReader, requestLine } from "../../../src/wire/http_head.ts";

const HEAD = "GET / HTTP/1.1\r\n\r\n";

/** A stream that only says whether it is read. */
class Stream implements DirectStream {
  reads = true;
  start(): void {}
  write(): boolean {
    return true;
  }
  pause(): void {
    this.reads = false;
  }
  resume(): void {
    this.reads = true;
  }
  end(): void {}
}

/** A sink that notes what it is told. */
class Notes implements ByteSink {
  readonly told: string[] = [];
  onData: (() => void) | undefined;
  data(chunk: Uint8Array): void {
    this.told.push(toKey(chunk));
    this.onData?.();
  }
  drain(): void {
    this.told.push("drain");
  }
  end(): void {
    this.told.push("end");
  }
  closed(error?: unknown): void {
    this.told.push(error === undefined ? "closed" : `closed: ${error}`);
  }
}

async function read(
  ...chunks: string[]
): Promise<{ stream: Stream; inlet: Inlet; notes: Notes }> {
  const stream = new Stream();
  const inlet = new Inlet(stream);
  const head = inlet.head(new HeadReader(requestLine));
  for (const chunk of chunks) inlet.data(fromKey(chunk));
  assert.equal((await head).start, "GET / HTTP/1.1");
  return { stream, inlet, notes: new Notes() };
}

describe("Inlet", () => {
  it("stops reading behind the head, and hands over what came", async () => {
    const { stream, inlet, notes } = await read(`${HEAD}one`, "two");
    assert.equal(stream.reads, false);
    inlet.handTo(notes);
    assert.deepEqual(notes.told, [], "not from inside the call");
    inlet.data(fromKey("three"));
    await Promise.resolve();
    assert.deepEqual(notes.told, ["onetwothree"]);
    assert.equal(stream.reads, true);
    inlet.data(fromKey("four"));
    inlet.drain();
    inlet.end();
    inlet.closed();
    assert.deepEqual(notes.told.slice(1), ["four", "drain", "end", "closed"]);
  });

  it("hands over nothing where nothing came", async () => {
    const { stream, inlet, notes } = await read(HEAD);
    inlet.handTo(notes);
    await Promise.resolve();
    assert.deepEqual(notes.told, []);
    assert.equal(stream.reads, true);
  });

  it("does not read on when the sink does not want it", async () => {
    const { stream, inlet, notes } = await read(`${HEAD}one`);
    notes.onData = () => inlet.pause();
    inlet.handTo(notes);
    await Promise.resolve();
    assert.equal(stream.reads, false);
    inlet.resume();
    assert.equal(stream.reads, true);
  });

  it("tells of an end that came before the handover, in order", async () => {
    const { inlet, notes } = await read(`${HEAD}one`);
    let ended = false;
    inlet.onEnd = () => ended = true;
    inlet.end();
    assert.ok(ended && inlet.ended && !inlet.gone);
    inlet.closed(new Error("reset"));
    assert.ok(inlet.gone);
    inlet.handTo(notes);
    await Promise.resolve();
    assert.deepEqual(notes.told, ["one", "end", "closed: Error: reset"]);
  });

  it("rejects what is no head, and an end before there is one", async () => {
    const stream = new Stream();
    for (const end of ["data", "end", "closed", "reset"]) {
      const inlet = new Inlet(stream);
      const head = inlet.head(new HeadReader(requestLine));
      inlet.data(fromKey("GET "));
      if (end === "data") inlet.data(fromKey("\0\n"));
      else if (end === "end") inlet.end();
      else inlet.closed(end === "reset" ? new Error("reset") : undefined);
      await assert.rejects(
        head,
        end === "reset" ? /reset/ : {
          code: "EPROTO",
          reason: "ERR_WS_OPENING",
        },
      );
    }
  });

  it("forwards where a sink has room for octets", async () => {
    const { inlet, notes } = await read(HEAD);
    const room = new Uint8Array(8);
    const filled: number[] = [];
    const sink: ByteSink = Object.assign(notes, {
      room: () => room,
      filled: (length: number) => filled.push(length),
    });
    assert.equal(inlet.room(), undefined);
    inlet.handTo(sink);
    await Promise.resolve();
    assert.equal(inlet.room(), room);
    inlet.filled(5);
    assert.deepEqual(filled, [5]);
  });
});
