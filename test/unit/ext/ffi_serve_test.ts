// Listening by native code where nothing can be waited for, for want of
// descriptors: the socket is given back, and its address free again.
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import type { Koffi } from "../../../ext/ffi/koffi.ts";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { nativeSockets } from "../../../ext/ffi/sockets.ts";
import { context, type NativeHost, type Runtime } from "../../../mod.ts";
import type {
  NativePlace,
  NativeServe,
  NativeSockets,
} from "../../../src/transport/native_sockets.ts";
import type { StreamOptions } from "../../../src/transport/transport.ts";
import { skipWithoutKoffi, socketDescriptors } from "../../kit/native.ts";

/** Sockets of a runtime with an event loop that waits for nothing more. */
async function exhausted(): Promise<NativeSockets> {
  const { runtime: own } = context;
  const host = await own.native!();
  const native: NativeHost = {
    platform: host.platform,
    hasPolling: true,
    joinsThreads: host.joinsThreads,
    adopt: (adoption) => host.adopt(adoption),
    startThread: (...of) => host.startThread(...of),
    onExit: (callback) => host.onExit(callback),
  };
  const poll = (): never => {
    throw Object.assign(new Error("No more"), { code: "EMFILE" });
  };
  const runtime: Runtime = {
    name: own.name,
    transports: [],
    clock: own.clock,
    options: new Set<string>(),
    native: () => Promise.resolve(native),
    loadAddon: () => ({
      ...own.loadAddon!("koffi") as Koffi,
      node: { poll },
    }),
  };
  return await nativeSockets(runtime);
}

function serving(stream: StreamOptions = {}): NativeServe {
  return { backlog: 1, stream, accept: () => {}, failed: () => {} };
}

describe("listening without descriptors", { skip: skipWithoutKoffi }, () => {
  const places: readonly NativePlace[] = [
    { host: "127.0.0.1", port: 0 },
    { path: `\0isomq-serve-${process.pid}` },
  ];
  for (const place of places) {
    const what = "path" in place ? "an abstract name" : "a port";
    it(`gives back the socket of ${what}`, async () => {
      const sockets = await exhausted();
      const before = socketDescriptors();
      for (let i = 0; i < 3; i++) {
        await assert.rejects(sockets.serve(place, serving()), {
          code: "EMFILE",
        });
      }
      assert.deepEqual(socketDescriptors(), before);
      const own = await nativeSockets(context.runtime);
      const server = await own.serve(place, serving());
      await server.close();
    });
  }

  it("leaves the socket that the user has made open", async () => {
    const { system } = await loadFfi();
    const fd = system.socket(2, 1);
    system.listen(fd, 1);
    const sockets = await exhausted();
    const place = { host: "127.0.0.1", port: 0 };
    await assert.rejects(sockets.serve(place, serving({ useFd: fd })), {
      code: "EMFILE",
    });
    const own = await nativeSockets(context.runtime);
    const server = await own.serve(place, serving({ useFd: fd }));
    await server.close();
  });
});
