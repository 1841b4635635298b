// A greeting whose tenth octet was no 7f was let in as long as that was odd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../kit/fake_clock.ts";
import { facing, greeting, ready, TestHost } from "../kit/session_host.ts";

for (const minProtocolVersion of ["1.0", "3.0"] as const) {
  for (const last of ["01", "03", "7d", "ff"]) {
    test(`a signature that ends with ${last} is none, from ${minProtocolVersion} on`, async () => {
      const clock = new FakeClock();
      const host = new TestHost("DEALER", clock, { minProtocolVersion });
      const { peer } = await facing(host);
      peer.say(greeting().replace("7f0301", `${last}0301`) + ready("DEALER"));
      await clock.settle();
      assert.equal(peer.state, "closed");
      assert.equal(host.pipes.length, 0);
      assert.equal(host.ends[0]!.error?.code, "EPROTO");
    });
  }
}
