// When users are told what the library has told: at a time at which they may
// do anything, and with its thread going on.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NormInstance } from "../../../ext/norm/instance.ts";
import type { LibNorm } from "../../../ext/norm/library.ts";

/** An instance of a library that a test plays; `log` has its calls. */
function play(events: number): { instance: NormInstance; log: string[] } {
  const log: string[] = [];
  let left = events;
  const library = {
    calls: {
      NormCreateInstance: () => 1n,
      NormGetDescriptor: () => 0,
      NormGetNextEvent: (_: bigint, event: BigUint64Array) => {
        event.fill(7n);
        return left-- > 0;
      },
      NormSuspendInstance: () => log.push("suspended"),
      NormResumeInstance: () => log.push("resumed"),
    },
    ffi: { watch: () => ({ hold: () => {} }) },
  } as unknown as LibNorm;
  return { instance: new NormInstance(library), log };
}

describe("an instance of libnorm", () => {
  it("tells users when events are taken and its thread goes on", () => {
    const { instance, log } = play(2);
    const told = () => {
      log.push("told");
      // As whoever closes a publisher then does.
      instance.take();
    };
    instance.add(7n, () => {
      log.push("event");
      instance.tell(told);
    }, () => {
      if (log.includes("suspended")) return;
      instance.still((drain) => {
        drain();
        instance.tell(told);
      });
    });
    instance.take(1);
    assert.deepEqual(log, [
      ...["event", "suspended", "event", "resumed"],
      ...["told", "told", "told"],
    ]);
  });

  it("has its thread go on when what was done meanwhile throws", () => {
    const { instance, log } = play(0);
    const broken = new Error("broken");
    assert.throws(() =>
      instance.still(() => {
        throw broken;
      }), broken);
    assert.deepEqual(log, ["suspended", "resumed"]);
    instance.tell(() => log.push("told"));
    assert.equal(log.at(-1), "told");
  });
});
