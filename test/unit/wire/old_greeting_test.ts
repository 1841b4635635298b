// RFC 15 "Backwards Interoperability": older versions detected, octet by
// octet, where they are allowed.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toHex } from "../../../src/base/bytes.ts";
import {
  encodeGreeting,
  type Greeting,
  GreetingReader,
  isVersionless,
  type MajorVersion,
} from "../../../src/wire/greeting.ts";
import { errorOf } from "../security/handshakes.ts";

const NULL = { mechanism: "NULL", asServer: false } as const;
const SIGNATURE = "ff00000000000000007f";

function readerOf(oldest: MajorVersion): GreetingReader {
  return new GreetingReader({ ...NULL, oldest });
}

/** What follows a greeting, and is not part of it. */
const REST = "00026869";

interface Case {
  readonly octets: string;
  readonly greeting: Partial<Greeting>;
  /** Octets that are frames. */
  readonly unread?: string;
  /** How many octets of ours may have been sent at the end. */
  readonly sendable: number;
  /** After how many octets the version is known. */
  readonly known: number;
}

const cases: Readonly<Record<string, Case>> = {
  "an anonymous 1.0 peer": {
    octets: "01",
    greeting: { major: 1 },
    unread: "01",
    sendable: 10,
    known: 1,
  },
  "a 1.0 peer with a long identity": {
    octets: "ff000000000000010000",
    greeting: { major: 1 },
    unread: "ff000000000000010000",
    sendable: 10,
    known: 10,
  },
  "revision 0, a PUSH": {
    octets: `${SIGNATURE}0008`,
    greeting: { major: 1, socketType: 8 },
    sendable: 11,
    known: 11,
  },
  "revision 1, a DEALER": {
    octets: `${SIGNATURE}0105`,
    greeting: { major: 2, socketType: 5 },
    sendable: 11,
    known: 11,
  },
  // RFC 23: revision 2 is to be taken as 2.0.
  "revision 2, an XPUB": {
    octets: "ff80000000000000017f0209",
    greeting: { major: 2, socketType: 9 },
    sendable: 11,
    known: 11,
  },
  "3.0": {
    octets: toHex(encodeGreeting(NULL)).replace("0301", "0300"),
    greeting: { major: 3, minor: 0 },
    sendable: 64,
    known: 11,
  },
};

describe("GreetingReader with old versions allowed", () => {
  for (const [what, expected] of Object.entries(cases)) {
    it(`knows ${what}, in any two chunks and octet by octet`, () => {
      const { greeting, unread = "", sendable } = expected;
      const length = expected.octets.length / 2;
      const octets = fromHex(expected.octets + REST);
      for (let cut = 0; cut <= length; cut++) {
        const reader = readerOf(1);
        const taken = reader.push(octets.slice(0, cut)) +
          reader.push(octets.slice(cut));
        assert.equal(taken, length, `cut at ${cut}`);
        assert.deepEqual(reader.greeting, {
          ...NULL,
          minor: 0,
          ...greeting,
        });
        assert.equal(toHex(reader.unread), unread);
        assert.equal(reader.sendable, sendable);
      }
      const reader = readerOf(1);
      octets.subarray(0, length).forEach((octet, i) => {
        assert.equal(reader.major !== undefined, i >= expected.known);
        reader.push(Uint8Array.of(octet));
      });
      assert.equal(reader.major, greeting.major);
      assert.equal(reader.push(Uint8Array.of(1)), 0);
    });
  }

  it("tells 1.0 proper from its framing behind a greeting", () => {
    const [proper, signed] = ["01", `${SIGNATURE}0000`].map((octets) => {
      const reader = readerOf(1);
      reader.push(fromHex(octets));
      return isVersionless(reader.greeting!);
    });
    assert.deepEqual([proper, signed], [true, false]);
  });

  const tooOld: readonly [MajorVersion, string, RegExp][] = [
    [2, "01", /0x01/],
    [2, "ff000000000000010000", /ZMTP 1\.0: expected 2\.0 or later/],
    [2, `${SIGNATURE}00`, /ZMTP 1\.0: expected 2\.0 or later/],
    [3, `${SIGNATURE}01`, /ZMTP 2\.0: expected 3\.0 or later/],
  ];
  for (const [oldest, octets, message] of tooOld) {
    it(`refuses ${octets} when ${oldest}.0 is the oldest`, () => {
      const reader = readerOf(oldest);
      const { reason, message: found } = errorOf(
        () => reader.push(fromHex(octets)),
        "EPROTO",
      );
      assert.equal(reason, "ERR_ZMTP_UNSPECIFIED");
      assert.match(found, message);
      assert.equal(reader.greeting, undefined);
    });
  }
});
