// `receive(100)` took no notice of its argument, and waited for ever; so did
// other calls. And TypeScript refused options that may be undefined.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  Context,
  poll,
  Pull,
  Push,
  Request,
  Router,
  Server,
  type WaitOptions,
} from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";

type Call = (options: WaitOptions) => Promise<unknown>;

describe("the options of a call", () => {
  let bag: Bag;
  let calls: Record<string, Call>;

  before(() => {
    bag = new Bag();
    const pull = bag.keep(new Pull());
    const push = bag.keep(new Push());
    const request = bag.keep(new Request());
    const server = bag.keep(new Server());
    const context = new Context();
    calls = {
      "receive()": (options) => pull.receive(options),
      "receiveFrom()": (options) => pull.receiveFrom(options),
      "receiveMany()": (options) => pull.receiveMany(1, options),
      "send()": (options) => push.send("x", options),
      "send() to a number": (options) => server.send("x", options as never),
      "request()": (options) => request.request("x", options),
      "poll()": (options) => poll([pull], options),
      "close()": (options) => pull.close(options as never),
      "shutdown()": (options) => context.shutdown(options as never),
      "new Context()": async (options) => await new Context(options as never),
    };
  });
  after(() => bag[Symbol.asyncDispose]());

  for (
    const name of [
      "receive()",
      "receiveFrom()",
      "receiveMany()",
      "send()",
      "send() to a number",
      "request()",
      "poll()",
      "close()",
      "shutdown()",
      "new Context()",
    ]
  ) {
    it(`must be an object: ${name}`, async () => {
      for (const wrong of [100, "100", true, null, () => {}]) {
        const call = calls[name]!(wrong as never);
        await assert.rejects(within(call, "the refusal"), {
          code: "EINVAL",
          message: /^Cannot .* with .*: expected an object of options$/,
        });
      }
    });
  }

  it("may be undefined, each and all, for TypeScript too", async () => {
    // As long as a program's values, which may be there or not.
    const signal: AbortSignal | undefined = [new AbortController().signal][1];
    const number: number | undefined = [1][1];
    const context = new Context({ ipv6: undefined, authenticate: undefined });
    const pull = new Pull({ linger: number, context });
    const push = new Push({ context: undefined, sendTimeout: number });
    const request = new Request();
    const router = bag.keep(new Router());
    router.connect("inproc://062", { routingId: undefined });
    const call = pull.receive({ signal, timeout: number });
    const asking = request.request("x", {
      signal,
      timeout: number,
      retries: number,
    });
    const polling = poll([pull], { signal, timeout: number });
    const failed = [call, asking, polling].map((each) =>
      assert.rejects(each, { code: "EBADF" })
    );
    await Promise.all(
      [pull, push, request].map((socket) => socket.close({ linger: number })),
    );
    await Promise.all(failed);
    await context.shutdown({ linger: number });
  });
});
