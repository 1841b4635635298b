// A program that has no descriptor left for tipc, and then has some again: it
// prints what bind() and connect() say, and what arrives in the end. A process
// of its own: runners of tests want descriptors as well.
import { closeSync, openSync } from "node:fs";
import { LIBC, loadFfi } from "../../ext/ffi/mod.ts";
import { Pull, Push, ZmqError } from "../../mod.ts";

const RLIMIT_NOFILE = 7;
const LIMIT = 100n;

const pull = new Pull();
const endpoint = await pull.bind("tipc://<*>");
const first = new Push();
first.connect(endpoint);
await first.send("x");
await pull.receive();

const libc = (await loadFfi()).library(LIBC);
const setrlimit = libc.function("setrlimit", "i32", ["i32", "pointer"]);
setrlimit(RLIMIT_NOFILE, BigUint64Array.of(LIMIT, LIMIT));
const files: number[] = [];
try {
  for (;;) files.push(openSync("/dev/null", "r"));
} catch {
  // That was the last one.
}
const codes: unknown[] = [];
const other = new Pull();
await other.bind("tipc://<*>").catch((error: unknown) => {
  codes.push(error instanceof ZmqError && error.code);
});
const second = new Push({ reconnectInterval: 20 });
const told = second.events.once("connect:retry");
second.connect(endpoint);
codes.push((await told).error?.code);
files.forEach((fd) => closeSync(fd));
await other.bind("tipc://<*>");
await second.send("y");
const [body] = await pull.receive();
console.log([...codes, new TextDecoder().decode(body)].join(" "));
await Promise.all([first, second, pull, other].map((each) => each.close()));
