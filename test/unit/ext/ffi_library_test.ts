// Libraries by native code: found, or the error that says what to install;
// functions on and off the main thread.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../../adapters/auto.ts";
import { LIBC, loadFfi } from "../../../ext/ffi/mod.ts";
import { context, type Runtime } from "../../../mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { PATIENCE, within } from "../../kit/wait.ts";

const MISSING = new Error("Cannot find module 'koffi'\nRequire stack:");
const skip = skipWithoutKoffi;

/** Calls off the main thread hold no process: a timer has to. */
async function held<Value>(promise: Promise<Value>): Promise<Value> {
  return await within(promise, "the call", PATIENCE);
}

describe("loadFfi()", () => {
  it("says how to install what is missing", async () => {
    const runtime: Runtime = {
      ...detectRuntime(),
      loadAddon() {
        throw MISSING;
      },
    };
    await assert.rejects(loadFfi(runtime), {
      code: "ENOTSUP",
      message: "Cannot call native code: expected the package " +
        `"koffi" (npm install koffi@3), got "Cannot find module 'koffi'"`,
      cause: MISSING,
    });
  });

  it("names a runtime that has no native code", async () => {
    const { name: _name, transports, clock, options } = detectRuntime();
    const runtime = { name: "toaster", transports, clock, options };
    await assert.rejects(loadFfi(runtime), {
      code: "ENOTSUP",
      message: /The toaster runtime has no native code/,
    });
  });

  it("tries again after a failure", { skip }, async () => {
    let isInstalled = false;
    const { loadAddon } = detectRuntime();
    const runtime: Runtime = {
      ...detectRuntime(),
      loadAddon(name) {
        if (!isInstalled) throw MISSING;
        return loadAddon!(name);
      },
    };
    await assert.rejects(loadFfi(runtime), { code: "ENOTSUP" });
    isInstalled = true;
    const ffi = await loadFfi(runtime);
    assert.equal(await loadFfi(runtime), ffi);
  });

  it("is of the runtime at hand by default", { skip }, async () => {
    assert.equal(await loadFfi(), await loadFfi(context.runtime));
  });
});

describe("Ffi.library()", { skip }, () => {
  it("names the files and the commands of a library that is missing", async () => {
    const ffi = await loadFfi();
    const source = {
      name: "OpenNothing",
      files: { linux: ["libnothing.so.1", "libnothing.so"] },
      install: { Debian: "apt install libnothing1", Fedora: "dnf install no" },
    };
    assert.throws(() => ffi.library(source), {
      name: "ZmqError",
      code: "ENOTSUP",
      message:
        /^Cannot load the library OpenNothing: expected "libnothing\.so\.1" or "libnothing\.so" \(Debian: apt install libnothing1; Fedora: dnf install no\), got ".*No such file.*"$/,
    });
  });

  it("says so where a library is for other systems", async () => {
    const ffi = await loadFfi();
    const source = { name: "X", files: { win32: ["x.dll"] }, install: {} };
    assert.throws(() => ffi.library(source), {
      message: /expected another operating system, got "There is none for/,
    });
  });

  it("takes the first file that is there", async () => {
    const ffi = await loadFfi();
    const files = { linux: ["libnothing.so.1", ...LIBC.files.linux!] };
    const library = ffi.library({ ...LIBC, files });
    assert.equal(library.file, "libc.so.6");
  });
});

describe("Library.function()", { skip }, () => {
  it("names a function that the library does not have", async () => {
    const ffi = await loadFfi();
    assert.throws(
      () => ffi.library(LIBC).function("no_such_call", "void", []),
      {
        code: "ENOTSUP",
        message: /^Cannot use libc\.so\.6: expected a function "no_such_call"/,
      },
    );
  });

  it("passes numbers, texts, views and addresses", async () => {
    const ffi = await loadFfi();
    const libc = ffi.library(LIBC);
    const length = libc.function("strlen", "size", ["text"]);
    assert.equal(length("ångström"), 10);
    const absolute = libc.function("llabs", "i64", ["i64"]);
    assert.equal(absolute(-5n), 5);
    assert.equal(absolute(-(2n ** 60n)), 2n ** 60n);
    const copy = libc.function("memcpy", "pointer", [
      "pointer",
      "pointer",
      "size",
    ]);
    const octets = new Uint8Array(4);
    const from = new Uint8Array([1, 2, 3, 4, 5]).subarray(1);
    assert.equal(copy(octets, from, 4), ffi.address(octets));
    assert.deepEqual(octets, new Uint8Array([2, 3, 4, 5]));
  });

  it("gives null for NULL, as an address and as a text", async () => {
    const libc = (await loadFfi()).library(LIBC);
    const name = "ISOMQ_NOT_SET";
    assert.equal(libc.function("getenv", "pointer", ["text"])(name), null);
    assert.equal(libc.function("getenv", "text", ["text"])(name), null);
  });

  it("leaves the error number of its call", async () => {
    const ffi = await loadFfi();
    const close = ffi.library(LIBC).function("close", "i32", ["i32"]);
    assert.equal(close(-1), -1);
    assert.equal(ffi.system.errorName(ffi.errno()), "EBADF");
  });
});

