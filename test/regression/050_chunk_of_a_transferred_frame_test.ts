// Frames are views of the chunk that they came in. Who transferred the buffer
// of one took along what waited in the chunk to be decoded, and nothing told
// of it: the decoder went on behind it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { concat, toBytes } from "../../src/base/bytes.ts";
import { WebSocketEncoder } from "../../src/session/websocket_encoder.ts";
import {
  type Decoder,
  FrameDecoder,
  type FrameSink,
} from "../../src/wire/frame_decoder.ts";
import { encodeFrame, MORE } from "../../src/wire/framing.ts";
import { MarkedFrameDecoder } from "../../src/wire/marked_frames.ts";
import { WebSocketDecoder } from "../../src/wire/websocket_decoder.ts";
import { login } from "../hostile/login.ts";
import { RawPeer } from "../hostile/raw_peer.ts";
import { text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { takeAway } from "../kit/take_away.ts";
import { until } from "../kit/wait.ts";

const TAKEN = { code: "EINVAL", reason: "ERR_MEMORY_DETACHED" };
const PLACE = { role: "client", mechanism: "NULL", scheme: "tcp" } as const;
const HEAD = toBytes("head");
const LIMITS = { message: -1, command: -1 };

type Framing = readonly [
  decoder: (sink: FrameSink) => Pick<Decoder, "push" | "resume">,
  octets: (text: string) => Uint8Array,
];

const framings: Readonly<Record<string, Framing>> = {
  "ZMTP": [
    (sink) => new FrameDecoder(sink, LIMITS),
    (body) => encodeFrame(0, toBytes(body)),
  ],
  "NORM": [
    (sink) => new MarkedFrameDecoder(sink, LIMITS),
    (body) => concat([new Uint8Array(1), encodeFrame(0, toBytes(body))]),
  ],
  "WebSockets": [
    (sink) =>
      new WebSocketDecoder(
        { frame: sink.frame, pinged: () => {}, goodbye: () => {} },
        LIMITS,
        { masked: true, commands: true },
      ),
    (body) =>
      concat(
        new WebSocketEncoder(true).encode([encodeFrame(0, toBytes(body))], 0),
      ),
  ],
};

describe("a decoder that waits says that its chunk was taken", () => {
  for (const [name, [make, octets]] of Object.entries(framings)) {
    // The second one is empty: some decoders have made it of memory of their
    // own when they are stopped at it.
    for (const bodies of [["first", "second"], ["first", "", "third"]]) {
      for (const next of ["resume", "push"] as const) {
        it(`${name}, ${bodies.length} frames, ${next}()`, () => {
          const frames: Uint8Array[] = [];
          const decoder = make({
            frame: (_flags, body) => frames.push(body) < bodies.length - 1,
          });
          decoder.push(concat(bodies.map(octets)));
          assert.equal(frames.length, bodies.length - 1);
          takeAway(frames[0]!);
          assert.throws(
            () =>
              next === "push" ? decoder.push(octets("x")) : decoder.resume(),
            TAKEN,
          );
        });
      }
    }
  }
});

/** What the socket tells of connections that were lost for a reason. */
function failuresOf(socket: Pull): unknown[] {
  const failures: unknown[] = [];
  socket.events.on("disconnect", ({ error }) => {
    if (error !== undefined) {
      failures.push({ code: error.code, reason: error.reason });
    }
  });
  return failures;
}

describe("a socket whose received frame was transferred", () => {
  for (const scheme of ["tcp", "ws"] as const) {
    it(`tells that what waited is lost, over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull, { receiveHighWaterMark: 1 });
      const push = stage.make(Push, {});
      const failures = failuresOf(pull);
      await stage.join(pull, push);
      await until(() => push.peers.length === 1, "they are connected");
      for (let i = 0; i < 20; i++) assert.ok(push.trySend(`message ${i}`));
      const [frame] = await pull.receive(TIMEOUT);
      assert.equal(text(frame), "message 0");
      takeAway(frame!);
      while (pull.tryReceive() !== undefined);
      await until(() => failures.length > 0, "the connection has failed");
      assert.deepEqual(failures, [TAKEN]);
      await push.send("later");
      while (text((await pull.receive(TIMEOUT))[0]) !== "later");
    });
  }

  it("tells that frames of a message under way are lost", async () => {
    await using stage = new Stage("tcp");
    const pull = stage.make(Pull, {});
    const failures = failuresOf(pull);
    const peer = await RawPeer.connectTo(await pull.bind(stage.place()));
    try {
      await login(peer, PLACE, { type: "PUSH" });
      // Both in one chunk, of which nothing else is left.
      peer.say(
        concat([encodeFrame(0, toBytes("whole")), encodeFrame(MORE, HEAD)]),
      );
      takeAway((await pull.receive(TIMEOUT))[0]!);
      peer.say(encodeFrame(0, toBytes("end")));
      await until(() => failures.length > 0, "the connection has failed");
      assert.deepEqual(failures, [TAKEN]);
    } finally {
      peer.close();
    }
  });
});
