// WebSocket messages as ZeroMQ frames: RFC 6455 §5.7's examples and RFC 45's
// flags, in chunks of any size.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toHex, toKey } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import { WebSocketDecoder } from "../../../src/wire/websocket_decoder.ts";
import { closing } from "../../kit/websocket_scene.ts";
import {
  type FrameChanges,
  KEY,
  wireFrame,
  zwsFrame,
} from "../../kit/websocket_wire.ts";

const MASKED: FrameChanges = { key: KEY };
const KIBI = 1024;

interface Made {
  readonly decoder: WebSocketDecoder;
  /** What came: `flags body`, `ping payload`, `close code reason`. */
  readonly heard: string[];
  readonly bodies: Uint8Array[];
  readonly sizes: number[];
}

function make(
  changes: {
    readonly masked?: boolean;
    readonly commands?: boolean;
    readonly message?: number;
    readonly command?: number;
    readonly goesOn?: () => boolean;
  } = {},
): Made {
  const { masked = false, commands = true, goesOn = () => true } = changes;
  const { message = -1, command = -1 } = changes;
  const heard: string[] = [];
  const bodies: Uint8Array[] = [];
  const sizes: number[] = [];
  const sink = {
    frame(flags: number, body: Uint8Array): boolean {
      heard.push(`${flags} ${toKey(body)}`);
      bodies.push(body);
      return goesOn();
    },
    pinged: (payload: Uint8Array) => void heard.push(`ping ${toKey(payload)}`),
    goodbye: (code: number | undefined, reason: string) =>
      void heard.push(`close ${code} ${reason}`),
  };
  const memory = {
    allocate(length: number): Uint8Array {
      sizes.push(length);
      return new Uint8Array(length).fill(0xee);
    },
  };
  const limits = { message, command };
  const expected = { masked, commands };
  const decoder = new WebSocketDecoder(sink, limits, expected, memory);
  return { decoder, heard, bodies, sizes };
}

/** What comes of octets in chunks of a size. */
function heardOf(octets: Uint8Array, masked: boolean, size: number): string[] {
  const { decoder, heard } = make({ masked });
  for (let at = 0; at < octets.length; at += size) {
    decoder.push(octets.slice(at, at + size));
  }
  return heard;
}

