// What the adapters share: errors, clocks, the write queue, the race of
// several addresses, and that every file loads on every runtime.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { detectRuntime } from "../../../adapters/auto.ts";
import { messageDefer, systemClock } from "../../../adapters/clock.ts";
import { WriteQueue } from "../../../adapters/connection.ts";
import { dialFirst } from "../../../adapters/dial.ts";
import { systemCode, toZmqError } from "../../../adapters/errors.ts";
import { webRuntime } from "../../../adapters/web/runtime.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import { assertSameOctets, cut, pattern } from "../../kit/byte_end.ts";
import { runtimeName, turns } from "../../kit/runtime.ts";

describe("adapters", () => {
  it("load on every runtime, each of their files", async () => {
    const folder = new URL("../../../adapters/", import.meta.url);
    const paths = readdirSync(fileURLToPath(folder), {
      recursive: true,
      encoding: "utf8",
    }).filter((path) => /\.(ts|js)$/.test(path) && !path.endsWith(".d.ts"));
    assert.ok(paths.length > 20);
    for (const path of paths) {
      await import(new URL(path.replaceAll("\\", "/"), folder).href);
    }
  });

  it("know the runtime at hand, once and for all", () => {
    const runtime = detectRuntime();
    assert.equal(runtime.name, runtimeName);
    assert.equal(detectRuntime(), runtime);
    const schemes = runtime.transports.map(({ scheme }) => scheme);
    assert.deepEqual(schemes, ["tcp", "ipc"]);
  });

  it("have a clock but no transports for the Web", () => {
    const runtime = webRuntime();
    assert.equal(runtime.name, "web");
    assert.deepEqual(runtime.transports, []);
    assert.equal(runtime.options.size, 0);
    assert.ok(runtime.clock.now() > 0);
  });
});

describe("toZmqError", () => {
  const failure = (code: string) => Object.assign(new Error("x"), { code });

  it("maps errno names by what was being done", () => {
    const rows = [
      ["ECONNREFUSED", "connect", "ECONNREFUSED"],
      ["ENOENT", "connect", "ECONNREFUSED"],
      ["ENOENT", "bind", "ENOENT"],
      ["EADDRINUSE", "bind", "EADDRINUSE"],
      ["EADDRNOTAVAIL", "bind", "EADDRNOTAVAIL"],
      ["EACCES", "bind", "EACCES"],
      ["EPERM", "connect", "EACCES"],
      ["ENFILE", "connect", "EMFILE"],
      ["EMFILE", "bind", "EMFILE"],
      ["ETIMEDOUT", "connect", "ETIMEDOUT"],
      ["ENETUNREACH", "connect", "EHOSTUNREACH"],
      ["ENOTFOUND", "connect", "EHOSTUNREACH"],
      ["EAI_AGAIN", "connect", "EHOSTUNREACH"],
      ["EPIPE", "transfer", "ECONNRESET"],
      ["ECONNRESET", "transfer", "ECONNRESET"],
      ["EWHATEVER", "transfer", "ECONNRESET"],
      ["ERR_SOCKET_CLOSED", "connect", "EHOSTUNREACH"],
    ] as const;
    for (const [code, task, expected] of rows) {
      const cause = failure(code);
      const error = toZmqError(cause, task, "tcp://x:1");
      assert.equal(error.code, expected, code);
      assert.equal(error.cause, cause);
      assert.equal(error.address, "tcp://x:1");
      assert.ok(error.message.includes(`"tcp://x:1"`));
      assert.match(error.message, /^[A-Z].*[^.]$/);
    }
  });

  it("maps Deno's classes, and keeps its hint about permissions", () => {
    const cause = Object.assign(new Error("Requires net access to x"), {
      name: "NotCapable",
    });
    assert.equal(systemCode(cause), "EACCES");
    const error = toZmqError(cause, "connect", "tcp://x:1");
    assert.equal(error.code, "EACCES");
    assert.ok(error.message.endsWith(cause.message));
  });

  it("leaves the library's own errors alone, and takes anything", () => {
    const own = new ZmqError("ENODEV", "No such interface");
    assert.equal(toZmqError(own, "bind", "tcp://x:1"), own);
    const error = toZmqError("a text", "connect", "tcp://x:1");
    assert.equal(error.code, "EHOSTUNREACH");
    assert.equal(toZmqError(null, "bind", "x").code, "EADDRNOTAVAIL");
  });
});

