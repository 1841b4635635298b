// A ZAP handler socket that was busy got all questions at once, those of
// strangers who had left too. Peers that it had no room for were told "500",
// after which a client of libzmq does not try again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Router } from "../../mod.ts";
import { ZapClient } from "../../src/context/zap_client.ts";
import {
  makeZapRequest,
  type PatientAuthenticator,
  type ZapReply,
} from "../../src/security/zap.ts";
import { octets, text } from "../kit/messages.ts";
import { TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

const HANDLER = "inproc://zeromq.zap.01";

/** Asks, and says who comes; the name of each is its request id. */
function ask(asking: PatientAuthenticator, name: string): Promise<ZapReply> {
  const reply = asking(makeZapRequest({
    requestId: octets(name),
    domain: "test",
    address: "127.0.0.1",
    identity: new Uint8Array(),
    mechanism: "PLAIN",
    credentials: [octets("admin"), octets("secret")],
  })) as Promise<ZapReply>;
  reply.catch(() => {});
  return reply;
}

/** Takes the next question; gives its name, and how to answer it. */
async function next(handler: Router) {
  const [from, , version, id] = await handler.receive(TIMEOUT);
  const rest = ["200", "OK", "joe", ""] as const;
  return {
    name: text(id),
    answer: () => handler.send([from!, "", version!, id!, ...rest]),
  };
}

/** A context, its handler, and who asks it. */
async function scene(context: Context, options: object = {}) {
  const handler = new Router({ context, ...options });
  await handler.bind(HANDLER);
  const client = new ZapClient(context);
  return { handler, client, asking: client.authenticator()! };
}

describe("a busy ZAP handler", () => {
  it("is not asked about strangers who have left", async () => {
    await using context = new Context();
    const { handler, client, asking } = await scene(context);
    for (let i = 0; i < 5000; i++) {
      void ask(asking, `stranger ${i}`);
      asking.withdraw!(octets(`stranger ${i}`));
    }
    const admitted = within(ask(asking, "good"), "an answer");
    assert.equal(client.pending, 1);
    let asked = 0;
    for (;;) {
      const question = await next(handler);
      await question.answer();
      if (question.name === "good") break;
      asked++;
    }
    assert.equal((await admitted).userId, "joe");
    assert.ok(asked <= 64, `${asked} questions were asked in vain`);
    client.close();
  });

  it("answers all who wait, in order, however many and slow", async () => {
    await using context = new Context();
    // A queue of its own that is small makes nobody fail.
    const { handler, client, asking } = await scene(context, {
      receiveHighWaterMark: 1,
    });
    const names = Array.from({ length: 3000 }, (_, i) => `${i}`);
    const answers = names.map((name) => ask(asking, name));
    for (const name of names) {
      const question = await next(handler);
      assert.equal(question.name, name);
      await question.answer();
    }
    const ids = (await Promise.all(answers)).map(({ userId }) => userId);
    assert.deepEqual(new Set(ids), new Set(["joe"]));
    assert.equal(client.pending, 0);
    client.close();
  });

  it("is asked on although it does not answer everybody", async () => {
    await using context = new Context();
    const { handler, client, asking } = await scene(context);
    for (let i = 0; i < 500; i++) void ask(asking, `unanswered ${i}`);
    const admitted = ask(asking, "good");
    for (let i = 0; i < 500; i++) {
      assert.equal((await next(handler)).name, `unanswered ${i}`);
    }
    await (await next(handler)).answer();
    assert.equal((await within(admitted, "an answer")).userId, "joe");
    client.close();
  });

  it("that is bound anew is asked what the last one did not answer", async () => {
    await using context = new Context();
    const { handler, client, asking } = await scene(context);
    const answers = ["1", "2"].map((name) => ask(asking, name));
    assert.equal((await next(handler)).name, "1");
    await handler.close();
    const anew = new Router({ context });
    await anew.bind(HANDLER);
    answers.push(ask(asking, "3"));
    for (const name of ["1", "2", "3"]) {
      const question = await next(anew);
      assert.equal(question.name, name);
      await question.answer();
    }
    await within(Promise.all(answers), "all answers");
    client.close();
  });

  it("leaves no question behind when the context ends", async () => {
    const context = new Context();
    const { client, asking } = await scene(context);
    const answers = Array.from({ length: 100 }, (_, i) => ask(asking, `${i}`));
    client.close();
    const settled = Promise.allSettled(answers);
    for (const { status } of await within(settled, "all to fail")) {
      assert.equal(status, "rejected");
    }
    assert.equal(client.pending, 0);
    await context.shutdown();
  });
});
