// Waiting with poll(2), when the system or its threads will not.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Koffi, KoffiLibrary } from "../../../ext/ffi/koffi.ts";
import {
  type Ffi,
  LIBC,
  type Library,
  loadFfi,
  type System,
} from "../../../ext/ffi/mod.ts";
import { PollLoop } from "../../../ext/ffi/poll_loop.ts";
import { context, type Readiness } from "../../../mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { turns } from "../../kit/runtime.ts";
import { until } from "../../kit/wait.ts";

type Done = (error: unknown, result: number) => void;

/** What is wrong with the threads at the moment. */
type Trouble = "none" | "no thread" | "a signal" | "an error";

const ENOMEM = 12;
const POLLIN = 1;

/** A `struct pollfd` that waits until the descriptor can be read. */
function pollfd(fd: number): Uint8Array {
  const octets = new Uint8Array(8);
  const view = new DataView(octets.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  return octets;
}

describe("PollLoop", { skip: skipWithoutKoffi }, () => {
  let ffi: Ffi;
  let reads: number;
  let writes: number;
  /** What the last loop has called poll(2) with. */
  let given: unknown[][];

  before(async () => {
    ffi = await loadFfi();
    [reads, writes] = ffi.system.pipe();
  });
  after(() => {
    ffi.system.close(reads);
    ffi.system.close(writes);
  });

  /** A loop whose calls come to what the trouble says. */
  function loopIn(trouble: () => Trouble, inWorker = false): PollLoop {
    given = [];
    const koffi = context.runtime.loadAddon!("koffi") as Koffi;
    const real = koffi.load(ffi.system.library.file)
      .func("poll", "int", ["void *", "unsigned long", "int"]);
    const pooled = (...values: unknown[]): void => {
      given.push(values.slice(0, 3));
      const done = values.at(-1) as Done;
      switch (trouble()) {
        case "none":
          return real.async(...values);
        case "no thread":
          return done(new Error("No thread"), 0);
      }
      setTimeout(() => done(null, -1));
    };
    const library = {
      func: () => Object.assign(() => 0, { async: pooled }),
    } as unknown as KoffiLibrary;
    const now = (...values: unknown[]): unknown =>
      trouble() === "an error" ? -1 : real(...values);
    const unheld = (...values: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        pooled(...values, (error: unknown, value: number) => {
          if (error) reject(error);
          else resolve({ value, errno: 0 });
        });
      });
    const { system } = ffi;
    const own = {
      file: system.library.file,
      function: () =>
        Object.assign(now, {
          when: (_: object, ...values: unknown[]) => unheld(...values),
        }),
    } as unknown as Library;
    return new PollLoop(
      {
        ...koffi,
        load: () => library,
        errno: () => trouble() === "an error" ? ENOMEM : koffi.errno(),
      },
      {
        pipe: () => system.pipe(),
        read: (fd: number, into: Uint8Array) => system.read(fd, into),
        write: (fd: number, octets: Uint8Array) => system.write(fd, octets),
        close: (fd: number) => system.close(fd),
        errorName: (errno: number) => system.errorName(errno),
      } as unknown as System,
      own,
      { joinsThreads: false, inWorker, onExit: () => {} },
    );
  }

  for (
    const [trouble, expected] of [
      ["no thread", /No thread/],
      ["an error", /poll\(\) failed: ENOMEM/],
    ] as const
  ) {
    for (const held of [true, false]) {
      it(`tells who waits of ${trouble}, and waits again when it is asked to${held ? "" : ", without holding the process"}`, async () => {
        let current: Trouble = trouble;
        const told: unknown[] = [];
        const loop = loopIn(() => current);
        const watch = loop.watch(reads, { readable: true }, (events, error) => {
          told.push(error ?? events);
          ffi.system.read(reads, new Uint8Array(8));
        });
        watch.hold(held);
        await until(() => told.length === 1, "the failure is told");
        assert.match(String(told[0]), expected);
        await turns(5);
        assert.equal(told.length, 1);
        current = "none";
        watch.want({ readable: true });
        ffi.system.write(writes, new Uint8Array(1));
        await until(() => told.length === 2, "the octet is told");
        assert.deepEqual(told[1] as Readiness, {
          readable: true,
          writable: false,
        });
        await watch.close();
      });
    }
  }

  for (const held of [true, false]) {
    it(`waits in a worker for a while at a time, in memory that outlives it${held ? "" : ", without holding the process"}`, async () => {
      const loop = loopIn(() => "none", true);
      let told = 0;
      const watch = loop.watch(reads, { readable: true }, () => {
        told++;
        ffi.system.read(reads, new Uint8Array(8));
      });
      watch.hold(held);
      // The first ones may be before it is held, or not.
      await until(() => given.length >= 3, "it waits again", 5000);
      for (const [memory, , timeout] of given) {
        assert.equal(typeof memory, "bigint");
        assert.ok(Number(timeout) > 0 && Number(timeout) <= 500);
      }
      assert.equal(told, 0);
      ffi.system.write(writes, new Uint8Array(1));
      await until(() => told === 1, "the octet is told");
      await watch.close();
    });
  }

  it("has a thread of its own, however many calls wait for theirs", async () => {
    const poll = ffi.library(LIBC)
      .function("poll", "i32", ["pointer", "ulong", "i32"]);
    // They wait until something is written, or for far too long.
    const [gate, opens] = ffi.system.pipe();
    let over = 0;
    // More than there are threads.
    const calls = Array.from({ length: 20 }, async () => {
      await poll.async(pollfd(gate), 1, 60_000);
      over++;
    });
    const told: number[] = [];
    // Neither the calls nor the watch hold the process.
    const timer = setTimeout(() => {}, 60_000);
    const watch = ffi.watch(reads, { readable: true }, () => {
      told.push(over);
      ffi.system.read(reads, new Uint8Array(8));
    });
    watch.hold(false);
    try {
      ffi.system.write(writes, new Uint8Array(1));
      await until(() => told.length > 0, "the octet is told");
      assert.deepEqual(told, [0]);
    } finally {
      ffi.system.write(opens, new Uint8Array(1));
      await watch.close();
      await Promise.all(calls);
      clearTimeout(timer);
      for (const fd of [gate, opens]) ffi.system.close(fd);
    }
  });

  it("goes on after a signal", async () => {
    let current: Trouble = "a signal";
    let calls = 0;
    const told: unknown[] = [];
    const loop = loopIn(() => {
      calls++;
      return current;
    });
    const watch = loop.watch(reads, { readable: true }, (events, error) => {
      told.push(error ?? events);
      ffi.system.read(reads, new Uint8Array(8));
    });
    await until(() => calls > 10, "it has asked again");
    assert.deepEqual(told, []);
    ffi.system.write(writes, new Uint8Array(1));
    await until(() => told.length === 1, "the octet is told");
    current = "none";
    assert.deepEqual(told, [{ readable: true, writable: false }]);
    await watch.close();
  });
});
