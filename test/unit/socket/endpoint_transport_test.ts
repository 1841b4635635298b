// bind() and connect() with a transport for the one endpoint.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  Dealer,
  Pull,
  Push,
  Router,
  type SocketEvent,
  ZmqError,
} from "../../../mod.ts";
import { MemoryNetwork } from "../../kit/memory_stream.ts";
import { nextTexts, Stage } from "../../kit/stage.ts";
import { until, within } from "../../kit/wait.ts";

/** An endpoint that the runtime's own tcp could neither bind nor reach. */
const PLACE = "tcp://nowhere.invalid:5555";

describe("bind() and connect() with a transport", () => {
  it("make their connections by it, and others by the context's", async () => {
    await using stage = new Stage("tcp");
    const network = new MemoryNetwork();
    const pull = stage.make(Pull, {});
    const push = stage.make(Push, {});
    assert.equal(await pull.bind(PLACE, { transport: network }), PLACE);
    push.connect(PLACE, { transport: network });
    assert.equal(push.lastEndpoint, PLACE);
    await push.send("by memory");
    assert.deepEqual(await nextTexts(pull), ["by memory"]);
    await push.disconnect(PLACE);
    await stage.join(pull, push);
    await push.send("by tcp");
    assert.deepEqual(await nextTexts(pull), ["by tcp"]);
    assert.equal(network.pairs.length, 1);
  });

  it("connect again through it when a connection is lost", async () => {
    await using stage = new Stage("tcp");
    const network = new MemoryNetwork();
    const pull = stage.make(Pull, {});
    const push = stage.make(Push, {});
    await pull.bind(PLACE, { transport: network });
    push.connect(PLACE, { transport: network });
    await push.send("before");
    assert.deepEqual(await nextTexts(pull), ["before"]);
    const retry = push.events.once("connect:retry");
    network.pairs[0]![0].reset();
    assert.equal((await within(retry, "the next attempt")).address, PLACE);
    await push.send("after");
    assert.deepEqual(await nextTexts(pull), ["after"]);
    assert.equal(network.pairs.length, 2);
  });

  it("are let go by disconnect(), unbind() and close()", async () => {
    await using stage = new Stage("tcp");
    const network = new MemoryNetwork();
    const pull = stage.make(Pull, {});
    const push = stage.make(Push, {});
    for (let round = 0; round < 2; round++) {
      await pull.bind(PLACE, { transport: network });
      push.connect(PLACE, { transport: network });
      await push.send("here");
      await nextTexts(pull);
      await push.disconnect(PLACE);
      await pull.unbind(PLACE);
      await until(
        () => network.pairs[round]!.every(({ gone }) => gone),
        "both ends are gone",
      );
    }
    push.connect(PLACE, { transport: network });
    const refused = await within(push.events.once("close"), "a refusal");
    assert.equal(refused.error?.code, "ECONNREFUSED");
    await push.close();
    const { attempts } = network;
    await pull.close();
    assert.equal(network.attempts, attempts);
  });

  it("win over the transports of the context, which stay the same", async () => {
    const [every, one] = [new MemoryNetwork(), new MemoryNetwork()];
    await using context = new Context({ transports: [every] });
    const pull = new Pull({ context });
    const push = new Push({ context });
    await pull.bind(PLACE, { transport: one });
    await pull.bind(PLACE);
    push.connect(PLACE, { transport: one });
    push.connect(PLACE);
    await until(() => push.peers.length === 2, "both connections");
    assert.deepEqual([every.pairs.length, one.pairs.length], [1, 1]);
    await Promise.all([push.close(), pull.close()]);
  });

  it("take a routing id as well", async () => {
    await using stage = new Stage("tcp");
    const transport = new MemoryNetwork();
    const dealer = stage.make(Dealer, {});
    const router = stage.make(Router, { mandatory: true });
    await dealer.bind(PLACE, { transport });
    router.connect(PLACE, { transport, routingId: "Ada" });
    await router.send(["Ada", "hello"]);
    assert.deepEqual(await nextTexts(dealer), ["hello"]);
  });

  it("are another connection by another transport", async () => {
    await using stage = new Stage("tcp");
    const networks = [new MemoryNetwork(), new MemoryNetwork()];
    const router = stage.make(Router, {});
    const dealer = stage.make(Dealer, {});
    for (const transport of networks) {
      await router.bind(PLACE, { transport });
      dealer.connect(PLACE, { transport });
      dealer.connect(PLACE, { transport });
    }
    await until(() => dealer.peers.length === 2, "two connections");
    assert.deepEqual(networks.map(({ attempts }) => attempts), [1, 1]);
  });

  it("ask it to check the address, at once", async () => {
    await using stage = new Stage("tcp");
    const asked: string[] = [];
    const transport = Object.assign(new MemoryNetwork(), {
      check: ({ text }: { text: string }, role: string): void => {
        asked.push(`${role} ${text}`);
        throw new ZmqError("ENAMETOOLONG", "Cannot like it");
      },
    });
    const push = stage.make(Push, {});
    const refusal = { code: "ENAMETOOLONG" };
    assert.throws(() => push.connect(PLACE, { transport }), refusal);
    await assert.rejects(push.bind(PLACE, { transport }), refusal);
    assert.deepEqual(asked, [`connect ${PLACE}`, `bind ${PLACE}`]);
    assert.equal(transport.attempts, 0);
  });

  it("tell by an event what it throws, and try again", async () => {
    await using stage = new Stage("tcp");
    const network = new MemoryNetwork();
    const { connect } = network;
    let failures = 3;
    network.connect = (...given): ReturnType<typeof connect> => {
      if (failures-- > 0) throw new Error("The tunnel is shut");
      return connect.apply(network, given);
    };
    const pull = stage.make(Pull, {});
    const push = stage.make(Push, {});
    const closes: SocketEvent[] = [];
    push.events.on("close", (detail) => closes.push(detail));
    await pull.bind(PLACE, { transport: network });
    push.connect(PLACE, { transport: network });
    await push.send("at last");
    assert.deepEqual(await nextTexts(pull), ["at last"]);
    assert.equal(closes.length, 3);
    for (const { error } of closes) {
      assert.match(String(error), /The tunnel is shut/);
      assert.ok(error instanceof ZmqError);
    }
  });
});
