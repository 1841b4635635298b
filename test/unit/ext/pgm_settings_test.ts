// How much a socket of PGM may be asked to keep: the library allocates for it,
// and ends the process when it cannot.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OpenPgm } from "../../../ext/pgm/library.ts";
import { readSettings } from "../../../ext/pgm/settings.ts";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { Publisher, Subscriber } from "../../../mod.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";

const TEXT = "epgm://127.0.0.1;239.192.1.1:5555";
const base = {
  role: "send",
  signal: new AbortController().signal,
  ipv6: false,
} as const;

function windowOf(settings: Readonly<Record<string, number>>): number {
  return readSettings({ ...base, ...settings }, TEXT).window;
}

describe("the window of PGM", () => {
  it("is what the rate sends in the interval", () => {
    assert.equal(windowOf({}), 80);
    assert.equal(windowOf({ rate: 8000, recoveryInterval: 3000 }), 2000);
    assert.equal(windowOf({ recoveryInterval: 0 }), 1);
    // A gigabit, for ten seconds.
    assert.equal(windowOf({ rate: 1_000_000 }), 833_333);
  });

  const beyond: readonly Readonly<Record<string, number>>[] = [
    { rate: 100, recoveryInterval: 2 ** 31 - 1 },
    { rate: 17_179_869, recoveryInterval: 2 ** 31 - 1 },
    // Too many packets; and too many octets, in few packets.
    { rate: 1_000_000, multicastMaxTransportDataUnit: 1000 },
    { rate: 2_000_000, multicastMaxTransportDataUnit: 60_000 },
  ];
  for (const settings of beyond) {
    it(`is not of ${JSON.stringify(settings)}`, () => {
      assert.throws(() => windowOf(settings), {
        code: "EINVAL",
        message: /recoveryInterval \d+ at the rate \d+: expected .* at most/,
      });
    });
  }

  for (const Type of [Publisher, Subscriber]) {
    it(`is refused of a ${Type.name}, and its process goes on`, {
      skip: skipWithoutPgm,
    }, async () => {
      const socket = new Type({
        rate: 10_000_000,
        recoveryInterval: 1_000_000,
      });
      await assert.rejects(socket.bind(groupEndpoint()), { code: "EINVAL" });
      await socket.close();
    });
  }
});

it("OpenPGM gets no number that is cut", { skip: skipWithoutPgm }, async () => {
  const library = new OpenPgm(await loadFfi());
  const setsockopt = () => true;
  const calls = { ...library.calls, setsockopt };
  const played: OpenPgm = Object.create(library, { calls: { value: calls } });
  assert.equal(played.set(1n, 0, 2 ** 31 - 1), true);
  assert.equal(played.set(1n, 0, 2 ** 31), false);
});
