// A program with one bound socket for datagrams, which holds the process or
// does not.
import process from "node:process";
import { detectRuntime } from "../../adapters/auto.ts";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";

const [transport] = detectRuntime().datagrams!;
const { signal } = new AbortController();
const ignore = (): void => {};
void transport!.open(
  parseEndpoint("udp://127.0.0.1:*"),
  { role: "bind", signal },
  { received: ignore, sent: ignore, closed: ignore },
).then((socket) => {
  if (process.argv[2] === "release") socket.hold!(false);
  console.log("ready");
});
