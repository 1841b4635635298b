// A program that uses native code in one of several ways and then has nothing
// more to do: ffi_exit_test.ts watches whether its process ends.
import { once } from "node:events";
import process from "node:process";
import { Worker, workerData } from "node:worker_threads";
import { LIBC, listen, loadFfi } from "../../../ext/ffi/mod.ts";
import { Pull, Push } from "../../../mod.ts";

const ffi = await loadFfi();
const { system } = ffi;
const [reads, writes] = system.pipe();
const read = (): void => void system.read(reads, new Uint8Array(8));

/** Waits in the system, off the main thread; for ever, unless it says so. */
function block(milliseconds = -1): void {
  const poll = ffi.library(LIBC)
    .function("poll", "i32", ["pointer", "ulong", "i32"]);
  void poll.async(new Int32Array([reads, 1]), 1, milliseconds);
}

/** As long as a thread may take to begin a call. */
function begun(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

const ways: Readonly<Record<string, () => Promise<void> | void>> = {
  async blocked() {
    for (let i = 0; i < 3; i++) block();
    await begun();
  },
  async exit() {
    block();
    await begun();
    console.log("done");
    process.exit(7);
  },
  async code() {
    block();
    await begun();
    process.exitCode = 5;
  },
  async listeners() {
    process.on("exit", () => console.log("before"));
    block();
    process.on("exit", (code) => console.log(`after ${code}`));
    process.on("exit", () => process.exitCode = 9);
    await begun();
    console.log("done");
    process.exit(3);
  },
  async again() {
    block();
    process.on("exit", () => process.exit(4));
    await begun();
  },
  async thrown() {
    block();
    process.on("exit", () => {
      throw new Error("The end is not well");
    });
    process.on("exit", () => console.log("not told"));
    await begun();
  },
  async closed() {
    const watch = ffi.watch(reads, { readable: true }, read);
    await begun();
    await watch.close();
  },
  async unheld() {
    const watch = ffi.watch(reads, { readable: true }, read);
    await begun();
    watch.hold(false);
  },
  pending() {
    for (let i = 0; i < 10; i++) {
      const [end, other] = system.pipe();
      system.write(other, new Uint8Array(1));
      ffi.watch(end, { readable: true }, () => {}).hold(false);
    }
  },
  async idle() {
    ffi.watch(reads, {}, read);
    ffi.watch(writes, { writable: true }, () => {}).want({});
    await begun();
  },
  async listener() {
    const fd = system.socket(2, 1);
    system.listen(fd, 1);
    const listener = listen(ffi, fd, "test://x", {
      accepted: (one) => system.close(one),
      failed: () => {},
    });
    await begun();
    await listener.close();
  },
  async sockets() {
    const pull = new Pull({ receiveBufferSize: 50_000 });
    const push = new Push({ sendBufferSize: 50_000 });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("here");
    await pull.receive();
    await Promise.all([push.close(), pull.close()]);
  },
  async unref() {
    const pull = new Pull({ receiveBufferSize: 50_000 }).unref();
    const push = new Push({ sendBufferSize: 50_000 }).unref();
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    const timer = setTimeout(() => {}, 60_000);
    await push.send("here");
    await pull.receive();
    clearTimeout(timer);
  },
  open() {
    ffi.watch(reads, { readable: true }, read);
  },
  async held() {
    ffi.watch(reads, { readable: true }, read);
    await begun();
    console.log("done");
    process.exit(6);
  },
  async brief() {
    block(1000);
    await begun();
  },
  async worker() {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: "brief",
    });
    await once(worker, "exit");
    process.exitCode = 8;
  },
};

await ways[(workerData as string | null) ?? process.argv[2]!]!();
console.log("done");
