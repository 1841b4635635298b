// A million numbered messages through high water marks of ten.
import { describe, it } from "node:test";
import { runNumbered } from "../reliability/numbered.ts";

const COUNT = 1_000_000;

describe("numbered messages to a slow consumer", () => {
  for (const scheme of ["tcp", "ipc"] as const) {
    it(`${COUNT} over ${scheme} arrive once and in order`, async () => {
      await runNumbered(COUNT, scheme);
    });
  }
});
