/**
 * A `maxProperties` above 64 had no effect.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { NullMechanism } from "../../src/security/null.ts";
import { encodeCommand, READY } from "../../src/wire/commands.ts";
import { encodeMetadata } from "../../src/wire/metadata.ts";

function ready(count: number): Uint8Array {
  const names = Array.from({ length: count }, (_, i) => `X-Property-${i}`);
  return encodeCommand(
    READY,
    encodeMetadata(names.map((name) => [name, new Uint8Array(1)])),
  );
}

function receive(count: number, maxProperties?: number): NullMechanism {
  const mechanism = new NullMechanism({
    metadata: [],
    checkMetadata: () => {},
    ...(maxProperties === undefined ? {} : { maxProperties }),
  }, { authenticate: false });
  mechanism.next();
  mechanism.receive(ready(count));
  return mechanism;
}

describe("maxProperties", () => {
  it("admits a peer with as many properties as it says", () => {
    assert.equal(receive(100, 200).peerMetadata?.size, 100);
    assert.throws(() => receive(100), { code: "EPROTO" });
  });

  it("refuses a peer with more, and tells why", async () => {
    const pull = new Pull({ maxProperties: 10 });
    const metadata = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`X-Property-${i}`, `${i}`]),
    );
    const push = new Push({ metadata, linger: 0 });
    const refused = pull.events.once("handshake:error:protocol");
    push.connect(await pull.bind("tcp://127.0.0.1:*"));
    const { error } = await refused;
    assert.equal(error?.reason, "ERR_ZMTP_INVALID_METADATA");
    assert.equal(pull.peers.length, 0);
    await Promise.all([push.close(), pull.close()]);
  });
});
