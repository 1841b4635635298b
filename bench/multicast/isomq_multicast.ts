// Publishes or receives messages of 1000 octets over multicast, for run.ts:
// isomq_multicast send|receive ENDPOINT RATE SECONDS. The receiver prints messages a
// second, and how many of them went missing.
import process from "node:process";
import { Publisher, Subscriber } from "../../mod.ts";

const SIZE = 1000;
const [role, endpoint = "", ...numbers] = process.argv.slice(2);
const [rate = 100, seconds = 1] = numbers.map(Number);
const isNorm = endpoint.startsWith("norm:");
// Over NORM libzmq knows no rate but that of congestion control.
const options = isNorm ? {} : { rate, recoveryInterval: 500 };
const pause = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, time));

async function send(): Promise<void> {
  const pub = new Publisher({ ...options, noDrop: true });
  await pub.bind(endpoint);
  await pause(500);
  const end = performance.now() + seconds * 1000;
  const body = new Uint8Array(SIZE);
  const view = new DataView(body.buffer);
  for (let n = 0; performance.now() < end; n++) {
    view.setUint32(0, n, true);
    await pub.send(body);
  }
  await pause(500);
  await pub.close();
}

async function receive(): Promise<void> {
  const sub = new Subscriber({
    ...options,
    receiveHighWaterMark: 0,
    receiveTimeout: (seconds + 5) * 1000,
  });
  sub.subscribe("");
  await sub.bind(endpoint);
  console.log("ready");
  let [first, time, count, last] = [0, 0, 0, 0];
  try {
    for (;;) {
      for (const [body] of await sub.receiveMany()) {
        last = new DataView(body!.buffer, body!.byteOffset).getUint32(0, true);
        count++;
      }
      const now = performance.now();
      if (first === 0) {
        first = now;
        sub.receiveTimeout = 2000;
      }
      time = now - first;
    }
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EAGAIN") throw error;
  }
  console.log(`${Math.round(count / time * 1000)} ${last + 1 - count}`);
  await sub.close();
}

await (role === "send" ? send() : receive());
