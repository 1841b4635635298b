// C's memory and structs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIBC, loadFfi, struct } from "../../../ext/ffi/mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";

const skip = skipWithoutKoffi;

describe("struct()", () => {
  it("lays fields out as a C compiler does", () => {
    const mixed = struct({
      kind: "u8",
      port: "u16be",
      count: "u32",
      flag: "i8",
      pointer: "pointer",
      name: { octets: 3 },
      storage: { octets: 16, align: 8 },
    });
    assert.deepEqual(mixed.offsets, {
      kind: 0,
      port: 2,
      count: 4,
      flag: 8,
      pointer: 16,
      name: 24,
      storage: 32,
    });
    assert.equal(mixed.size, 48);
    assert.equal(mixed.align, 8);
    assert.equal(struct({ long: "u64", tail: "u8" }).size, 16);
  });

  it("writes and reads every type", () => {
    const all = struct({
      a: "i8",
      b: "u8",
      c: "i16",
      d: "u16",
      e: "u16be",
      f: "i32",
      g: "u32",
      h: "i64",
      i: "u64",
      j: "pointer",
      k: { octets: 3 },
    });
    const values = {
      a: -1,
      b: 255,
      c: -2,
      d: 65535,
      e: 0x1234,
      f: -3,
      g: 4294967295,
      h: -4n,
      i: 2n ** 64n - 1n,
      j: 2n ** 47n,
      k: new Uint8Array([1, 2, 3]),
    };
    const octets = all.make(values);
    assert.deepEqual(all.read(octets), values);
    assert.deepEqual([...octets.subarray(all.offsets.e, all.offsets.e + 2)], [
      0x12,
      0x34,
    ]);
  });

  it("works at any place, and leaves the rest alone", () => {
    const pair = struct({ a: "u16", b: "u16" });
    const octets = new Uint8Array(12).fill(9).subarray(1);
    pair.write(octets, { b: 0x0102 }, 3);
    assert.deepEqual([...octets], [9, 9, 9, 9, 9, 2, 1, 9, 9, 9, 9]);
    assert.deepEqual(pair.read(octets, 3), { a: 0x0909, b: 0x0102 });
  });

  it("refuses octets that do not fit", () => {
    const name = struct({ name: { octets: 2 } });
    assert.throws(() => name.make({ name: new Uint8Array(3) }), {
      name: "RangeError",
      message: 'Cannot write 3 octets to "name": expected at most 2',
    });
  });
});

describe("Memory", { skip }, () => {
  it("is aligned to 16 octets, zero, and where native code sees it", async () => {
    const ffi = await loadFfi();
    for (const size of [1, 24, 100, 65536]) {
      using memory = ffi.allocate(size);
      assert.equal(memory.address % 16n, 0n);
      assert.equal(memory.octets.length, size);
      assert.ok(memory.octets.every((octet) => octet === 0));
      memory.octets[0] = 65;
      assert.equal(ffi.view(memory.address, 1)[0], 65);
      assert.equal(ffi.address(memory.octets), memory.address);
    }
  });

  it("can be freed twice", async () => {
    const memory = (await loadFfi()).allocate(8);
    memory.free();
    memory.free();
  });
});

describe("pointers", { skip }, () => {
  it("to pointers are arrays of addresses", async () => {
    const ffi = await loadFfi();
    const split = ffi.library(LIBC)
      .function("strsep", "pointer", ["pointer", "text"]);
    using text = ffi.allocate(16);
    text.octets.set(new TextEncoder().encode("rate,recovery"));
    const rest = new BigUint64Array([text.address]);
    assert.equal(ffi.text(split(rest, ",")!), "rate");
    assert.equal(ffi.text(rest[0]!), "recovery");
    assert.equal(ffi.text(split(rest, ",")!), "recovery");
    assert.equal(rest[0], 0n);
    assert.equal(split(rest, ","), null);
  });

  it("inside of structs are addresses of views and of memory", async () => {
    const ffi = await loadFfi();
    const vector = struct({ base: "pointer", length: "u64" });
    const parts = [new Uint8Array([1, 2]), new Uint8Array([3])];
    const vectors = new Uint8Array(2 * vector.size);
    parts.forEach((part, index) =>
      vector.write(vectors, {
        base: ffi.address(part),
        length: BigInt(part.length),
      }, index * vector.size)
    );
    const [reads, writes] = ffi.system.pipe();
    const write = ffi.library(LIBC)
      .function("writev", "i64", ["i32", "pointer", "i32"]);
    assert.equal(write(writes, vectors, 2), 3);
    const read = new Uint8Array(4);
    assert.equal(ffi.system.read(reads, read), 3);
    assert.deepEqual([...read], [1, 2, 3, 0]);
    ffi.system.close(reads);
    ffi.system.close(writes);
  });
});
