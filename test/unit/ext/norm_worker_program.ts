// A program whose workers use NORM, close all of it and end: it prints how many
// pipes, of which an instance of libnorm has one, are there after each.
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import { Publisher, Subscriber } from "../../../mod.ts";
import { FAST } from "../../kit/norm.ts";

const COUNT = 4;
const [endpoint = ""] = process.argv.slice(2);

function pipes(): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("pipe:");
    } catch {
      return false;
    }
  }).length;
}

if (isMainThread) {
  const counts: number[] = [];
  for (let i = 0; i < COUNT; i++) {
    const worker = new Worker(new URL(import.meta.url), { argv: [endpoint] });
    const [code] = await once(worker, "exit") as [number];
    if (code !== 0) throw new Error(`A worker ended with ${code}`);
    counts.push(pipes());
  }
  console.log(counts.join(" "));
} else {
  const sub = new Subscriber();
  sub.subscribe("");
  await sub.bind(endpoint);
  const pub = new Publisher(FAST);
  await pub.bind(endpoint);
  await pub.send("x");
  await sub.receive();
  await Promise.all([pub.close(), sub.close()]);
}
