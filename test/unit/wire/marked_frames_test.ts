// The stream of NORM: its octets, where units end, where a subscriber joins,
// and what is no frame.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import { encodeFrame, MORE } from "../../../src/wire/framing.ts";
import {
  MarkedFrameDecoder,
  MarkedFrameEncoder,
} from "../../../src/wire/marked_frames.ts";

/** Messages in the framing that publishers keep them in. */
function framed(...messages: (string | Uint8Array)[][]): Uint8Array[] {
  return messages.flatMap((message) =>
    message.map((body, index) =>
      encodeFrame(
        index < message.length - 1 ? MORE : 0,
        typeof body === "string" ? toBytes(body) : body,
      )
    )
  );
}

/** All units of what there is, `|` behind those that end with a message. */
function encode(unit: number, ...parts: Uint8Array[]): string[] {
  const encoder = new MarkedFrameEncoder(unit);
  encoder.push(parts);
  const units: string[] = [];
  for (;;) {
    const octets = encoder.next(() => {});
    if (octets === undefined) break;
    units.push(toHex(octets) + (encoder.endsMessage ? "|" : ""));
  }
  assert.equal(encoder.pending, 0);
  return units;
}

function streamOf(...messages: string[][]): Uint8Array {
  const units = encode(1000, ...framed(...messages));
  return fromHex(units.join("").replaceAll("|", ""));
}

/** A decoder, and what it found: `+` where more of the message follows. */
function listening(limit = -1) {
  const found: string[] = [];
  let goesOn = true;
  const decoder = new MarkedFrameDecoder({
    frame(flags, body) {
      const text = body.length > 40
        ? `${body.length}`
        : new TextDecoder().decode(body);
      found.push((flags & MORE) !== 0 ? `${text}+` : text);
      return goesOn;
    },
  }, { message: limit, command: limit });
  return {
    decoder,
    found,
    stop: () => goesOn = false,
    start: () => goesOn = true,
  };
}

const MESSAGES = [
  ["first"],
  ["two", "frames"],
  ["y".repeat(300)],
  ["", ""],
  ["z".repeat(255), "z".repeat(256)],
  ["last"],
];
const FOUND = [
  "first",
  "two+",
  "frames",
  "300",
  "+",
  "",
  "255+",
  "256",
  "last",
];

describe("MarkedFrameEncoder", () => {
  it('writes "hi" as 00 00 02 6869', () => {
    assert.deepEqual(encode(100, ...framed(["hi"])), ["0000026869|"]);
  });

  it("writes 00 before the first frame of a message, FF before the others", () => {
    assert.deepEqual(encode(100, ...framed(["a", "b", ""], ["c"])), [
      "00010161" + "ff010162" + "ff0000" + "00000163|",
    ]);
  });

  it("writes lengths from 256 in nine octets", () => {
    const [unit] = encode(1000, ...framed([new Uint8Array(256)]));
    assert.equal(unit!.slice(0, 20), "00020000000000000100");
    const [short] = encode(1000, ...framed([new Uint8Array(255)]));
    assert.equal(short!.slice(0, 6), "0000ff");
  });

  it("ends a unit with a message rather than begin one that has no room", () => {
    const units = encode(12, ...framed(["abc"], ["def"], ["ghij"], ["k"]));
    assert.deepEqual(units.map((unit) => unit.length / 2), [12.5, 11.5]);
    assert.ok(units.every((unit) => unit.endsWith("|")));
  });

  it("cuts what is longer than a unit, and sends a long rest from where it is", () => {
    const body = new Uint8Array(100).fill(7);
    const encoder = new MarkedFrameEncoder(20);
    encoder.push(framed(["a", body], ["b"]));
    const next = () => encoder.next(() => {})!;
    assert.equal(toHex(next()), "00010161" + "ff0064" + "07".repeat(13));
    assert.equal(encoder.endsMessage, false);
    const rest = next();
    assert.equal(toHex(rest), "07".repeat(87));
    assert.equal(encoder.endsMessage, true);
    assert.equal(toHex(next()), "00000162");
    assert.equal(encoder.pending, 0);
  });

  it("fills a unit from what is there only when it is asked", () => {
    const encoder = new MarkedFrameEncoder(20);
    const queue = [framed(["a"]), framed(["b"])];
    const unit = encoder.next(() => {
      const parts = queue.shift();
      if (parts !== undefined) encoder.push(parts);
    });
    assert.equal(toHex(unit!), "0000016100000162");
    assert.equal(encoder.next(() => {}), undefined);
  });
});

describe("MarkedFrameDecoder", () => {
  it("gives back what was encoded, whatever the size of units and pieces", () => {
    for (let size = 1; size < 80; size++) {
      const units = encode(size, ...framed(...MESSAGES)).join("");
      const octets = fromHex(units.replaceAll("|", ""));
      const { decoder, found } = listening();
      for (let at = 0; at < octets.length; at += size) {
        decoder.push(octets.subarray(at, at + size));
      }
      assert.deepEqual(found, FOUND, `${size} octets`);
    }
  });

  it("joins at the first message, behind frames of one that began before", () => {
    const octets = streamOf(["a", "b".repeat(50), "c"], ["d"], ["e", "f"]);
    // Behind the first frame, in one piece and octet by octet.
    const late = octets.subarray(4);
    for (const size of [late.length, 1]) {
      const { decoder, found } = listening();
      assert.ok(!decoder.joined);
      for (let at = 0; at < late.length; at += size) {
        decoder.push(late.subarray(at, at + size));
      }
      assert.deepEqual(found, ["d", "e+", "f"]);
      assert.ok(decoder.joined);
    }
  });

  it("waits where the sink stops it, and goes on in the same piece", () => {
    const { decoder, found, stop, start } = listening();
    stop();
    const octets = streamOf(["a"], ["b"], ["c"]);
    decoder.push(octets.subarray(0, 9));
    assert.ok(decoder.stopped);
    decoder.push(octets.subarray(9));
    assert.deepEqual(found, ["a"]);
    start();
    decoder.resume();
    assert.deepEqual(found, ["a", "b", "c"]);
  });

  it("takes a short length in nine octets", () => {
    const { decoder, found } = listening();
    decoder.push(fromHex("00020000000000000001" + "61"));
    assert.deepEqual(found, ["a"]);
  });

  const wrong: [why: string, hex: string][] = [
    ["another octet before a frame", "010001"],
    ["a later frame of no message", "ff000162"],
    ["a command", "00040162"],
    ["reserved flags", "00080162"],
    ["a length that is no number", "0002" + "f".repeat(16)],
    ["a message inside of another one", "00010162" + "00000163"],
  ];
  for (const [why, hex] of wrong) {
    it(`refuses ${why}`, () => {
      for (const size of [1, 100]) {
        const { decoder, found } = listening();
        const octets = concat([streamOf(["a"]), fromHex(hex)]);
        assert.throws(() => {
          for (let at = 0; at < octets.length; at += size) {
            decoder.push(octets.subarray(at, at + size));
          }
        }, { code: "EPROTO" });
        assert.deepEqual(found.slice(0, 1), ["a"]);
        assert.ok(!found.includes("c"));
      }
    });
  }

  it("refuses a frame beyond the limit before it has come, and to skip one", () => {
    for (const mark of ["00", "ff"]) {
      const { decoder } = listening(1000);
      const octets = fromHex(`${mark}02${"00".repeat(6)}03e9`);
      assert.throws(() => decoder.push(octets), { code: "EMSGSIZE" });
    }
  });
});
