// Endpoints of PGM that cannot be opened: what was begun is given back, and
// each failure has its own reason.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  context,
  type NativeHost,
  Publisher,
  type Runtime,
  Subscriber,
} from "../../../mod.ts";
import { epgm } from "../../../ext/pgm/mod.ts";
import type {
  Koffi,
  KoffiFunction,
  KoffiPoll,
} from "../../../ext/ffi/koffi.ts";
import type { ThreadCall } from "../../../ext/ffi/threads.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";

/** A context whose native code is not quite the runtime's. */
async function contextWith(
  koffi: Partial<Koffi>,
  native: Partial<NativeHost>,
): Promise<Context> {
  const { runtime: own } = context;
  const host = await own.native!();
  const runtime: Runtime = {
    name: own.name,
    transports: [],
    clock: own.clock,
    options: new Set<string>(),
    native: () =>
      Promise.resolve({
        platform: host.platform,
        hasPolling: host.hasPolling,
        joinsThreads: host.joinsThreads,
        adopt: (adoption) => host.adopt(adoption),
        startThread: (...of) => host.startThread(...of),
        onExit: (callback) => host.onExit(callback),
        ...native,
      }),
    loadAddon: () => ({ ...own.loadAddon!("koffi") as Koffi, ...koffi }),
  };
  return new Context({ runtime, transports: [epgm({ runtime })] });
}

/** What a socket has of the system. */
class Ledger {
  memory = 0;
  watches = 0;
  sockets = 0;
  readonly koffi: Partial<Koffi>;

  /** @param watches how many there can be. */
  constructor(watches: number) {
    const koffi = context.runtime.loadAddon!("koffi") as Koffi;
    const poll = (): KoffiPoll => {
      if (this.watches === watches) {
        throw Object.assign(new Error("No more"), { code: "EMFILE" });
      }
      this.watches++;
      const nothing = (): void => {};
      const close = (): void => void this.watches--;
      return {
        start: nothing,
        stop: nothing,
        ref: nothing,
        unref: nothing,
        close,
      };
    };
    this.koffi = {
      node: { poll },
      alloc: (type, length) => {
        this.memory++;
        return koffi.alloc(type, length);
      },
      free: (pointer) => {
        this.memory--;
        koffi.free(pointer);
      },
      load: (file) => {
        const library = koffi.load(file);
        return {
          func: (name, result, parameters) =>
            this.#counted(name, library.func(name, result, parameters)),
        };
      },
    };
  }

  #counted(name: string, call: KoffiFunction): KoffiFunction {
    const step = name === "pgm_socket" ? 1 : name === "pgm_close" ? -1 : 0;
    const counted = (...values: unknown[]): unknown => {
      this.sockets += step;
      return call(...values);
    };
    return Object.assign(counted, { async: call.async });
  }
}

describe(
  "epgm without descriptors to wait for",
  { skip: skipWithoutPgm },
  () => {
    for (const [Type, most] of [[Publisher, 3], [Subscriber, 2]] as const) {
      for (let watches = 0; watches < most; watches++) {
        it(`gives all back of a ${Type.name} that has got ${watches} of ${most}`, async () => {
          const ledger = new Ledger(watches);
          const socket = new Type({
            context: await contextWith(ledger.koffi, { hasPolling: true }),
          });
          await assert.rejects(socket.bind(groupEndpoint()), {
            code: "EMFILE",
          });
          const { memory, sockets } = ledger;
          assert.deepEqual(
            { memory, watches: ledger.watches, sockets },
            { memory: 0, watches: 0, sockets: 0 },
          );
          await socket.close();
        });
      }
    }
  },
);

describe("epgm with names of networks", { skip: skipWithoutPgm }, () => {
  it("has the reason of each look-up that failed, of several at a time", async () => {
    const koffi = context.runtime.loadAddon!("koffi") as Koffi;
    // All threads are through before the first one is heard of.
    const answers: (() => void)[] = [];
    const startThread: NativeHost["startThread"] = (_, __, received) => ({
      post: (message) => {
        const { call, values } = message as {
          call: ThreadCall;
          values: unknown[];
        };
        const { file, name, result, parameters } = call;
        const value = koffi.load(file)
          .func(name, result, [...parameters])(...values);
        answers.push(() => received({ value, errno: 0 }));
        if (answers.length === 2) {
          setTimeout(() => answers.forEach((answer) => answer()));
        }
      },
      hold: () => {},
      stop: () => {},
    });
    const own = await contextWith({}, { startThread });
    const pubs = [1, 2].map(() => new Publisher({ context: own }));
    const outcomes = await Promise.allSettled(
      pubs.map((pub) => pub.bind("epgm://no_such_name;239.192.1.1:5555")),
    );
    for (const outcome of outcomes) {
      assert.equal(outcome.status, "rejected");
      const { message } = outcome.reason as Error;
      assert.match(message, /Cannot find the network of .*: \S/);
      assert.doesNotMatch(message, /no reason is given/);
    }
    await Promise.all(pubs.map((pub) => pub.close()));
  });
});
