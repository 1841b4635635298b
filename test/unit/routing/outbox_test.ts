// The outgoing queue: frames with room before their bodies.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromKey, toHex, toKey } from "../../../src/base/bytes.ts";
import { SharedEncoder } from "../../../src/routing/distributor.ts";
import { Outbox } from "../../../src/routing/outbox.ts";
import { ConnectionPipe } from "../../../src/routing/connection_pipe.ts";
import { plainPeer } from "../../../src/routing/peer.ts";
import { DealerPattern } from "../../../src/socket/patterns/dealer.ts";
import { Bench, limits } from "../../kit/fake_pipe.ts";

const ROOM = 33;

/** Flags and body of every frame in what was taken, and its outer flags. */
function framesOf(octets: Uint8Array): [outer: number, string][] {
  const view = new DataView(octets.buffer, octets.byteOffset);
  const frames: [number, string][] = [];
  for (let at = 0; at < octets.length;) {
    const outer = octets[at]!;
    const isLong = (outer & 2) !== 0;
    const length = isLong ? view.getUint32(at + 5) : octets[at + 1]!;
    at += isLong ? 9 : 2;
    const body = octets.subarray(at + ROOM, at + length);
    frames.push([outer & ~2, `${octets[at + ROOM - 1]}${toKey(body)}`]);
    at += length;
  }
  return frames;
}

/** All that waits, as one piece. */
function takeAll(outbox: Outbox | ConnectionPipe): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let batch = outbox.take(); batch; batch = outbox.take()) {
    assert.equal(batch.room, ROOM);
    parts.push(...batch.parts);
  }
  return concat(parts);
}

describe("Outbox with room", () => {
  it("leaves it before each body, the flags in its last octet", () => {
    const outbox = new Outbox(ROOM);
    const bodies = [
      0,
      1,
      24,
      25,
      222,
      223,
      255,
      256,
      8192,
      8193,
      81_920,
      90_000,
    ]
      .map((size) => fromKey("x".repeat(size)));
    for (const body of bodies) outbox.push([body, fromKey("end")]);
    outbox.pushFirst([fromKey("first")]);
    const { octets, messages } = outbox;
    const taken = takeAll(outbox);
    assert.equal(messages, bodies.length + 1);
    assert.equal(taken.length, octets);
    assert.equal(outbox.octets, 0);
    assert.deepEqual(framesOf(taken), [
      [0, "0first"],
      ...bodies.flatMap((body) => [[0, `1${toKey(body)}`], [0, "0end"]]),
    ]);
  });

  it("lets nothing of the caller's be written to", () => {
    const outbox = new Outbox(ROOM);
    const bodies = [1, 25, 8192, 8193, 200_000].map((size) =>
      new Uint8Array(size).fill(7)
    );
    outbox.push(bodies);
    const { parts } = outbox.take()!;
    for (const part of parts) {
      for (const body of bodies) assert.notEqual(part.buffer, body.buffer);
      part.fill(0);
    }
    for (const body of bodies) assert.ok(body.every((octet) => octet === 7));
  });
});

describe("ConnectionPipe with room", () => {
  it("does not share the octets of other queues", () => {
    const bench = new Bench(DealerPattern);
    const make = (room: number) =>
      new ConnectionPipe(
        bench,
        limits({}),
        plainPeer("tcp://peer"),
        "tcp://x",
        true,
        room,
      );
    const [roomy, plain, other] = [make(ROOM), make(0), make(0)];
    const encoder = new SharedEncoder();
    for (const text of ["a", "b", "c"]) {
      const message = [fromKey(text)];
      const encoded = encoder.encode(message);
      for (const pipe of [plain, roomy, other]) pipe.write(message, encoded);
    }
    const batch = roomy.take()!;
    assert.equal(batch.room, ROOM);
    assert.deepEqual(framesOf(concat(batch.parts)), [[0, "0a"], [0, "0b"], [
      0,
      "0c",
    ]]);
    for (const part of batch.parts) part.fill(0xff);
    for (const pipe of [plain, other]) {
      const { parts, room } = pipe.take()!;
      assert.equal(room, 0);
      assert.equal(toHex(concat(parts)), "000161000162000163");
    }
  });
});
