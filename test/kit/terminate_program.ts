// A program that terminates workers in the middle of what native code does for
// them, one after the other: terminate.ts watches whether it survives.
import { pbkdf2 } from "node:crypto";
import { once } from "node:events";
import process from "node:process";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { LIBC, loadFfi } from "../../ext/ffi/mod.ts";
import { Publisher, Pull, Subscriber } from "../../mod.ts";

/** How many workers. */
const COUNT = 4;
/** Milliseconds before one is terminated, in which it does something. */
const BUSY = 150;

const [way = "", endpoint = ""] = process.argv.slice(2);

async function multicast(fast: object): Promise<void> {
  const sub = new Subscriber(fast);
  sub.subscribe("");
  await sub.bind(endpoint);
  const pub = new Publisher(fast);
  await pub.bind(endpoint);
  setInterval(() => pub.trySend("x".repeat(500)), 2);
  void (async () => {
    for await (const _ of sub);
  })();
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  async watch() {
    const ffi = await loadFfi();
    const [reads] = ffi.system.pipe();
    ffi.watch(reads, { readable: true }, () => {});
  },
  async unheld() {
    const ffi = await loadFfi();
    const [reads] = ffi.system.pipe();
    ffi.watch(reads, { readable: true }, () => {}).hold(false);
    setInterval(() => {}, 1000);
  },
  async crowded() {
    const ffi = await loadFfi();
    const [reads] = ffi.system.pipe();
    // Longer than the worker lives, on each thread of the runtime's pool.
    for (let i = 0; i < 8; i++) {
      pbkdf2("password", "salt", 200_000, 64, "sha512", () => {});
    }
    ffi.watch(reads, { readable: true }, () => {});
  },
  async call() {
    const ffi = await loadFfi();
    const [reads] = ffi.system.pipe();
    const poll = ffi.library(LIBC)
      .function("poll", "i32", ["pointer", "ulong", "i32"]);
    // It writes to the memory when it returns.
    for (let i = 0; i < 4; i++) {
      void poll.async(new Int32Array([reads, 1]), 1, 2 * BUSY + 20 * i);
    }
    setInterval(() => {}, 1000);
  },
  async sockets() {
    await new Pull({ receiveBufferSize: 50_000 }).bind("tcp://127.0.0.1:*");
  },
  epgm: () => multicast({ rate: 40_000 }),
  norm: () => multicast({ normMode: "fixed", rate: 40_000 }),
};

if (isMainThread) {
  for (let i = 0; i < COUNT; i++) {
    const worker = new Worker(new URL(import.meta.url), {
      argv: [way, endpoint],
    });
    await once(worker, "message");
    let isOver = false;
    worker.once("exit", () => isOver = true);
    await new Promise((resolve) => setTimeout(resolve, BUSY));
    console.log(`${isOver ? "had ended" : "terminated"} ${i + 1}`);
    await worker.terminate();
  }
  // What has lost its memory may be told of something yet.
  await new Promise((resolve) => setTimeout(resolve, 4 * BUSY));
  console.log("done");
} else {
  await ways[way]!();
  parentPort!.postMessage("ready");
}
