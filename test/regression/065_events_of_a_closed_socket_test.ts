// The events of a socket that was closed unobserved had no end: who asked for
// them then waited for ever.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull } from "../../mod.ts";
import { within } from "../kit/wait.ts";

describe("events of a closed socket", () => {
  it("are over", async () => {
    const pull = new Pull();
    await pull.close();
    const { events } = pull;
    assert.ok(events.closed);
    const iterator = events[Symbol.asyncIterator]();
    const { done } = await within(iterator.next(), "the end");
    assert.equal(done, true);
    await assert.rejects(events.receive(), { code: "EBADF" });
  });
});
