// What libzmq asserts of contexts and of what belongs to no socket: options,
// limits, the end, timers, keys, and values that are refused.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  curvePublicKey,
  Dealer,
  Pair,
  poll,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Subscriber,
  z85Decode,
  z85Encode,
} from "../../mod.ts";
import { toHex } from "../../src/base/bytes.ts";
import { texts } from "../kit/messages.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { within } from "../kit/wait.ts";

describe("a context", () => {
  it("ends at once without sockets, and with closed ones", async () => {
    const context = new Context();
    const pull = new Pull({ context });
    await pull.close();
    await within(context.shutdown(), "the shutdown");
    assert.equal(context.closed, true);
  });

  it("that ends, fails what waits with ETERM, poll() included", async () => {
    const context = new Context();
    const waiting = [];
    for (const socketClass of [Pull, Dealer, Reply]) {
      waiting.push(new socketClass({ context }).receive());
    }
    waiting.push(poll([new Pull({ context }), new Dealer({ context })]));
    const failed = waiting.map((each) =>
      assert.rejects(each, { code: "ETERM" })
    );
    await within(context.shutdown(), "the shutdown");
    await Promise.all(failed);
  });

  it("that has ended makes no sockets", async () => {
    for (const before of [true, false]) {
      const context = new Context();
      if (before) await new Pull({ context }).close();
      await context.shutdown();
      assert.throws(() => new Pull({ context }), { code: "ETERM" });
    }
  });

  it("has libzmq's defaults, and refuses what is no option", () => {
    const context = new Context();
    assert.equal(context.maxSockets, 1023);
    assert.equal(context.maxSocketsLimit, 65535);
    assert.equal(context.ioThreads, 1);
    assert.equal(context.ipv6, false);
    assert.equal(context.blocky, true);
    assert.throws(() => new Context({ none: 1 } as object), {
      code: "EINVAL",
    });
  });

  it("gives ipv6 and blocky to its sockets", async () => {
    await using context = new Context({ ipv6: true });
    assert.equal(context.ipv6, true);
    const router = new Router({ context });
    assert.equal(router.ipv6, true);
    assert.equal(router.linger, -1);
    context.blocky = false;
    assert.equal(new Router({ context }).linger, 0);
  });

  it("has threads of the runtime's own: their options say ENOTSUP", () => {
    const context = new Context();
    for (
      const [name, value] of [
        ["threadPriority", 1],
        ["threadSchedulingPolicy", 0],
        ["threadNamePrefix", "MyPrefix"],
        ["ioThreads", 7],
        ["zeroCopyReceive", false],
      ] as const
    ) {
      assert.throws(
        () => (context as unknown as Record<string, unknown>)[name] = value,
        { code: "ENOTSUP" },
        name,
      );
    }
  });

  it("makes as many sockets as maxSockets says, again and again", async () => {
    await using context = new Context();
    for (let round = 0; round < 2; round++) {
      const pairs: Pair[] = [];
      const make = (): number => pairs.push(new Pair({ context }));
      while (pairs.length < 1023) make();
      for (let i = 0; i < 10; i++) assert.throws(make, { code: "EMFILE" });
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  });

  it("ends ten times while 100 subscribers connect and close", async () => {
    for (let round = 0; round < 10; round++) {
      const context = new Context();
      const pub = new Publisher({ context });
      const endpoint = await pub.bind("tcp://127.0.0.1:*");
      const subs = Array.from({ length: 100 }, async () => {
        const sub = new Subscriber({ context });
        sub.connect(endpoint);
        await sub.close();
      });
      await within(Promise.all(subs), "the subscribers");
      await within(context.shutdown(), "the shutdown");
    }
  });
});

describe("timeouts", () => {
  it("of receive() are kept to, and do not keep a message away", async () => {
    await using stage = new Stage("inproc");
    const frontend = stage.make(Dealer);
    const endpoint = await frontend.bind(stage.place());
    assert.equal(frontend.tryReceive(), undefined);
    frontend.receiveTimeout = 100;
    const started = performance.now();
    await assert.rejects(frontend.receive(), { code: "EAGAIN" });
    assert.ok(performance.now() - started >= 95);
    const backend = stage.make(Dealer, { sendTimeout: 100 });
    backend.connect(endpoint);
    await backend.send("Hello");
    assert.deepEqual(await nextTexts(frontend), ["Hello"]);
  });
});

describe("metadata of the application", () => {
  it("is seen by the other side with each message", async () => {
    await using stage = new Stage("tcp");
    const reply = stage.make(Reply, {
      metadata: { "X-hello": "world", "X-connection": "backup" },
    });
    const request = stage.make(Request, {
      metadata: {
        "X-hello": "hello",
        "X-connection": "primary",
        "X-bin": "009c6",
      },
    });
    await stage.join(reply, request);
    await request.send("\x01", TIMEOUT);
    const { peer } = await reply.receiveFrom(TIMEOUT);
    assert.equal(peer.properties.get("X-hello"), "hello");
    assert.equal(peer.properties.get("X-connection"), "primary");
    const binary = z85Decode(peer.properties.get("X-bin")!);
    assert.equal(toHex(binary), "00010203");
    assert.equal(peer.properties.get("X-foobar"), undefined);
    await reply.send("\x01");
    const { peer: other } = await request.receiveFrom(TIMEOUT);
    assert.equal(other.properties.get("X-hello"), "world");
    assert.equal(other.properties.get("X-connection"), "backup");
  });

  it("is refused with names that are none", () => {
    for (
      const name of ["", "key", "X-", "X-\0", `X-${"KeyTooLong".repeat(26)}`]
    ) {
      assert.throws(
        () => new Reply({ metadata: { [name]: "value" } }),
        { code: "EINVAL" },
        name,
      );
    }
  });
});

describe("heartbeatTimeToLive", () => {
  it("has the limits of its 16 bits of tenths of a second", () => {
    const pair = new Pair();
    for (const value of [0, 99, 6_553_599]) {
      pair.heartbeatTimeToLive = value;
      assert.equal(
        pair.heartbeatTimeToLive - pair.heartbeatTimeToLive % 100,
        value - value % 100,
      );
    }
    assert.throws(() => pair.heartbeatTimeToLive = 6_553_600, {
      code: "EINVAL",
    });
    void pair.close();
  });
});

describe("notify of ROUTER", () => {
  it("has four values, and no other socket but STREAM has it", () => {
    const router = new Router();
    assert.equal(router.notify, false);
    for (const value of ["connect", "disconnect", false, true] as const) {
      router.notify = value;
      assert.equal(router.notify, value);
    }
    for (const value of [-1, 4, "both"]) {
      assert.throws(() => router.notify = value as unknown as boolean, {
        code: "EINVAL",
      });
    }
    assert.equal(router.notify, true);
    assert.throws(() => new Dealer({ notify: true } as object), {
      code: "EINVAL",
    });
    void router.close();
  });
});

describe("keys and Z85", () => {
  it("z85Encode() and z85Decode() agree with libzmq's values", () => {
    const octets = Uint8Array.of(
      0x86,
      0x4f,
      0xd2,
      0x6f,
      0xb5,
      0x59,
      0xf7,
      0x5b,
    );
    assert.equal(z85Encode(octets), "HelloWorld");
    assert.deepEqual(z85Decode("HelloWorld"), octets);
    for (const value of [0x00, 0xff]) {
      const four = new Uint8Array(4).fill(value);
      assert.deepEqual(z85Decode(z85Encode(four)), four);
    }
    const key = "r^/rM9M=rMToK)63O8dCvd9D<PY<7iGlC+{BiSnG";
    assert.equal(z85Encode(z85Decode(key)), key);
    for (
      const wrong of [
        "01234567",
        "0",
        "#####",
        "%nSc1",
        "####\x047",
        "####\x80",
        "####\x7f",
      ]
    ) {
      assert.throws(() => z85Decode(wrong), { code: "EINVAL" }, wrong);
    }
    for (const size of [1, 42]) {
      assert.throws(() => z85Encode(new Uint8Array(size)), { code: "EINVAL" });
    }
  });

  it("curveKeyPair() and curvePublicKey() agree with libzmq's pair", () => {
    const secret = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
    assert.equal(
      curvePublicKey(secret),
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
    );
    const { publicKey, secretKey } = curveKeyPair();
    assert.equal(curvePublicKey(secretKey), publicKey);
    for (const wrong of ["42", `${"0123456789".repeat(4)}.`]) {
      assert.throws(() => curvePublicKey(wrong), { code: "EINVAL" });
    }
  });
});

describe("memory of messages", () => {
  it("that is sent over inproc is received as it is, and one message may be sent often", async () => {
    await using stage = new Stage("inproc");
    const push = stage.make(Push);
    const pull = stage.make(Pull);
    await stage.join(pull, push);
    const message = [new Uint8Array(1024).fill(7), "TEST"];
    for (let i = 0; i < 3; i++) await push.send(message, TIMEOUT);
    for (let i = 0; i < 3; i++) {
      const found = await pull.receive(TIMEOUT);
      assert.equal(found.length, 2);
      assert.deepEqual(found[0], message[0]);
      assert.deepEqual(texts(found).at(1), "TEST");
    }
  });
});