describe("systemClock", () => {
  const { clock } = detectRuntime();

  it("goes forward", async () => {
    const start = clock.now();
    await new Promise<void>((resolve) => clock.setTimer(resolve, 20));
    const passed = clock.now() - start;
    assert.ok(passed >= 18 && passed < 5000, `${passed} ms passed`);
  });

  it("cancels timers, before and after they fire", async () => {
    let fired = 0;
    const cancelled = clock.setTimer(() => fired++, 1);
    cancelled.hold(false);
    cancelled.cancel();
    const timer = clock.setTimer(() => fired++, 1);
    timer.hold(false);
    timer.hold(true);
    await turns(10);
    timer.cancel();
    timer.hold(false);
    assert.equal(fired, 1);
  });

  it("does not fire at once for a delay that no timer takes", async () => {
    const fired: number[] = [];
    const timers = [2 ** 31, 1e12, Infinity].map((delay) =>
      clock.setTimer(() => fired.push(delay), delay)
    );
    await turns(5);
    for (const timer of timers) timer.cancel();
    assert.deepEqual(fired, []);
  });

  it("defers until promises are done, in order, and soon", async () => {
    for (
      const { defer } of [
        clock,
        systemClock({ defer: messageDefer(new MessageChannel()) }),
      ]
    ) {
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        defer(() => order.push("first"));
        defer(() => {
          order.push("second");
          resolve();
        });
        Promise.resolve().then(() => order.push("promise")).then(() =>
          order.push("promise of a promise")
        );
        order.push("now");
      });
      assert.deepEqual(order, [
        "now",
        "promise",
        "promise of a promise",
        "first",
        "second",
      ]);
    }
    const start = clock.now();
    for (let i = 0; i < 500; i++) {
      await new Promise<void>((resolve) => clock.defer(resolve));
    }
    // A timer in disguise would need half a second and more.
    assert.ok(clock.now() - start < 400);
  });
});

describe("WriteQueue", () => {
  it("gives every octet in order, whatever is taken at a time", () => {
    const sent = pattern(400_000);
    for (const lengths of [[1, 200, 0, 5000], [20_000, 10], [16_383, 70_000]]) {
      for (const step of [1000, 65_536, 1_000_000]) {
        const queue = new WriteQueue();
        const taken: Uint8Array[] = [];
        for (const part of cut(sent, lengths)) {
          queue.push([part]);
          if (queue.length < 150_000) continue;
          const chunk = queue.peek().slice(0, step);
          taken.push(chunk);
          queue.consume(chunk.length);
        }
        while (queue.length > 0) {
          const chunk = queue.peek().slice(0, step);
          taken.push(chunk);
          queue.consume(chunk.length);
        }
        const whole = new Uint8Array(
          taken.reduce((sum, { length }) => sum + length, 0),
        );
        let at = 0;
        for (const chunk of taken) {
          whole.set(chunk, at);
          at += chunk.length;
        }
        assertSameOctets(whole, sent);
      }
    }
  });

  it("gathers small parts and passes large ones on as they are", () => {
    const queue = new WriteQueue();
    const large = pattern(16_384);
    queue.push([pattern(10), pattern(20), large, pattern(5)]);
    assert.equal(queue.length, 16_419);
    assert.equal(queue.peek().length, 30);
    queue.consume(30);
    assert.equal(queue.peek(), large);
    queue.consume(large.length);
    assert.equal(queue.peek().length, 5);
    queue.clear();
    assert.equal(queue.length, 0);
  });
});

describe("dialFirst", () => {
  /** A connection that says when it is closed. */
  class Line {
    readonly host: string;
    closed = false;

    constructor(host: string) {
      this.host = host;
    }

    close(): void {
      this.closed = true;
    }
  }
  const { signal } = new AbortController();

  it("takes the next host as soon as one fails", async () => {
    const dialled: string[] = [];
    const line = await dialFirst(["a", "b", "c"], signal, (host) => {
      dialled.push(host);
      return host === "b"
        ? Promise.resolve(new Line(host))
        : Promise.reject(new Error(host));
    });
    assert.equal(line.host, "b");
    assert.deepEqual(dialled, ["a", "b"]);
  });

  it("tells the failure of the first host when all fail", async () => {
    const dialling = dialFirst(
      ["a", "b"],
      signal,
      (host) => Promise.reject(new Error(host)),
    );
    await assert.rejects(dialling, { message: "a" });
  });

  it("starts the next host beside one that does not answer", async () => {
    const signals: AbortSignal[] = [];
    const line = await dialFirst(["a", "b"], signal, (host, own) => {
      signals.push(own);
      if (host === "b") return Promise.resolve(new Line(host));
      return new Promise((_, reject) =>
        own.addEventListener("abort", () => reject(own.reason))
      );
    });
    assert.equal(line.host, "b");
    assert.ok(signals[0]!.aborted, "the attempt that lost is given up");
  });

  it("closes a connection that comes too late", async () => {
    const late = new Line("a");
    let connect!: (line: Line) => void;
    await dialFirst(
      ["a", "b"],
      signal,
      (host) =>
        host === "b"
          ? Promise.resolve(new Line(host))
          : new Promise<Line>((resolve) => connect = resolve),
    );
    connect(late);
    await turns(1);
    assert.ok(late.closed);
  });

  it("gives up all attempts when aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("no time");
    const dialling = dialFirst(
      ["a", "b"],
      controller.signal,
      (_, own) =>
        new Promise<Line>((_, reject) =>
          own.addEventListener("abort", () => reject(own.reason))
        ),
    );
    controller.abort(reason);
    await assert.rejects(dialling, reason);
  });
});
