// The outgoing queue: messages encoded into batches.
import type { Bench } from "tinybench";
import { Outbox } from "../../src/routing/outbox.ts";

const MESSAGES = 1000;

/** Adds the encoding of 1000 messages, copied and by reference. */
export function addOutbox(bench: Bench): void {
  for (const size of [10, 1000, 10_000]) {
    const message = [new Uint8Array(size)];
    const outbox = new Outbox();
    bench.add(`encode ${MESSAGES} messages of ${size} B`, () => {
      for (let i = 0; i < MESSAGES; i++) outbox.push(message);
      let taken = 0;
      for (let batch = outbox.take(); batch; batch = outbox.take()) {
        taken += batch.messages;
      }
      if (taken !== MESSAGES) throw new Error(`Expected all, got ${taken}`);
    });
  }
}
