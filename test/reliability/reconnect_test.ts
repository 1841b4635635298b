// thorough
// A client comes back to a server that was killed and started again; the soak
// tests do it a hundred times.
import { describe, it } from "node:test";
import { runRestarts } from "./reconnecting.ts";

describe("a client of a server that is killed", () => {
  it("is back soon after each of 20 restarts", async () => {
    // The other test files share the processors. Four come back at a time:
    // where the machine stands still, they are late together.
    await runRestarts(4, 5, 600, 500, 4);
  });
});