describe("NativeFunction.async()", { skip }, () => {
  it("gives the result and the error number of its thread", async () => {
    const ffi = await loadFfi();
    const close = ffi.library(LIBC).function("close", "i32", ["i32"]);
    const { value, errno } = await held(close.async(-1));
    assert.equal(value, -1);
    assert.equal(ffi.system.errorName(errno), "EBADF");
  });

  it("fills the views that it is given", async () => {
    const libc = (await loadFfi()).library(LIBC);
    const octets = new Uint8Array(3);
    const set = libc.function("memset", "pointer", ["pointer", "i32", "size"]);
    await held(set.async(octets, 7, 3));
    assert.deepEqual(octets, new Uint8Array([7, 7, 7]));
  });

  it("works in no view, which may be gone before it ends", async () => {
    const ffi = await loadFfi();
    const copy = ffi.library(LIBC)
      .function("memcpy", "pointer", ["pointer", "pointer", "size"]);
    const to = new Uint8Array(4);
    const { value } = await held(
      copy.async(to, Uint8Array.of(1, 2, 3, 4), 4),
    );
    assert.notEqual(value, ffi.address(to));
    assert.deepEqual(to, Uint8Array.of(1, 2, 3, 4));
    // An empty one has an address, too.
    const empty = new Uint8Array(0);
    assert.notEqual((await held(copy.async(empty, empty, 0))).value, null);
  });

  it("lets the main thread go on, and several calls run at once", async () => {
    const ffi = await loadFfi();
    const [reads, writes] = ffi.system.pipe();
    // Each of them waits for the same octet, which is written here.
    const poll = ffi.library(LIBC)
      .function("poll", "i32", ["pointer", "ulong", "i32"]);
    const fds = new Int32Array([reads, 1]);
    const calls = Array.from(
      { length: 4 },
      () => poll.async(fds.slice(), 1, PATIENCE),
    );
    ffi.system.write(writes, new Uint8Array(1));
    for (const { value } of await held(Promise.all(calls))) {
      assert.equal(value, 1);
    }
    ffi.system.close(reads);
    ffi.system.close(writes);
  });

  it("has more calls than threads wait for their turn", async () => {
    const usleep = (await loadFfi()).library(LIBC)
      .function("usleep", "i32", ["u32"]);
    const calls = Array.from({ length: 40 }, () => usleep.async(1000));
    for (const { value } of await held(Promise.all(calls))) {
      assert.equal(value, 0);
    }
  });

  it("rejects when the arguments are wrong", async () => {
    const usleep = (await loadFfi()).library(LIBC)
      .function("usleep", "i32", ["u32"]);
    await assert.rejects(
      held(usleep.async("soon" as unknown as number)),
      /string/i,
    );
  });
});

describe("NativeFunction.after()", { skip }, () => {
  it("calls on the thread that gave the outcome, after what it is at", async () => {
    const libc = (await loadFfi()).library(LIBC);
    const gettid = libc.function("gettid", "i32", []);
    const usleep = libc.function("usleep", "i32", ["u32"]);
    const outcomes = await held(Promise.all(
      Array.from({ length: 6 }, () => gettid.async()),
    ));
    const busy = Array.from({ length: 20 }, () => usleep.async(1000));
    const again = await held(Promise.all(
      outcomes.map((outcome) => gettid.after(outcome)),
    ));
    assert.deepEqual(
      again.map(({ value }) => value),
      outcomes.map(({ value }) => value),
    );
    assert.ok(new Set(outcomes.map(({ value }) => value)).size > 1);
    await held(Promise.all(busy));
  });
});
