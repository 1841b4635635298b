// The queue of received messages, beside an array's push and shift.
import type { Bench } from "tinybench";
import { Ring } from "../../src/base/ring.ts";

const VALUES = 1000;

/** Adds filling and emptying a queue. */
export function addRing(bench: Bench): void {
  const ring = new Ring<number>();
  bench.add(`ring, ${VALUES} in and out`, () => {
    for (let i = 0; i < VALUES; i++) ring.push(i);
    for (let i = 0; i < VALUES; i++) {
      if (ring.shift() !== i) throw new Error("Expected the oldest");
    }
  });
  const array: number[] = [];
  bench.add(`array, ${VALUES} in and out (control)`, () => {
    for (let i = 0; i < VALUES; i++) array.push(i);
    for (let i = 0; i < VALUES; i++) {
      if (array.shift() !== i) throw new Error("Expected the oldest");
    }
  });
}
