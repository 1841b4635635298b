// thorough
// Connections that are cut within a message of five parts, at the ends of its
// frames and within them, both ways: nobody is ever handed a part of it, or a
// tail. RFC 23: messages are delivered atomically.
import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import { it } from "node:test";
import { type Context, Pull, Push } from "../../mod.ts";
import { concat } from "../../src/base/bytes.ts";
import { headerSize } from "../../src/wire/framing.ts";
import {
  type Mechanism,
  mechanisms,
  ourSecurity,
} from "../interop/security.ts";
import { octets, texts } from "../kit/messages.ts";
import { until } from "../kit/wait.ts";
import { arena } from "./arena.ts";
import { type Insider, TrafficScene } from "./traffic_scene.ts";

const SMALL = ["one", "", "three", "x".repeat(300), "five"];
const LARGE = ["a", "b", "c", "d", "e"].map((part) => part.repeat(200_000));
const MORE = 1;

/** Passes octets on between two sockets, up to a cut in one direction. */
class Cutter {
  /** Octets of the connecting side that pass until both are cut. */
  limit = Infinity;
  passed = 0;
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(target: number) {
    this.#server = createServer((from) => {
      const to = connect(target, "127.0.0.1");
      this.#sockets.push(from, to);
      from.on("data", (chunk: Uint8Array) => {
        const rest = Math.max(0, this.limit - this.passed);
        this.passed += Math.min(rest, chunk.length);
        if (rest > 0) to.write(chunk.subarray(0, rest));
        if (chunk.length < rest) return;
        to.end();
        from.destroy();
      });
      to.on("data", (chunk: Uint8Array) => from.write(chunk));
      for (const [one, other] of [[from, to], [to, from]] as const) {
        one.on("error", () => {});
        one.on("close", () => other.destroy());
      }
    });
  }

  static async to(endpoint: string): Promise<Cutter> {
    const cutter = new Cutter(Number(endpoint.split(":").at(-1)));
    await new Promise<void>((resolve) =>
      cutter.#server.listen(0, "127.0.0.1", resolve)
    );
    return cutter;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as { port: number };
    return `tcp://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

arena("a message of five parts that is cut", (shared) => {
  for (const mechanism of mechanisms) {
    for (const isReset of [false, true]) {
      const how = isReset ? "reset" : "ended";
      it(`on its way to us, ${how} within and between frames, over ${mechanism}, is never seen`, async () => {
        const place = { role: "client", mechanism, scheme: "tcp" } as const;
        await using scene = await TrafficScene.open(place, shared, {
          type: "PULL",
        });
        const lengths = framesOf(SMALL, await scene.insider());
        for (const [i, cut] of cutsOf(lengths).entries()) {
          const insider = await scene.insider();
          const whole = concat(
            SMALL.map((part, i) =>
              insider.frame(i < SMALL.length - 1 ? MORE : 0, octets(part))
            ),
          );
          insider.raw.say(whole.subarray(0, cut));
          if (isReset) insider.raw.reset();
          else insider.raw.finish();
          await until(() => scene.count("disconnect") > i, "it is gone");
        }
        assert.deepEqual(scene.drain(), []);
      });
    }

    for (const [size, parts] of [["small", SMALL], ["large", LARGE]] as const) {
      it(`on its way from us over ${mechanism}, of ${size} parts, has no tail for the next peer`, async () => {
        const { context } = shared;
        const pull = new Pull({ context, ...ourSecurity(mechanism, true) });
        const end = await pull.bind("tcp://127.0.0.1:*");
        const sending = { context, end, pull, mechanism, parts };
        // How much passes before the message, and with it.
        const { before, after } = await send(sending, Infinity);
        const extra = mechanism === "CURVE" ? 33 : 0;
        const lengths = parts.map((part) =>
          headerSize(part.length + extra) +
          part.length + extra
        );
        const sum = lengths.reduce((a, b) => a + b, 0);
        assert.equal(after - before, sum);
        for (const cut of cutsOf(lengths)) await send(sending, before + cut);
        await pull.close();
      });
    }
  }
});

/** The lengths of the frames of a message. */
function framesOf(parts: readonly string[], insider: Insider): number[] {
  const lengths = parts.map((part) => insider.frame(0, octets(part)).length);
  insider.raw.close();
  return lengths;
}

/** Where to cut: at, before and after each end of a frame, and in its middle. */
function cutsOf(lengths: readonly number[]): number[] {
  const cuts = new Set<number>();
  let at = 0;
  for (const length of lengths) {
    for (const cut of [1, 2, length >> 1, length - 1, length, length + 1]) {
      cuts.add(at + cut);
    }
    at += length;
  }
  return [...cuts].filter((cut) => cut > 0 && cut < at);
}

interface Sending {
  readonly context: Context;
  readonly end: string;
  readonly pull: Pull;
  readonly mechanism: Mechanism;
  readonly parts: readonly string[];
}

/** Sends a message through a cutter, and then one that arrives. */
async function send(
  { context, end, pull, mechanism, parts }: Sending,
  limit: number,
): Promise<{ readonly before: number; readonly after: number }> {
  const cutter = await Cutter.to(end);
  cutter.limit = limit;
  const push = new Push({
    context,
    linger: 0,
    reconnectInterval: 5,
    ...ourSecurity(mechanism, false),
  });
  const events: string[] = [];
  void (async () => {
    for await (const { type } of push.events) {
      if (type === "disconnect") cutter.limit = Infinity;
      events.push(type);
    }
  })();
  push.connect(cutter.endpoint);
  await until(() => events.includes("handshake"), "it is let in");
  await until(() => pull.peers.length === 1, "on both sides");
  const before = cutter.passed;
  await push.send(parts.slice());
  if (limit === Infinity) {
    assert.deepEqual(texts(await pull.receive()), parts);
  } else await until(() => events.includes("disconnect"), "it is cut");
  const after = cutter.passed;
  await push.send("whole");
  // What was cut is lost, or comes whole and once: never in part.
  const seen: string[][] = [];
  do seen.push(texts(await pull.receive())); while (
    seen.at(-1)![0] !== "whole"
  );
  assert.ok(seen.length <= 2, "not twice");
  for (const message of seen.slice(0, -1)) assert.deepEqual(message, parts);
  await push.close();
  await cutter.close();
  await until(() => pull.peers.length === 0, "all is over");
  return { before, after };
}
