/**
 * A `maxProperties` above 64 had no effect.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";

const metadata = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [`X-Property-${i}`, `${i}`]),
);

describe("maxProperties", () => {
  it("admits a peer with as many properties as it says", async () => {
    const pull = new Pull({ maxProperties: 200 });
    const push = new Push({ metadata });
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    await push.send("hello");
    const { peer } = await pull.receiveFrom({ timeout: 5000 });
    assert.equal(peer.properties.get("X-Property-99"), "99");
    await Promise.all([push.close(), pull.close()]);
  });

  it("refuses a peer with more, with an error that counts", async () => {
    const pull = new Pull();
    const push = new Push({ metadata, linger: 0 });
    const refused = pull.events.once("handshake:error:protocol");
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    const { error } = await refused;
    assert.equal(error?.reason, "ERR_ZMTP_INVALID_METADATA");
    assert.equal(pull.peers.length, 0);
    await Promise.all([push.close(), pull.close()]);
  });
});
