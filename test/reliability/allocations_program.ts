// Measures what the hot functions allocate: prints octets an operation, by
// name. Runs with a young generation so large that nothing is collected while
// it counts; counts are the same on a busy machine, times are not.
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Context, Publisher, Pull, Push, Subscriber } from "../../mod.ts";
import { concat, fromKey } from "../../src/base/bytes.ts";
import { Ring } from "../../src/base/ring.ts";
import { Outbox } from "../../src/routing/outbox.ts";
import { TopicTree } from "../../src/routing/topic_tree.ts";
import { WebSocketEncoder } from "../../src/session/websocket_encoder.ts";
import { FrameDecoder } from "../../src/wire/frame_decoder.ts";
import { WebSocketDecoder } from "../../src/wire/websocket_decoder.ts";

const WARM_UP = 50;
const ROUNDS = 25;
const COUNT = 2000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Runs something several times: how much one of `count` allocates, at best. */
async function measure(
  name: string,
  run: () => void | Promise<void>,
  count: number = COUNT,
): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await run();
  let least = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    // What was put off until the end of the turn is not counted.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const before = process.memoryUsage().heapUsed;
    await run();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  process.stdout.write(`${JSON.stringify({ name, octets: least / count })}\n`);
}

const BODY = new Uint8Array(100);

/** Octets of `count` frames as they come from the wire. */
function wire(count: number): Uint8Array {
  const outbox = new Outbox();
  for (let i = 0; i < count; i++) outbox.push([BODY]);
  const octets = new Uint8Array(outbox.octets);
  let at = 0;
  for (let batch = outbox.take(); batch; batch = outbox.take()) {
    for (const part of batch.parts) {
      octets.set(part, at);
      at += part.length;
    }
  }
  return octets;
}

async function parts(): Promise<void> {
  const ring = new Ring<Uint8Array>();
  await measure("ring", () => {
    for (let i = 0; i < COUNT; i++) ring.push(BODY);
    for (let i = 0; i < COUNT; i++) ring.shift();
  });

  const message = [BODY];
  const outbox = new Outbox();
  await measure("outbox", () => {
    for (let i = 0; i < COUNT; i++) outbox.push(message);
    for (let batch = outbox.take(); batch; batch = outbox.take());
  });

  const chunk = wire(COUNT);
  const sink = { frame: () => true };
  const decoder = new FrameDecoder(sink, { message: -1, command: -1 });
  await measure("decoder", () => decoder.push(chunk));

  const encoder = new WebSocketEncoder(true);
  await measure("websocket encoder", () => {
    encoder.encode([chunk], 0);
  });

  const messages = concat(new WebSocketEncoder(true).encode([chunk], 0));
  const webSocketDecoder = new WebSocketDecoder(
    { ...sink, pinged: () => {}, goodbye: () => {} },
    { message: -1, command: -1 },
    { masked: true, commands: true },
  );
  await measure("websocket decoder", () => webSocketDecoder.push(messages));

  const tree = new TopicTree();
  for (let i = 0; i < 1000; i++) tree.set(fromKey(`sensors/${i}/`), i);
  const frames = Array.from(
    { length: COUNT },
    (_, i) => fromKey(`sensors/${i % 1000}/temperature`),
  );
  let found = 0;
  const count = () => void found++;
  await measure("topic match", () => {
    for (const frame of frames) tree.match(frame, count);
  });
  if (found < COUNT) throw new Error("Nothing matched");
}

/** A sender, and something that receives all that it sends. */
async function pipeline(endpoint: string): Promise<void> {
  const context = new Context();
  const push = new Push({ context, sendHighWaterMark: 2 * COUNT });
  const pull = new Pull({ context, receiveHighWaterMark: 2 * COUNT });
  push.connect(await pull.bind(endpoint));
  const scheme = endpoint.slice(0, endpoint.indexOf(":"));
  const iterator = pull[Symbol.asyncIterator]();
  await measure(`${scheme}, await`, async () => {
    for (let i = 0; i < COUNT; i++) await push.send(BODY);
    for (let i = 0; i < COUNT; i++) await iterator.next();
  });
  await measure(`${scheme}, many`, async () => {
    for (let i = 0; i < COUNT; i++) push.trySend(BODY);
    for (let left = COUNT; left > 0;) left -= (await pull.receiveMany()).length;
  });
  await context.shutdown();
}

/** What publishing to eight costs for each that gets it. */
async function fanOut(): Promise<void> {
  const context = new Context();
  const publisher = new Publisher({ context, sendHighWaterMark: 2 * COUNT });
  const endpoint = await publisher.bind("tcp://127.0.0.1:*");
  const subscribers = Array.from({ length: 8 }, () => {
    const receiveHighWaterMark = 2 * COUNT;
    const subscriber = new Subscriber({ context, receiveHighWaterMark });
    subscriber.subscribe("");
    subscriber.connect(endpoint);
    return subscriber;
  });
  // The first message that all get, ends the waiting for subscriptions.
  const first = subscribers.map((each) => each.receive());
  const all = Promise.all(first);
  let isThere = false;
  void all.then(() => isThere = true);
  while (!isThere) {
    publisher.trySend(BODY);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const drain = async (left: number, subscriber: Subscriber) => {
    while (left > 0) left -= (await subscriber.receiveMany()).length;
  };
  for (const each of subscribers) while (each.tryReceive() !== undefined);
  await measure("publishing to 8", async () => {
    for (let i = 0; i < COUNT; i++) publisher.trySend(BODY);
    await Promise.all(subscribers.map((each) => drain(COUNT, each)));
  }, 8 * COUNT);
  await context.shutdown();
}

async function main(): Promise<void> {
  await parts();
  await pipeline("inproc://allocations");
  await pipeline("tcp://127.0.0.1:*");
  await pipeline("ws://127.0.0.1:*");
  await fanOut();
}

void main();
