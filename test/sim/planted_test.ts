// thorough
// The simulation finds bugs: each of these, planted into the engine while a
// test runs, is caught within a hundred seeds.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConnectionPipe } from "../../src/routing/connection_pipe.ts";
import type { Batch } from "../../src/routing/outbox.ts";
import { Pipe } from "../../src/routing/pipe.ts";
import { Heartbeat } from "../../src/session/heartbeat.ts";
import { Session } from "../../src/session/session.ts";
import type { SubPattern } from "../../src/socket/patterns/sub.ts";
import { SubscribingPattern } from "../../src/socket/patterns/subscribing.ts";
import { show } from "../kit/show.ts";
import { firstFailure } from "./seeds.ts";

const MOST = 100;

type Method = (...args: never[]) => unknown;

/** Replaces a method until the end of a block. */
function plant<T extends object>(
  prototype: T,
  name: string,
  change: (method: Method) => Method,
): Disposable {
  const methods = prototype as Record<string, Method>;
  const own = Object.hasOwn(methods, name);
  const method = methods[name]!;
  assert.equal(typeof method, "function");
  methods[name] = change(method);
  return {
    [Symbol.dispose]: () => {
      if (own) methods[name] = method;
      else delete methods[name];
    },
  };
}

/** True for one call in so many. */
function rarely(often: number): () => boolean {
  let calls = 0;
  return () => ++calls % often === 0;
}

async function caught(scenario: string, expected: RegExp): Promise<void> {
  const outcome = await firstFailure(scenario, MOST);
  assert.ok(outcome, `none of ${MOST} seeds found it`);
  show(`caught by seed ${outcome.seed} of ${scenario}`);
  const found = outcome.faults.join("; ");
  assert.match(found, expected);
  assert.match(
    outcome.line,
    new RegExp(`^npm run sim -- --seed ${outcome.seed} --scenario ${scenario}`),
  );
}

describe("the simulation catches", () => {
  it("a pipe that drops one message in a hundred", async () => {
    const isDue = rarely(100);
    using _ = plant(
      ConnectionPipe.prototype,
      "write",
      (write) =>
        function (this: ConnectionPipe, ...args) {
          return isDue() ? true : write.apply(this, args);
        },
    );
    await caught("pipeline", /lost \d+ without a break/);
  });

  it("a pipe that writes its last batch again on a new connection", async () => {
    const last = new WeakMap<ConnectionPipe, Batch>();
    const again = new WeakSet<ConnectionPipe>();
    using _ = plant(
      ConnectionPipe.prototype,
      "take",
      (take) =>
        function (this: ConnectionPipe) {
          if (again.delete(this) && last.has(this)) return last.get(this);
          const batch = take.apply(this) as Batch | undefined;
          if (batch !== undefined) last.set(this, batch);
          return batch;
        },
    );
    using __ = plant(
      ConnectionPipe.prototype,
      "attach",
      (attach) =>
        function (this: ConnectionPipe, ...args) {
          again.add(this);
          return attach.apply(this, args);
        },
    );
    await caught("pipeline", /duplicates [1-9]/);
  });

  it("a pipe that gives the second message first", async () => {
    const isDue = rarely(20);
    using _ = plant(Pipe.prototype, "read", (read) =>
      function (this: Pipe) {
        if (this.inbox.length > 1 && isDue()) {
          this.inbox.push(this.inbox.shift()!);
        }
        return read.apply(this);
      });
    await caught("pipeline", /reordered [1-9]/);
  });

  it("a message that lost its last frame", async () => {
    const isDue = rarely(100);
    using _ = plant(
      ConnectionPipe.prototype,
      "deliver",
      (deliver) =>
        function (this: ConnectionPipe, message: Uint8Array[]) {
          if (isDue() && message.length > 1) message.pop();
          return deliver.call(this, message as never);
        } as Method,
    );
    await caught("pipeline", /torn [1-9]/);
  });

  it("octets that are forgotten when their connection breaks", async () => {
    using _ = plant(Session.prototype, "catchUp", () => () => {});
    await caught("pipeline", /lost \d+ without a break.*was handed over/);
  });

  it("a sender that is never told of room", async () => {
    using _ = plant(ConnectionPipe.prototype, "flushed", () => () => {});
    await caught("pipeline", /not all served/);
  });

  it("a heartbeat that goes on after its connection", async () => {
    using _ = plant(Heartbeat.prototype, "stop", () => () => {});
    await caught("pipeline", /timers are left/);
  });

  it("subscriptions that a new connection is not told of", async () => {
    const told = new WeakSet<Pipe>();
    using _ = plant(
      SubscribingPattern.prototype,
      "online",
      (online) =>
        function (this: SubPattern, pipe: Pipe) {
          if (told.has(pipe)) return;
          told.add(pipe);
          online.call(this, pipe as never);
        } as Method,
    );
    await caught("pubsub", /not subscribed again/);
  });
});
