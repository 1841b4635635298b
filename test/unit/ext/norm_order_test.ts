// What holds nobody up, and what nothing may come in between of: names are
// looked up before the library is asked for anything, and sessions end while
// its thread stands still.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { context, type MulticastSink } from "../../../mod.ts";
import { Event } from "../../../ext/norm/constants.ts";
import { openNorm } from "../../../ext/norm/open.ts";
import { NormReceiver } from "../../../ext/norm/receiver.ts";
import { NormSender } from "../../../ext/norm/sender.ts";
import { readSettings } from "../../../ext/norm/settings.ts";
import { PlayedNorm } from "../../kit/played_norm.ts";

const TEXT = "norm://localhost:5555";
const ADDRESS = { node: 1, host: "localhost", port: 5555 };
const { clock } = context.runtime;
const SINK: MulticastSink = {
  received: () => true,
  lost: () => {},
  writable: () => {},
  closed: () => {},
};

function settingsOf(role: "send" | "receive") {
  const { signal } = new AbortController();
  return readSettings({ role, signal, ipv6: false }, TEXT);
}

describe("a name in an endpoint of norm", () => {
  it("is looked up beside the library, which hears of the address only", async () => {
    const played = new PlayedNorm();
    const { instance, log, hosts } = played;
    log.length = 0;
    const opening = openNorm(instance, ADDRESS, TEXT, settingsOf("send"));
    assert.deepEqual(log, []);
    await opening;
    assert.ok(hosts.length > 0);
    for (const host of hosts) {
      assert.match(String(host), /^(?:127\.0\.0\.1|::1)$/);
    }
  });

  for (const host of ["300.1.1.1", "nothing.invalid"]) {
    it(`is none of the library's business when it is ${host}`, async () => {
      const { instance, log } = new PlayedNorm();
      log.length = 0;
      const address = { ...ADDRESS, host };
      const code = host === "300.1.1.1" ? "EINVAL" : "ENODEV";
      await assert.rejects(
        openNorm(instance, address, TEXT, settingsOf("send")),
        { code },
      );
      assert.deepEqual(log, []);
    });
  }
});

describe("a session of norm", () => {
  /** The calls that end it, or what belongs to it. */
  const ends = (log: readonly string[]): string[] =>
    log.filter((call) => /Delete|Destroy|StopReceiver/.test(call));

  it("of a subscriber ends while the thread stands still", async () => {
    const played = new PlayedNorm();
    const { instance, log, events } = played;
    const settings = settingsOf("receive");
    const open = await openNorm(instance, ADDRESS, TEXT, settings);
    const { buffer } = settings;
    const receiver = new NormReceiver(
      ...[instance, clock, open, TEXT, buffer, SINK] as const,
    );
    events.push({ type: Event.REMOTE_SENDER_NEW, sender: 9n });
    instance.take();
    // Of this one nobody has heard when the end begins.
    events.push({ type: Event.REMOTE_SENDER_NEW, sender: 10n });
    await receiver.close();
    assert.deepEqual(ends(log), [
      ".NormNodeDelete",
      ".NormNodeDelete",
      ".NormStopReceiver",
      ".NormDestroySession",
    ]);
    assert.equal(log.at(-1), "NormStopInstance");
  });

  it("of a publisher ends while the thread stands still", async () => {
    const { instance, log } = new PlayedNorm();
    const settings = settingsOf("send");
    const open = await openNorm(instance, ADDRESS, TEXT, settings);
    const sender = new NormSender(
      ...[instance, clock, open, TEXT, settings, SINK] as const,
    );
    await sender.close();
    assert.deepEqual(ends(log), [".NormDestroySession"]);
    assert.equal(log.at(-1), "NormStopInstance");
  });

  it("that cannot be opened ends while the thread stands still", async () => {
    const played = new PlayedNorm();
    const { instance, log } = played;
    played.refused = "NormStreamOpen";
    await assert.rejects(
      openNorm(instance, ADDRESS, TEXT, settingsOf("send")),
      { code: "EINVAL" },
    );
    assert.deepEqual(ends(log), [".NormDestroySession"]);
  });
});
