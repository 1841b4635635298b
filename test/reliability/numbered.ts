// A long run of numbered messages through a narrow pipeline, with a consumer
// that is slower than the producer: none is lost, doubled or reordered, and
// memory stays flat.
import assert from "node:assert/strict";
import process from "node:process";
import { Context, Pull, Push } from "../../mod.ts";
import { Places, type Scheme } from "../kit/places.ts";
import { show } from "../kit/show.ts";
import { PATIENCE, pause } from "../kit/wait.ts";

/** Messages that may wait on each side. */
const HIGH_WATER_MARK = 10;

/** Octets of a message: if they piled up, it would be seen. */
const SIZE = 1000;

/** How many messages the consumer takes before it rests. */
const STRETCH = 2000;

/** Octets that the process may grow after the first tenth. */
const GROWTH = 48 * 1024 * 1024;

/** How many rounds there may be until one of them does not grow so much. */
const ROUNDS = 3;

const TIMEOUT = { timeout: 3 * PATIENCE } as const;

/** Sends and receives so many messages; fails at the first wrong one. */
export async function runNumbered(
  count: number,
  scheme: Scheme,
): Promise<void> {
  let growth = GROWTH;
  // What piles up does so each time, a collector's own room grows once.
  for (let i = 0; i < ROUNDS && growth >= GROWTH; i++) {
    growth = await run(count, scheme);
  }
  const mebioctets = (growth / 1024 / 1024).toFixed(1);
  show(`${count} messages over ${scheme}: memory grew ${mebioctets} MiB`);
  assert.ok(growth < GROWTH, `the process grew ${mebioctets} MiB`);
}

/** Does it once; says how much the process grew. */
async function run(count: number, scheme: Scheme): Promise<number> {
  const context = new Context();
  const places = new Places();
  const pull = new Pull({ context, receiveHighWaterMark: HIGH_WATER_MARK });
  const push = new Push({ context, sendHighWaterMark: HIGH_WATER_MARK });
  push.connect(await pull.bind(places.fresh(scheme)));
  try {
    const producing = produce(push, count);
    // A failure of the consumer is the one to report.
    producing.catch(() => {});
    const growth = await consume(pull, push, count);
    await producing;
    assert.equal(pull.tryReceive(), undefined);
    assert.equal(pull.stats.received.messages, count);
    assert.equal(push.stats.sent.messages, count);
    assert.equal(push.stats.dropped + pull.stats.dropped, 0);
    return growth;
  } finally {
    await Promise.all([
      push.close({ linger: 0 }),
      pull.close({ linger: 0 }),
    ]);
    await context.shutdown();
    places.remove();
  }
}

async function produce(push: Push, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const frame = new Uint8Array(SIZE);
    new DataView(frame.buffer).setUint32(0, i);
    await push.send(frame, TIMEOUT);
  }
}

/** Receives; says how much the process grew meanwhile. */
async function consume(pull: Pull, push: Push, count: number): Promise<number> {
  let base = 0;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const [frame] = await pull.receive(TIMEOUT);
    const { buffer, byteOffset, byteLength } = frame!;
    assert.equal(byteLength, SIZE);
    const number = new DataView(buffer, byteOffset).getUint32(0);
    if (number !== i) assert.fail(`got message ${number}, expected ${i}`);
    if (i % STRETCH !== 0) continue;
    await pause(1);
    // Over inproc there is one queue, as long as both together.
    const { outgoing } = push.stats.queued;
    const { incoming } = pull.stats.queued;
    assert.ok(outgoing <= 2 * HIGH_WATER_MARK, `${outgoing} wait to leave`);
    assert.ok(incoming <= 2 * HIGH_WATER_MARK, `${incoming} wait inside`);
    const { rss } = process.memoryUsage();
    if (i < count / 10) base = rss;
    else most = Math.max(most, rss);
  }
  return Math.max(0, most - base);
}
