// The properties of the socket classes, whichever socket is made first: they
// are defined with the first one of a type.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Publisher, Push, Subscriber } from "../../mod.ts";

class Patient extends Push {
  override get linger(): number {
    return 5;
  }

  override get sendTimeout(): number {
    return super.sendTimeout + 1;
  }
}

describe("live options", () => {
  it("may be overridden by a class of the user, made before its base", async () => {
    const patient = new Patient();
    const push = new Push();
    assert.deepEqual([patient.linger, patient.sendTimeout], [5, 0]);
    assert.deepEqual([push.linger, push.sendTimeout], [-1, -1]);
    assert.ok(!Object.hasOwn(Patient.prototype, "conflate"));
    patient.conflate = true;
    assert.deepEqual([patient.conflate, push.conflate], [true, false]);
    await Promise.all([patient.close(), push.close()]);
  });

  it("are those of the type, enumerable, and none of the object's own", async () => {
    const publisher = new Publisher();
    const subscriber = new Subscriber();
    const seen: string[] = [];
    for (const name in subscriber) seen.push(name);
    assert.ok(seen.includes("receiveTimeout"));
    assert.ok(!seen.includes("sendTimeout"));
    assert.ok(!Object.hasOwn(subscriber, "receiveTimeout"));
    publisher.noDrop = true;
    assert.throws(() => Object.assign(subscriber, { noDrop: true }), {
      code: "EINVAL",
    });
    await Promise.all([publisher.close(), subscriber.close()]);
  });
});
