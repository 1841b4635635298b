// R19: a context that is shut down in the middle of everything: whoever waits
// on one of its sockets is told at once. That the process ends then, is in
// exit_test.ts.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { describe, it } from "node:test";
import {
  Context,
  Dealer,
  Pull,
  Push,
  Reply,
  Request,
  Subscriber,
  type ZmqError,
} from "../../mod.ts";
import { verdict } from "../kit/verdict.ts";
import { until } from "../kit/wait.ts";

describe("Context.shutdown()", () => {
  it("settles all that waits, with ETERM", async () => {
    let asked = false;
    const context = new Context({
      blocky: false,
      authenticate: () => {
        asked = true;
        return new Promise(() => {});
      },
    });
    // Accepts and says nothing: handshakes wait.
    const mute = createServer();
    mute.listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as { readonly port: number };
    const silent = `tcp://127.0.0.1:${port}`;
    const waiting: Record<string, Promise<unknown>> = {};

    const pull = new Pull({ context });
    await pull.bind("tcp://127.0.0.1:*");
    waiting["receive"] = pull.receive();
    waiting["receiveMany"] = pull.receiveMany();
    waiting["receiveFrom"] = pull.receiveFrom();
    // A loop over a socket that is closed just ends.
    const iterator = new Subscriber({ context })[Symbol.asyncIterator]();
    let loopEnded: boolean | undefined = false;
    const iteration = iterator.next().then(({ done }) => {
      loopEnded = done;
    });
    waiting["send without a peer"] = new Push({ context }).send("x");
    const full = new Dealer({ context, sendHighWaterMark: 1 });
    full.connect(silent);
    await full.send("x");
    waiting["send to a handshake"] = full.send("y");
    const far = new Dealer({ context });
    // An address of documentation, RFC 5737: the attempt waits.
    far.connect("tcp://192.0.2.1:9");
    waiting["receive of a connect"] = far.receive();
    const reply = new Reply({ context, plainServer: true });
    const guarded = await reply.bind("tcp://127.0.0.1:*");
    const request = new Request({
      context,
      plainUsername: "u",
      plainPassword: "p",
    });
    request.connect(guarded);
    waiting["request to a ZAP that never answers"] = request.request("x");
    await until(() => asked, "the authenticator is asked");

    const codes = new Map<string, string>();
    for (const [name, promise] of Object.entries(waiting)) {
      promise.then(
        () => codes.set(name, "done"),
        (error: ZmqError) => codes.set(name, error.code ?? String(error)),
      );
    }
    const start = performance.now();
    await context.shutdown();
    const took = performance.now() - start;
    await until(
      () => codes.size === Object.keys(waiting).length,
      "all of them settle",
    );
    await iteration;
    assert.equal(loopEnded, true);
    mute.close();
    const settled = performance.now() - start;
    const wrong = [...codes].filter(([, code]) => code !== "ETERM");
    verdict("R19", {
      figure: `${codes.size} waits settled in ${
        settled.toFixed(0)
      } ms, over in ${took.toFixed(0)} ms; not ETERM: ${
        wrong.map((each) => each.join(" ")).join(", ") || "none"
      }`,
      target: "1000 ms, none",
      ok: settled <= 1000 && took <= 1000 && wrong.length === 0,
    });
  });
});
