// Endpoints that a connector gives up, and what it tells then: one `close`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { listenRaw, world } from "../../kit/session_world.ts";

test("Connector gives an endpoint up that must not be tried again", async () => {
  for (
    const changes of [
      { reconnectInterval: -1 },
      { reconnectInterval: 0 },
      { reconnectStop: 1 },
    ]
  ) {
    const { clock, host, connect } = world();
    const push = host("PUSH", changes);
    const { gone } = connect(push);
    await clock.settle();
    assert.ok(gone());
    assert.ok(push.pipes[0]!.closed);
    assert.equal(clock.timers, 0);
    assert.deepEqual(push.names, ["connect:delay", "close"]);
    const { error, interval } = push.events[1]!;
    assert.deepEqual([error?.code, interval], ["ECONNREFUSED", undefined]);
  }
});

test("Connector gives up after a failed handshake when told to", async () => {
  const { clock, network, host, connect } = world();
  const peers = await listenRaw(network);
  const push = host("PUSH", { reconnectStop: 2 });
  const { gone } = connect(push);
  await clock.settle();
  peers[0]!.stream.close();
  await clock.settle();
  assert.ok(gone());
  assert.equal(clock.timers, 0);
  assert.deepEqual(push.names.slice(-2), ["disconnect", "close"]);
});
