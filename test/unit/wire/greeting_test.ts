// RFC 37 "greeting": octets, order of sending, versions, any chunking.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import {
  encodeGreeting,
  type Greeting,
  GREETING_LENGTH,
  GreetingReader,
  MAJOR_END,
  SIGNATURE_LENGTH,
} from "../../../src/wire/greeting.ts";
import { errorOf, reasonOf } from "../security/handshakes.ts";
import { captures } from "./golden.ts";

const NULL = { mechanism: "NULL", asServer: false } as const;
const LIBZMQ = "ff00000000000000017f03014e554c4c" + "00".repeat(48);

/** A valid greeting with some octets replaced. */
function greetingWith(changes: Readonly<Record<number, number>>): Uint8Array {
  const octets = encodeGreeting(NULL);
  for (const [at, octet] of Object.entries(changes)) octets[+at] = octet;
  return octets;
}

function read(octets: Uint8Array, own = NULL): Greeting {
  const reader = new GreetingReader(own);
  assert.equal(reader.push(octets), GREETING_LENGTH);
  return reader.greeting!;
}

describe("encodeGreeting()", () => {
  it("writes for NULL what libzmq writes", () => {
    assert.equal(toHex(encodeGreeting(NULL)), LIBZMQ);
  });

  it("sets as-server and pads the mechanism with zeros", () => {
    const octets = encodeGreeting({ mechanism: "CURVE", asServer: true });
    assert.equal(
      toHex(octets.subarray(12, 33)),
      "4355525645" + "00".repeat(15) + "01",
    );
  });

  it("tells a 1.0 peer the length of the identity", () => {
    const octets = encodeGreeting({ ...NULL, identityLength: 255 });
    assert.equal(toHex(octets.subarray(0, 10)), "ff00000000000001007f");
  });

  it("refuses mechanisms outside the grammar", () => {
    const names = ["", "null", "A B", "N\0", "É", "A".repeat(21), "__proto__"];
    for (const mechanism of names) {
      const encode = () => encodeGreeting({ mechanism, asServer: false });
      errorOf(encode, "EINVAL");
    }
  });
});

