// R7 as it is promised: a hundred restarts.
import { describe, it } from "node:test";
import { runRestarts } from "../reliability/reconnecting.ts";

describe("clients of servers that are killed", () => {
  it("are back soon after each of 100 restarts", async () => {
    await runRestarts(4, 25, 2000, 100);
  });
});