describe("WebSocketDecoder", () => {
  it("reads the examples of RFC 6455 §5.7 and RFC 45, whole or in chunks", () => {
    const hello = "48656c6c6f";
    const filler = "00".repeat(256);
    const examples: readonly [string, boolean, string][] = [
      ["8206" + "00" + hello, false, "0 Hello"],
      ["828637fa213d" + "3792445" + "15b95", true, "0 hello"],
      ["0203" + "004865" + "8003" + "6c6c6f", false, "0 Hello"],
      ["8905" + hello, false, "ping Hello"],
      ["898537fa213d7f9f4d5158", true, "ping Hello"],
      ["827e0100" + filler, false, `0 ${"\0".repeat(255)}`],
      ["827f0000000000000100" + filler, false, `0 ${"\0".repeat(255)}`],
    ];
    for (const [hex, masked, expected] of examples) {
      for (const size of [1, 2, 3, 5, 1000]) {
        assert.deepEqual(heardOf(fromHex(hex), masked, size), [expected], hex);
      }
    }
  });

  for (const masked of [false, true]) {
    const how = masked ? "masked" : "not masked";
    const changes = masked ? MASKED : {};

    it(`gives the same of any chunks, ${how}`, () => {
      const noise = (size: number) =>
        Uint8Array.from({ length: size }, (_, i) => i * 37 + 3);
      const more = { ...changes, fin: false };
      const octets = concat([
        zwsFrame(2, "\x05READY", changes),
        zwsFrame(1, "", changes),
        zwsFrame(0, noise(124), changes),
        wireFrame(9, "are you there", changes),
        zwsFrame(0, noise(125), changes),
        zwsFrame(0, "frag", more),
        wireFrame(9, "", changes),
        wireFrame(0, "", more),
        wireFrame(10, "nobody asked", changes),
        wireFrame(0, "ment", changes),
        zwsFrame(0, noise(300), { ...changes, lengthOctets: 8 }),
        zwsFrame(0, noise(1), { ...changes, lengthOctets: 2 }),
        wireFrame(8, closing(1001, "Auf Wiedersehen, Müller"), changes),
        zwsFrame(0, "behind the end", changes),
      ]);
      const whole = heardOf(octets, masked, octets.length);
      assert.deepEqual(whole.map((line) => line.slice(0, 12)), [
        "4 \x05READY",
        "1 ",
        `0 ${toKey(noise(10))}`,
        "ping are you",
        `0 ${toKey(noise(10))}`,
        "ping ",
        "0 fragment",
        `0 ${toKey(noise(10))}`,
        `0 ${toKey(noise(1))}`,
        "close 1001 A",
      ]);
      assert.equal(whole.at(-1), "close 1001 Auf Wiedersehen, Müller");
      for (const size of [1, 2, 3, 4, 7, 64, 200]) {
        assert.deepEqual(heardOf(octets, masked, size), whole, `${size}`);
      }
    });

    it(`takes the flags 0, 1 and 2 and no other octet, ${how}`, () => {
      for (let flag = 0; flag < 256; flag++) {
        const { decoder, heard } = make({ masked });
        const push = () => decoder.push(zwsFrame(flag, "", changes));
        if (flag < 3) push();
        else assert.throws(push, { code: "EPROTO" }, `${flag}`);
        assert.equal(heard.length, flag < 3 ? 1 : 0, `${flag}`);
      }
    });

    it(`says what it found when a mask is wrong, expected ${how}`, () => {
      const { decoder } = make({ masked });
      const found = masked
        ? /accept a frame that is not masked/
        : /accept a masked frame/;
      assert.throws(
        () => decoder.push(zwsFrame(0, "a", masked ? {} : MASKED)),
        { code: "EPROTO", message: found },
      );
    });

    it(`gives views of a chunk, unmasked where they are, ${how}`, () => {
      const { decoder, bodies } = make({ masked });
      const chunk = zwsFrame(0, "a view of the chunk", changes);
      decoder.push(chunk);
      assert.equal(bodies[0]!.buffer, chunk.buffer);
      assert.equal(toKey(bodies[0]!), "a view of the chunk");
    });

    it(`reads a long body into its room, ${how}`, () => {
      for (const fin of [true, false]) {
        const { decoder, bodies } = make({ masked });
        const body = Uint8Array.from({ length: 200 * KIBI }, (_, i) => i * 31);
        const octets = concat([
          zwsFrame(0, body, { ...changes, fin }),
          ...fin ? [] : [wireFrame(0, "", changes)],
        ]);
        let at = 5000;
        let reads = 0;
        decoder.push(octets.slice(0, at));
        for (let room = decoder.room; room; room = decoder.room) {
          const length = Math.min(room.length, 10_001);
          room.set(octets.subarray(at, at + length));
          decoder.filled(length);
          at += length;
          reads++;
        }
        decoder.push(octets.slice(at));
        assert.ok(reads > 10, `${reads}`);
        assert.equal(bodies.length, 1);
        assert.deepEqual(bodies[0], body);
      }
    });
  }

  it("stops behind a frame that is not taken, and goes on", () => {
    let goesOn = false;
    const { decoder, heard } = make({ masked: true, goesOn: () => goesOn });
    const frames = ["a", "b", "c"].map((body) => zwsFrame(0, body, MASKED));
    decoder.push(concat(frames));
    assert.deepEqual(heard, ["0 a"]);
    assert.ok(decoder.stopped);
    // What comes while it is stopped is kept as well.
    const more = concat([zwsFrame(0, "d", MASKED), wireFrame(9, "e", MASKED)]);
    decoder.push(more.slice(0, 5));
    decoder.push(more.slice(5));
    decoder.resume();
    assert.deepEqual(heard, ["0 a", "0 b"]);
    goesOn = true;
    decoder.resume();
    assert.deepEqual(heard, ["0 a", "0 b", "0 c", "0 d", "ping e"]);
    assert.equal(decoder.stopped, false);
  });

  it("refuses on sight, before a header is whole", () => {
    const first: readonly [string, string][] = [
      ["c2", "ERR_WS_UNSPECIFIED"],
      ["81", "ERR_WS_TEXT"],
      ["83", "ERR_WS_UNSPECIFIED"],
      ["00", "ERR_WS_UNSPECIFIED"],
      ["09", "ERR_WS_UNSPECIFIED"],
      ["8200", "ERR_WS_UNSPECIFIED"],
      ["8285", "ERR_WS_UNSPECIFIED"],
      ["89fe", "ERR_WS_UNSPECIFIED"],
      ["827f80", ""],
      ["827f8000000000000000", "ERR_ZMTP_UNSPECIFIED"],
      ["827fffffffffffffffff", "ERR_ZMTP_UNSPECIFIED"],
      ["820103", "ERR_WS_UNSPECIFIED"],
      ["8201ff", "ERR_WS_UNSPECIFIED"],
    ];
    for (const [hex, reason] of first) {
      for (const size of [1, 100]) {
        const { decoder, heard } = make();
        const push = () => {
          const octets = fromHex(hex);
          for (let at = 0; at < octets.length; at += size) {
            decoder.push(octets.slice(at, at + size));
          }
        };
        if (reason === "") push();
        else {
          assert.throws(push, (error) => {
            assert.ok(error instanceof ZmqError);
            assert.equal(error.code, "EPROTO");
            assert.equal(error.reason, reason, hex);
            return true;
          });
        }
        assert.deepEqual(heard, []);
      }
    }
  });

  it("knows no commands in ZWS 1.0", () => {
    const { decoder, heard } = make({ commands: false });
    decoder.push(concat([zwsFrame(1, "a"), zwsFrame(0, "b")]));
    assert.deepEqual(heard, ["1 a", "0 b"]);
    assert.throws(() => decoder.push(zwsFrame(2, "\x04PING")), {
      reason: "ERR_WS_UNSPECIFIED",
    });
  });

  it("keeps to its limits, all fragments together, before there is memory", () => {
    const limits = { message: 10, command: 5 };
    const tooLong = [
      [zwsFrame(0, "x".repeat(11))],
      [zwsFrame(2, "x".repeat(6))],
      [fromHex("827f00000000400000000" + "0")],
      [zwsFrame(0, "x".repeat(6), { fin: false }), wireFrame(0, "x".repeat(5))],
      [
        wireFrame(2, "", { fin: false }),
        wireFrame(0, `\x02${"x".repeat(6)}`, { fin: false }),
      ],
    ];
    for (const frames of tooLong) {
      const { decoder, heard, sizes } = make(limits);
      assert.throws(() => decoder.push(concat(frames)), { code: "EMSGSIZE" });
      assert.deepEqual(heard, []);
      assert.ok(sizes.every((size) => size <= 16 * KIBI), `${sizes}`);
    }
    const { decoder, heard } = make(limits);
    decoder.push(concat([
      zwsFrame(0, "x".repeat(10)),
      zwsFrame(2, "x".repeat(5)),
      zwsFrame(0, "x".repeat(5), { fin: false }),
      wireFrame(0, "x".repeat(5)),
    ]));
    assert.equal(heard.length, 3);
  });

  it("refuses a message that never ends, of fragments with nothing in them", () => {
    const { decoder, heard } = make();
    decoder.push(zwsFrame(0, "x", { fin: false }));
    const empty = wireFrame(0, "", { fin: false });
    for (let i = 0; i < 1024; i++) decoder.push(empty.slice());
    assert.throws(() => decoder.push(empty.slice()), { code: "EPROTO" });
    assert.deepEqual(heard, []);
  });

  it("holds memory for what has come, not for what is announced", () => {
    const { decoder, sizes } = make();
    decoder.push(fromHex("827f0000000040000000" + "00"));
    decoder.push(new Uint8Array(1000));
    assert.deepEqual(sizes, [16 * KIBI]);
    decoder.push(new Uint8Array(20 * KIBI));
    assert.ok(sizes.at(-1)! <= 64 * KIBI, `${sizes}`);
  });

  it("gives a short message of fragments no more memory than it needs", () => {
    const { decoder, bodies } = make();
    decoder.push(concat([
      zwsFrame(0, "frag", { fin: false }),
      wireFrame(0, "ment"),
    ]));
    assert.equal(
      toHex(bodies[0]!),
      toHex(new TextEncoder().encode("fragment")),
    );
    assert.equal(bodies[0]!.buffer.byteLength, 8);
  });

  it("copies many fragments a few times, not once each", () => {
    const { decoder, bodies, sizes } = make();
    decoder.push(zwsFrame(0, "x", { fin: false }));
    for (let i = 0; i < 20_000; i++) {
      decoder.push(wireFrame(0, "y".repeat(50), { fin: false }));
    }
    decoder.push(wireFrame(0, ""));
    assert.equal(bodies[0]!.length, 1_000_001);
    assert.ok(sizes.length < 20, `${sizes.length}`);
  });
});
