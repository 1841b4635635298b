// Sockets that are closed while their peers have no room, with sockets that
// every system has, and a clock that the test moves.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Ffi, LIBC, loadFfi } from "../../../ext/ffi/mod.ts";
import { Stragglers } from "../../../ext/tipc/stragglers.ts";
import { context, type NativeHost, type Runtime } from "../../../mod.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { until } from "../../kit/wait.ts";

const [AF_UNIX, SOCK_STREAM] = [1, 1];
const { runtime } = context;

/** Native code whose threads can be had or not. */
async function nativeCode(
  mayStart: () => boolean,
): Promise<{ ffi: Ffi; started: () => number }> {
  const host = await runtime.native!();
  let started = 0;
  const startThread: NativeHost["startThread"] = (...of) => {
    started++;
    if (!mayStart()) throw new Error("No thread");
    return host.startThread(...of);
  };
  const own: Runtime = {
    name: runtime.name,
    transports: [],
    clock: runtime.clock,
    options: new Set<string>(),
    loadAddon: (name) => runtime.loadAddon!(name),
    native: () =>
      Promise.resolve({
        platform: host.platform,
        // Elsewhere the wait would need a thread as well.
        hasPolling: host.hasPolling,
        joinsThreads: host.joinsThreads,
        adopt: (adoption) => host.adopt(adoption),
        startThread,
        onExit: (callback) => host.onExit(callback),
      }),
  };
  return { ffi: await loadFfi(own), started: () => started };
}

/** Sockets that are full, and the other ends. */
function fullPairs(ffi: Ffi, count: number): [near: number, far: number][] {
  const { system } = ffi;
  const pair = ffi.library(LIBC)
    .function("socketpair", "i32", ["i32", "i32", "i32", "pointer"]);
  return Array.from({ length: count }, () => {
    const fds = new Int32Array(2);
    assert.equal(pair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    const [near, far] = [fds[0]!, fds[1]!];
    system.unblock(near);
    system.unblock(far);
    while (system.send(near, new Uint8Array(100_000)) !== undefined);
    return [near, far];
  });
}

/** Reads what is there; true when the end is. */
function drain({ system }: Ffi, fd: number): boolean {
  const buffer = new Uint8Array(1_000_000);
  for (;;) {
    const length = system.read(fd, buffer);
    if (length === undefined) return false;
    if (length === 0) return true;
  }
}

/** True when the other end is shut down; reads nothing. */
function hasEnded(stragglers: Stragglers, fd: number): boolean {
  return (stragglers.poll(fd, 0) & 16) !== 0;
}

describe("sockets closed while the peer has no room", {
  skip: skipWithoutKoffi,
}, () => {
  it("are closed when it reads, without any thread", async () => {
    const clock = new FakeClock();
    const { ffi } = await nativeCode(() => true);
    const stragglers = new Stragglers(ffi, clock);
    const pairs = fullPairs(ffi, 20);
    pairs.forEach(([near]) => stragglers.add(near));
    assert.equal(clock.timers, 20);
    await clock.settle();
    for (const [, far] of pairs) assert.ok(!hasEnded(stragglers, far));
    for (const [, far] of pairs) {
      await until(() => drain(ffi, far), "the end");
      ffi.system.close(far);
    }
    assert.equal(clock.timers, 0);
  });

  it("are shut down on a thread when it does not read for 8 s, in turns", async () => {
    const clock = new FakeClock();
    const { ffi } = await nativeCode(() => true);
    const stragglers = new Stragglers(ffi, clock);
    const pairs = fullPairs(ffi, 5);
    pairs.forEach(([near]) => stragglers.add(near));
    await clock.advance(7999);
    for (const [, far] of pairs) assert.ok(!hasEnded(stragglers, far));
    await clock.advance(1);
    for (const [, far] of pairs) {
      await until(() => hasEnded(stragglers, far), "the end");
      assert.ok(drain(ffi, far));
      ffi.system.close(far);
    }
    assert.equal(clock.timers, 0);
  });

  it("wait on when there is no thread", async () => {
    const clock = new FakeClock();
    let mayStart = false;
    const { ffi, started } = await nativeCode(() => mayStart);
    const stragglers = new Stragglers(ffi, clock);
    const [[near, far]] = fullPairs(ffi, 1) as [[number, number]];
    stragglers.add(near);
    await clock.advance(8000);
    await until(() => started() > 0 && clock.timers > 0, "the failure");
    assert.ok(!hasEnded(stragglers, far));
    mayStart = true;
    await clock.advance(8000);
    await until(() => hasEnded(stragglers, far), "the end");
    ffi.system.close(far);
  });
});