describe("GreetingReader", () => {
  it("lets 10 octets be sent at once, 11 on a signature, then all", () => {
    const reader = new GreetingReader(NULL);
    const octets = encodeGreeting(NULL);
    const sendable: number[] = [];
    for (let i = 0; i < GREETING_LENGTH; i++) {
      sendable.push(reader.sendable);
      reader.push(octets.subarray(i, i + 1));
    }
    const steps = [SIGNATURE_LENGTH, MAJOR_END, GREETING_LENGTH];
    assert.deepEqual([...new Set(sendable)], steps);
    assert.equal(sendable.indexOf(MAJOR_END), SIGNATURE_LENGTH);
    assert.equal(sendable.indexOf(GREETING_LENGTH), MAJOR_END);
  });

  it("comes to an end between two that send no more than they may", () => {
    const sides = [new GreetingReader(NULL), new GreetingReader(NULL)] as const;
    const octets = encodeGreeting(NULL);
    const done = [0, 0];
    for (let round = 0; round < 8; round++) {
      for (const i of [0, 1] as const) {
        const upTo = sides[i].sendable;
        sides[1 - i]!.push(octets.subarray(done[i]!, upTo));
        done[i] = upTo;
      }
    }
    assert.ok(sides[0].greeting && sides[1].greeting);
  });

  it("leaves what follows the greeting to the caller", () => {
    const reader = new GreetingReader(NULL);
    const octets = concat([encodeGreeting(NULL), toBytes("rest")]);
    assert.equal(reader.push(octets), GREETING_LENGTH);
    assert.equal(reader.push(toBytes("rest")), 0);
    assert.ok(reader.greeting);
  });

  it("agrees on the lower minor version", () => {
    assert.equal(read(greetingWith({ 11: 0 })).minor, 0);
    assert.equal(read(greetingWith({ 11: 1 })).minor, 1);
    assert.equal(read(greetingWith({ 11: 9 })).minor, 1);
  });

  it("accepts higher major versions and speaks 3.1 to them", () => {
    for (const major of [4, 127, 255]) {
      const { minor } = read(greetingWith({ 10: major, 11: 0 }));
      assert.deepEqual([read(greetingWith({ 10: major })).major, minor], [
        3,
        1,
      ]);
    }
  });

  it("ignores padding and filler", () => {
    const odd = { 1: 255, 8: 7, 33: 1, 63: 255 };
    assert.deepEqual(read(greetingWith(odd)), read(encodeGreeting(NULL)));
  });

  it("says whether the peer calls itself the server", () => {
    assert.equal(read(greetingWith({ 32: 0 })).asServer, false);
    assert.equal(read(greetingWith({ 32: 1 })).asServer, true);
  });

  it("refuses a second server of one mechanism, not a second client", () => {
    const server = { mechanism: "PLAIN", asServer: true };
    const client = { mechanism: "PLAIN", asServer: false };
    const push = () => new GreetingReader(server).push(encodeGreeting(server));
    assert.equal(reasonOf(push), "ERR_ZMTP_MECHANISM_MISMATCH");
    new GreetingReader(server).push(encodeGreeting(client));
    new GreetingReader(client).push(encodeGreeting(client));
  });

  const mechanisms: Readonly<Record<string, string>> = {
    "another one": "CURVE",
    "the beginning of ours": "NUL",
    "ours and more": "NULLX",
    "lower case": "null",
    "a space as padding": "NULL ",
    "something after the padding": "NULL\0\0X",
    "nothing": "",
    "__proto__": "__proto__",
  };
  for (const [what, name] of Object.entries(mechanisms)) {
    it(`refuses a mechanism that is ${what}`, () => {
      const octets = encodeGreeting(NULL).fill(0, 12, 32);
      octets.set(toBytes(name), 12);
      const reader = new GreetingReader(NULL);
      const push = () => reader.push(octets);
      assert.equal(reasonOf(push), "ERR_ZMTP_MECHANISM_MISMATCH");
      assert.equal(reader.greeting, undefined);
      // RFC 37: who has read a greeting sends its own whole.
      assert.equal(reader.sendable, GREETING_LENGTH);
    });
  }

  it("escapes what it says of the peer's mechanism", () => {
    const octets = encodeGreeting(NULL);
    octets.set([0x1b, 0x5b], 12);
    const reader = new GreetingReader(NULL);
    const { message } = errorOf(() => reader.push(octets), "EPROTO");
    assert.match(message, /"\\x1b\[LL", expected "NULL"/);
  });

  const old: Readonly<Record<string, readonly [string, RegExp, number]>> = {
    "a short 1.0 identity": ["0100", /0x01.*1\.0/, 10],
    "an HTTP request": [toHex(toBytes("GET / HT")), /0x47.*another/, 10],
    "a TLS hello": ["160301", /0x16/, 10],
    "a long 1.0 identity": ["ff00000000000001000061", /ZMTP 1\.0/, 10],
    "a signature that ends otherwise": [
      "ff00000000000000010103",
      /ends with 0x01: expected 0x7f/,
      10,
    ],
    "revision 0": ["ff00000000000000007f00", /ZMTP 1\.0/, 11],
    "revision 1": ["ff00000000000000007f01", /ZMTP 2\.0/, 11],
    "revision 2": ["ff00000000000000007f02", /ZMTP 2\.0/, 11],
  };
  for (const [what, [hex, message, sendable]] of Object.entries(old)) {
    it(`refuses ${what} as soon as it can tell`, () => {
      const reader = new GreetingReader(NULL);
      const octets = fromHex(hex);
      const error = errorOf(() => reader.push(octets), "EPROTO");
      assert.match(error.message, message);
      assert.equal(error.reason, "ERR_ZMTP_UNSPECIFIED");
      assert.equal(reader.sendable, sendable);
    });
  }

  it("needs exactly 64 octets", () => {
    const reader = new GreetingReader(NULL);
    assert.equal(reader.push(encodeGreeting(NULL).subarray(0, 63)), 63);
    assert.equal(reader.greeting, undefined);
    assert.equal(reader.push(Uint8Array.of(0, 1)), 1);
    assert.ok(reader.greeting);
  });

  it("gives the same for every chunking", () => {
    const cuts = fc.array(fc.nat(70), { maxLength: 10 });
    const octets = fc.oneof(
      fc.constant(encodeGreeting(NULL)),
      fc.uint8Array({ minLength: 64, maxLength: 70 }),
      fc.tuple(fc.nat(63), fc.nat(255)).map(([at, octet]) =>
        greetingWith({ [at]: octet })
      ),
    );
    fc.assert(fc.property(octets, cuts, (whole, places) => {
      const edges = [0, ...places.sort((a, b) => a - b), whole.length];
      const chunks = edges.slice(1).map((end, i) =>
        whole.subarray(edges[i], end)
      );
      assert.deepEqual(outcome(chunks), outcome([whole]));
    }));
  });
});

function outcome(chunks: readonly Uint8Array[]): unknown {
  const reader = new GreetingReader(NULL);
  let taken = 0;
  try {
    for (const chunk of chunks) taken += reader.push(chunk);
  } catch (error) {
    return { error: (error as Error).message, sendable: reader.sendable };
  }
  return { taken, greeting: reader.greeting, sendable: reader.sendable };
}

describe("greetings of libzmq", () => {
  const files = ["null", "plain", "curve", "drafts"];
  for (const entry of files.flatMap((file) => captures(`zmtp/${file}.json`))) {
    it(`of ${entry.name} are read and written`, () => {
      const greetings = entry.exchange!
        .filter((unit) => unit.kind === "greeting");
      // One side may have closed before it sent its greeting whole.
      assert.ok(greetings.length >= 1);
      for (const { hex, decoded } of greetings) {
        const octets = fromHex(hex!);
        const mechanism = decoded!.mechanism as string;
        const own = { mechanism, asServer: false };
        const reader = new GreetingReader(own);
        assert.equal(reader.push(octets), GREETING_LENGTH);
        assert.deepEqual(reader.greeting, { major: 3, minor: 1, ...own });
        const identityLength = octets[8]! - 1;
        assert.deepEqual(encodeGreeting({ ...own, identityLength }), octets);
      }
    });
  }

  it("accepts the 3.x peers that libzmq accepts, and refuses older ones", () => {
    const seen: string[] = [];
    for (const { name, exchange } of captures("zmtp/raw-peers.json")) {
      const sent = concat(
        exchange!.filter(({ from, hex }) => from === "raw" && hex)
          .map(({ hex }) => fromHex(hex!)),
      );
      const mechanism = name.startsWith("plain") ? "PLAIN" : "NULL";
      const reader = new GreetingReader({ mechanism, asServer: false });
      const push = () => reader.push(sent);
      if (/^raw[12]|^bad/.test(name)) {
        reasonOf(push);
        seen.push(name);
      } else assert.equal(push(), GREETING_LENGTH, name);
    }
    assert.equal(seen.length, 5);
  });
});
