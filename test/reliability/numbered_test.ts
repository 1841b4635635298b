// A hundred thousand numbered messages; the soak tests send a million.
import { describe, it } from "node:test";
import { runNumbered } from "./numbered.ts";

const COUNT = 100_000;

describe("numbered messages to a slow consumer", () => {
  for (const scheme of ["tcp", "ipc", "inproc"] as const) {
    it(`${COUNT} over ${scheme} arrive once and in order`, async () => {
      await runNumbered(COUNT, scheme);
    });
  }
});
