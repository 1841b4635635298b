// One empty frame served the whole process, and users got it: in notices, over
// inproc as the delimiter of a request, for `null`. After a transfer of its
// buffer no handshake came to an end any more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  Dealer,
  Pull,
  Push,
  Request,
  Router,
  Stream,
  XPublisher,
  XSubscriber,
  type ZapRequest,
} from "../../mod.ts";
import { PartialBody } from "../../src/wire/partial_body.ts";
import { text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { takeAway } from "../kit/take_away.ts";

/** A request and its reply over a new connection. */
async function talk(): Promise<void> {
  await using stage = new Stage("tcp");
  const router = stage.make(Router, {});
  const request = stage.make(Request, {});
  await stage.join(router, request);
  const reply = request.request("question", TIMEOUT);
  const [id] = await router.receive(TIMEOUT);
  await router.send([id!, null, "answer"]);
  assert.equal(text((await reply)[0]), "answer");
}

/** Takes the memory of all empty frames away. */
function takeEmpty(message: readonly Uint8Array[]): void {
  let empty = 0;
  for (const frame of message) {
    if (frame.length > 0) continue;
    empty++;
    takeAway(frame);
  }
  assert.ok(empty > 0, "no frame is empty");
}

describe("after the transfer of an empty frame's buffer one can connect", () => {
  it("where it was the delimiter of a request", async () => {
    await using stage = new Stage("inproc");
    const router = stage.make(Router, {});
    const request = stage.make(Request, {});
    await stage.join(router, request);
    for (let i = 0; i < 2; i++) {
      const reply = request.request("question", TIMEOUT);
      const message = await router.receive(TIMEOUT);
      assert.equal(message.length, 3);
      await router.send([message[0]!, null, "answer"]);
      await reply;
      takeEmpty(message);
    }
    await talk();
  });

  for (const scheme of ["tcp", "inproc"] as const) {
    it(`where it was sent as null, over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const pull = stage.make(Pull, {});
      const push = stage.make(Push, {});
      await stage.join(pull, push);
      for (let i = 0; i < 2; i++) {
        await push.send([null, null]);
        takeEmpty((await pull.receive(TIMEOUT)).slice(1));
      }
      await talk();
    });

    it(`where it was a probe, over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const router = stage.make(Router, {});
      const dealer = stage.make(Dealer, { probeRouter: true });
      await stage.join(router, dealer);
      takeEmpty(await router.receive(TIMEOUT));
      await talk();
    });
  }

  it("where it told of a peer", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { notify: true });
    const dealer = stage.make(Dealer, {});
    await stage.join(router, dealer);
    takeEmpty(await router.receive(TIMEOUT));
    await dealer.close();
    takeEmpty(await router.receive(TIMEOUT));
    const stream = stage.make(Stream, {});
    const other = stage.make(Stream, {});
    await stage.join(stream, other);
    takeEmpty(await stream.receive(TIMEOUT));
    takeEmpty(await other.receive(TIMEOUT));
    await talk();
  });

  it("where an authenticator was told that there is no identity", async () => {
    const asked: ZapRequest[] = [];
    await using stage = new Stage("tcp");
    const context = new Context({
      authenticate: (request) => {
        asked.push(request);
        takeAway(request.identity);
        return true;
      },
    });
    const pull = new Pull({ context, zapDomain: "test" });
    try {
      const push = stage.make(Push, {});
      push.connect(await pull.bind("tcp://127.0.0.1:*"));
      await push.send("here");
      await pull.receive(TIMEOUT);
      assert.equal(asked.length, 1);
    } finally {
      await pull.close();
      await context.shutdown();
    }
    await talk();
  });

  it("where it was a subscription to everything", async () => {
    await using stage = new Stage("inproc");
    const publisher = stage.make(XPublisher, {});
    const subscriber = stage.make(XSubscriber, {});
    await stage.join(publisher, subscriber);
    await subscriber.send([new Uint8Array([2]), null]);
    takeEmpty(await publisher.receive(TIMEOUT));
    await talk();
  });
});

it("an empty body that came in pieces is nobody else's", () => {
  const body = new PartialBody({});
  body.expect(0);
  const first = body.take();
  takeAway(first);
  body.expect(0);
  assert.notEqual(body.take().buffer, first.buffer);
});
