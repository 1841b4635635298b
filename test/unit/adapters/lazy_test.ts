// The transports that are loaded with the first endpoint.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lazyTransports } from "../../../adapters/lazy.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

const PLATFORM = { runtime: "test", platform: "linux", abstractNames: true };

test("lazyTransports loads again what could not be loaded", async () => {
  const causes = ["first", "second"].map((text) => new Error(text));
  let loads = 0;
  const load = () => Promise.reject(causes[loads++]);
  const [tcp] = lazyTransports(PLATFORM, load, new FakeClock());
  for (const cause of causes) {
    const { signal } = new AbortController();
    await assert.rejects(
      tcp!.connect(parseEndpoint("tcp://127.0.0.1:1"), { signal }),
      cause,
    );
  }
  assert.equal(loads, 2);
});
