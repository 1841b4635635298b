// How long a publisher that is being closed waits for who may listen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Event } from "../../../ext/norm/constants.ts";
import type { NormInstance } from "../../../ext/norm/instance.ts";
import { NormSender } from "../../../ext/norm/sender.ts";
import { FakeClock } from "../../kit/fake_clock.ts";

/** A publisher of a library that a test plays. */
function publisher(pace: { readonly rate?: number } = {}) {
  const clock = new FakeClock();
  let tell: (type: number) => void = () => {};
  const instance = {
    add: (_: bigint, handle: typeof tell) => tell = handle,
    hold: () => {},
  } as unknown as NormInstance;
  const sender = new NormSender(
    instance,
    clock,
    { session: 1n, stream: 2n },
    "norm://239.0.0.1:5000",
    { segment: 1400, ...pace },
    {
      received: () => true,
      lost: () => {},
      writable: () => {},
      closed: () => {},
    },
  );
  return { clock, sender, tell: (type: number) => tell(type) };
}

/** Milliseconds until it gives up, up to twenty seconds. */
async function patience(clock: FakeClock, sender: NormSender): Promise<number> {
  let isOver = false;
  void sender.unheard().then(() => isOver = true);
  const start = clock.now();
  while (!isOver && clock.now() < start + 20_000) await clock.advance(1000);
  return clock.now() - start;
}

describe("a publisher of norm that is being closed", () => {
  it("waits two seconds for somebody to answer", async () => {
    const { clock, sender } = publisher();
    assert.equal(await patience(clock, sender), 2000);
  });

  it("waits ten seconds for who has answered before", async () => {
    const { clock, sender, tell } = publisher();
    tell(Event.CC_ACTIVE);
    tell(Event.CC_INACTIVE);
    assert.equal(await patience(clock, sender), 10_000);
  });

  it("waits for who answers, and again when that ends", async () => {
    const { clock, sender, tell } = publisher();
    tell(Event.CC_ACTIVE);
    assert.equal(await patience(clock, sender), 20_000);
    tell(Event.CC_INACTIVE);
    assert.equal(await patience(clock, sender), 10_000);
  });

  it("waits for nobody at a rate of its own", async () => {
    const { clock, sender } = publisher({ rate: 1000 });
    assert.equal(await patience(clock, sender), 20_000);
    assert.equal(clock.timers, 0);
  });
});
