// A worker that is terminated ends, and its process goes on, whatever native
// code does for it at that moment.
// thorough
import { describe, it } from "node:test";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { outlivesItsWorkers } from "../../kit/terminate.ts";

const ways: Readonly<
  Record<string, readonly [what: string, skip: string | false, at?: string]>
> = {
  watch: ["a watch waits", skipWithoutKoffi],
  unheld: ["a watch that does not hold it waits", skipWithoutKoffi],
  crowded: ["a watch waits for a thread", skipWithoutKoffi],
  call: ["calls have not returned", skipWithoutKoffi],
  sockets: ["a socket with options by native code listens", skipWithoutKoffi],
  epgm: ["sockets of epgm are busy", skipWithoutPgm, groupEndpoint()],
  norm: ["sockets of norm are busy", skipWithoutNorm, normEndpoint()],
};

describe("a process survives the end of workers in which", () => {
  for (const [way, [what, skip, at = ""]] of Object.entries(ways)) {
    it(what, { skip }, () => outlivesItsWorkers(way, at));
  }
});
