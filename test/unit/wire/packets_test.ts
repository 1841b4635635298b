// The packets of PGM: their octets, where a subscriber joins, and what is no
// packet.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import { encodeFrame, MORE } from "../../../src/wire/framing.ts";
import { PacketDecoder, PacketEncoder } from "../../../src/wire/packets.ts";

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

/** All packets of what there is. */
function packetsOf(encoder: PacketEncoder): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (;;) {
    const packet = encoder.next(() => {});
    if (packet === undefined) return packets;
    packets.push(packet.slice());
  }
}

function encode(maxUnit: number, ...parts: Uint8Array[]): Uint8Array[] {
  const encoder = new PacketEncoder(maxUnit);
  encoder.push(parts);
  return packetsOf(encoder);
}

/** A decoder, and what it found: `+` where more of the message follows. */
function listening(limit = -1) {
  const found: string[] = [];
  let goesOn = true;
  const decoder = new PacketDecoder({
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
    go: () => goesOn = true,
  };
}

describe("PacketEncoder", () => {
  it('writes "hi" as 0000 03 00 6869', () => {
    assert.deepEqual(encode(100, ...framed(["hi"])).map(toHex), [
      "000003006869",
    ]);
  });

  it("writes a frame of several with its flag, and lengths from 254 in nine octets", () => {
    const [packet] = encode(1000, ...framed(["a", new Uint8Array(254)]));
    assert.equal(
      toHex(packet!.subarray(0, 15)),
      "0000" + "020161" + "ff00000000000000ff00",
    );
    const [long] = encode(1000, ...framed([new Uint8Array(300)]));
    assert.equal(toHex(long!.subarray(0, 12)), "0000ff000000000000012d00");
    const [short] = encode(1000, ...framed([new Uint8Array(253)]));
    assert.equal(toHex(short!.subarray(0, 4)), "0000fe00");
  });

  it("says where in a packet the first message begins, and FFFF when none does", () => {
    // 10 octets of frames a packet: 8 + 8 + 25 of them.
    const packets = encode(
      12,
      ...framed(["abcdef"], ["ghijkl"], ["x".repeat(23)]),
    );
    assert.deepEqual(packets.map((packet) => toHex(packet.subarray(0, 2))), [
      "0000",
      "0006",
      "ffff",
      "ffff",
      "0001",
    ]);
    assert.equal(packets.at(-1)!.length, 3);
  });

  it("does not count a later frame of a message as the beginning of one", () => {
    const packets = encode(8, ...framed(["abcdef", "ghi", "j"], ["k"]));
    assert.deepEqual(packets.map(toHex), [
      "0000070161626364",
      "ffff656604016768",
      "00046902006a0200",
      "00016b",
    ]);
  });

  it("fills a packet from what is there only when it is asked", () => {
    const encoder = new PacketEncoder(20);
    const queue = [framed(["a"]), framed(["b"])];
    const packet = encoder.next(() => {
      const parts = queue.shift();
      if (parts !== undefined) encoder.push(parts);
    });
    assert.equal(toHex(packet!), "0000020061020062");
    assert.equal(encoder.pending, 0);
    assert.equal(encoder.next(() => {}), undefined);
  });
});

describe("PacketDecoder", () => {
  it("ends a source whose message begins before the last one had its end", () => {
    // Two frames of which the second was lost, and no octet shows it.
    const [whole] = encode(100, ...framed(["a", "b"]));
    const { decoder, found } = listening();
    decoder.push(whole!.subarray(0, whole!.length - 3));
    assert.deepEqual(found, ["a+"]);
    const [next] = encode(100, ...framed(["c"]));
    assert.throws(() => decoder.push(next!), /inside of another/);
  });

  it("does not take a message for unfinished of which some waits", () => {
    const [packet] = encode(100, ...framed(["aaa", "bbb"]));
    const { decoder, found, stop, go } = listening();
    decoder.push(packet!.subarray(0, 7));
    assert.deepEqual(found, ["aaa+"]);
    stop();
    // Three more frames of the message, then the next one.
    const rest = concat([
      fromHex("0401" + "626262" + "0401" + "636363" + "0400" + "646464"),
      ...encode(100, ...framed(["next"])).map((each) => each.subarray(2)),
    ]);
    decoder.push(concat([Uint8Array.of(0, 15), rest]));
    assert.deepEqual(found, ["aaa+", "bbb+"]);
    go();
    decoder.resume();
    assert.deepEqual(found, ["aaa+", "bbb+", "ccc+", "ddd", "next"]);
  });

  const messages = [
    ["first"],
    ["two", "frames"],
    ["y".repeat(300)],
    ["", ""],
    ["last"],
  ];
  const texts = ["first", "two+", "frames", "300", "+", "", "last"];

  it("gives back what was encoded, whatever the size of packets", () => {
    for (let size = 3; size < 80; size++) {
      const { decoder, found } = listening();
      for (const packet of encode(size, ...framed(...messages))) {
        decoder.push(packet);
      }
      assert.deepEqual(found, texts, `${size} octets`);
    }
  });

  it("joins at the first message that begins in a packet", () => {
    const packets = encode(12, ...framed(...messages));
    for (let from = 0; from < packets.length; from++) {
      const { decoder, found } = listening();
      for (const packet of packets.slice(from)) decoder.push(packet);
      // Whole messages, so never from the second frame on.
      assert.ok(
        [0, 1, 3, 4, 6, 7].includes(texts.length - found.length),
        `${from}: ${found}`,
      );
      assert.deepEqual(found, texts.slice(texts.length - found.length));
    }
  });

  it("joins at the end of a packet after which a message begins", () => {
    const { decoder, found } = listening();
    decoder.push(fromHex("00026162"));
    assert.ok(decoder.joined);
    decoder.push(fromHex("0000020063"));
    assert.deepEqual(found, ["c"]);
  });

  it("waits where the sink stops it, and goes on in the same packet", () => {
    const { decoder, found, stop } = listening();
    stop();
    const [packet] = encode(100, ...framed(["a"], ["b"]));
    decoder.push(packet!);
    assert.ok(decoder.stopped);
    assert.deepEqual(found, ["a"]);
    decoder.resume();
    assert.deepEqual(found, ["a", "b"]);
  });

  const wrong: [why: string, hex: string][] = [
    ["no octet", ""],
    ["one octet", "00"],
    ["a message that begins behind its end", "000401"],
    ["a frame of length 0", "00000000"],
    ["a frame with reserved flags", "0000020261"],
    [
      "a frame of more octets than there are numbers",
      "0000ff" + "f".repeat(16) + "00",
    ],
    ["a message that begins inside of a frame", "00010500" + "6162"],
  ];
  for (const [why, hex] of wrong) {
    it(`refuses ${why}`, () => {
      const { decoder, found } = listening();
      decoder.push(concat(encode(100, ...framed(["a"]))));
      assert.throws(() => {
        decoder.push(fromHex(hex));
        // Half of a frame is none by itself; a message inside of it is.
        decoder.push(fromHex("0000020062"));
      }, { code: "EPROTO" });
      assert.deepEqual(found, ["a"]);
    });
  }

  it("refuses a frame beyond the limit before it has come", () => {
    const { decoder } = listening(1000);
    const packet = fromHex("0000ff00000000000003ea00");
    assert.throws(() => decoder.push(packet), { code: "EMSGSIZE" });
  });
});
