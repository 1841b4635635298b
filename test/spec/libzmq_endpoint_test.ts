// What libzmq asserts of endpoints: wildcards and what they become, names and
// sources to connect to, what is refused, filters, and coming back.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import {
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
} from "../../mod.ts";
import { bounce, noBounce, nothing } from "../kit/bounce.ts";
import { nodeMajor, runtimeName, skipUnlessIPv6 } from "../kit/runtime.ts";
import { nextTexts, Stage, TIMEOUT } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

interface Address {
  readonly name: string;
  readonly bind: string;
  readonly ipv6: boolean;
}

const addresses: readonly Address[] = [
  { name: "every IPv4 address", bind: "tcp://*:*", ipv6: false },
  { name: "every address", bind: "tcp://*:*", ipv6: true },
  { name: "127.0.0.1", bind: "tcp://127.0.0.1:*", ipv6: false },
  { name: "127.0.0.1 with ipv6", bind: "tcp://127.0.0.1:*", ipv6: true },
  { name: "::1", bind: "tcp://[::1]:*", ipv6: true },
];

describe("tcp endpoints", () => {
  for (const { name, bind, ipv6 } of addresses) {
    const skip = ipv6 ? skipUnlessIPv6 : false;
    it(
      `bound to ${name} and any port are the ones to connect to, and to unbind`,
      {
        skip,
      },
      async () => {
        await using stage = new Stage("tcp");
        const reply = stage.make(Reply, { ipv6 });
        const request = stage.make(Request, { ipv6 });
        const endpoint = await reply.bind(bind);
        assert.equal(reply.lastEndpoint, endpoint);
        assert.ok(!endpoint.includes("*"));
        request.connect(endpoint);
        await bounce(reply, request);
        await request.disconnect(endpoint);
        await reply.unbind(endpoint);
      },
    );
  }

  it("lastEndpoint is the one that was bound last", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router);
    const one = await router.bind(stage.place());
    assert.equal(router.lastEndpoint, one);
    const other = await router.bind(stage.place());
    assert.notEqual(other, one);
    assert.equal(router.lastEndpoint, other);
  });

  for (const ipv6 of [false, true]) {
    const host = ipv6 ? "[::1]" : "127.0.0.1";
    const options = { skip: ipv6 ? skipUnlessIPv6 : false };

    it(
      `a REQ connected to three REPs asks them in turn, at ${host}`,
      options,
      async () => {
        await using stage = new Stage("tcp");
        const request = stage.make(Request, { ipv6 });
        const replies = [1, 2, 3].map(() => stage.make(Reply, { ipv6 }));
        const endpoints: string[] = [];
        for (const reply of replies) {
          const endpoint = await reply.bind(`tcp://${host}:*`);
          request.connect(endpoint);
          endpoints.push(endpoint);
        }
        await until(() => request.peers.length === 3, "all are there");
        for (let i = 0; i < 7; i++) await bounce(replies[i % 3]!, request);
        for (const endpoint of endpoints) await request.disconnect(endpoint);
        for (const [i, reply] of replies.entries()) {
          await reply.unbind(endpoints[i]!);
        }
      },
    );
  }

  it("a host name to connect to is resolved", async () => {
    await using stage = new Stage("tcp");
    const one = stage.make(Pair);
    const other = stage.make(Pair);
    const endpoint = await one.bind(stage.place());
    other.connect(endpoint.replace("127.0.0.1", "localhost"));
    await bounce(one, other);
  });

  it("that can never work are refused at once", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(Publisher);
    for (
      const endpoint of [
        "tcp://localhost:invalid",
        "tcp://in val id:1234",
        "tcp://",
        "tcp://192.168.0.200:*",
        "tcp://127.0.0.1:0",
      ]
    ) {
      assert.throws(() => pub.connect(endpoint), { code: "EINVAL" }, endpoint);
    }
    assert.throws(() => pub.connect("invalid://localhost:1234"), {
      code: "EPROTONOSUPPORT",
    });
  });

  it("that may work some day are taken", async () => {
    await using stage = new Stage("tcp");
    const pub = stage.make(Publisher, { linger: 0 });
    for (
      const endpoint of [
        "tcp://localhost:1234",
        "tcp://[::1]:1234",
        "tcp://127.0.0.1:0;localhost:1234",
        "tcp://localhost:5555;localhost:1235",
        "tcp://lo:5555;localhost:1235",
      ]
    ) {
      pub.connect(endpoint);
      await pub.disconnect(endpoint);
    }
  });

  it("bound later get what was sent to them before, in order", async () => {
    await using stage = new Stage("tcp");
    const endpoint = await stage.nowhere(Dealer);
    const sender = stage.make(Dealer);
    sender.connect(endpoint);
    const sent = ["foobar", "baz", "buzz"];
    for (const each of sent) await sender.send(each);
    const receiver = stage.make(Dealer);
    await receiver.bind(endpoint);
    for (const each of sent) {
      assert.deepEqual(await nextTexts(receiver), [each]);
    }
  });
});

describe("wildcards", () => {
  for (const wildcard of ["tcp://127.0.0.1:*", "ipc://*"]) {
    it(`such as ${wildcard} are unbound by what they became, or as they were given`, async () => {
      await using stage = new Stage("tcp");
      const push = stage.make(Push);
      const endpoint = await push.bind(wildcard);
      assert.equal(push.lastEndpoint, endpoint);
      const pull = stage.make(Pull);
      pull.connect(endpoint);
      await push.send("ABC", TIMEOUT);
      assert.deepEqual(await nextTexts(pull), ["ABC"]);
      await push.unbind(endpoint);
      await assert.rejects(push.unbind(wildcard), { code: "ENOENT" });
      // libzmq knows what became of it only.
      await push.bind(wildcard);
      await push.unbind(wildcard);
      await assert.rejects(push.unbind(endpoint), { code: "ENOENT" });
    });
  }
});

describe("ipc endpoints", () => {
  it("are refused when the path is too long", async () => {
    await using stage = new Stage("ipc");
    const pair = stage.make(Pair);
    await assert.rejects(pair.bind(`ipc://${"a".repeat(108)}`), {
      code: "ENAMETOOLONG",
    });
  });

  it("with an empty abstract name are refused", async () => {
    await using stage = new Stage("ipc");
    const dealer = stage.make(Dealer);
    const code = nodeMajor === 20 ? /EINVAL|ENOTSUP/ : /EINVAL/;
    await assert.rejects(dealer.bind("ipc://@"), { code });
  });

  it("can be bound by another socket once the first is closed", async () => {
    await using stage = new Stage("ipc");
    const one = stage.make(Push);
    const pull = stage.make(Pull);
    const endpoint = await stage.join(one, pull);
    await one.send("42", TIMEOUT);
    assert.deepEqual(await nextTexts(pull), ["42"]);
    await one.close();
    const other = stage.make(Push);
    await other.bind(endpoint);
    await other.send("42", TIMEOUT);
    assert.deepEqual(await nextTexts(pull), ["42"]);
  });

  it("leave no file when a reply was not read", async () => {
    await using stage = new Stage("ipc");
    const reply = stage.make(Reply);
    const request = stage.make(Request);
    const endpoint = await stage.join(reply, request);
    await request.send("leakymsg", TIMEOUT);
    assert.deepEqual(await nextTexts(reply), ["leakymsg"]);
    await request.close({ linger: 0 });
    await reply.send("leakymsg", TIMEOUT);
    await reply.close();
    assert.equal(existsSync(endpoint.slice("ipc://".length)), false);
  });
});

describe("reconnectInterval -1", () => {
  for (const scheme of ["tcp", "ipc"] as const) {
    it(`leaves it to connect() to come back over ${scheme}`, async () => {
      await using stage = new Stage(scheme);
      const bound = stage.make(Pair);
      const connected = stage.make(Pair, { reconnectInterval: -1 });
      const endpoint = await stage.join(bound, connected);
      await bounce(bound, connected);
      await bound.unbind(endpoint);
      await until(() => connected.peers.length === 0, "the loss is noticed");
      await noBounce(bound, connected);
      await bound.bind(endpoint);
      await noBounce(bound, connected);
      connected.connect(endpoint);
      await bounce(bound, connected);
    });
  }
});

describe("tcpAcceptFilter", () => {
  for (
    const filter of [
      "foo",
      "0.0.0.0foo",
      "0.0.0.0/foo",
      "0.0.0.0/",
      "0.0.0.0/-1",
      "0.0.0.0/33",
    ]
  ) {
    it(`cannot be ${JSON.stringify(filter)}`, async () => {
      await using stage = new Stage("tcp");
      assert.throws(
        () => stage.make(Pair, { tcpAcceptFilter: filter }),
        { code: "EINVAL" },
      );
    });
  }

  it("lets in whom it names, and everybody once it is cleared", async () => {
    for (const filter of ["127.0.0.1/32", "0.0.0.0/0", null]) {
      await using stage = new Stage("tcp");
      const bound = stage.make(Pair, { tcpAcceptFilter: "127.0.0.255/32" });
      bound.tcpAcceptFilter = null;
      bound.tcpAcceptFilter = filter;
      const connected = stage.make(Pair);
      await stage.join(bound, connected);
      await bounce(bound, connected);
    }
  });

  it("keeps everybody else out", async () => {
    await using stage = new Stage("tcp");
    const bound = stage.make(Pair, { tcpAcceptFilter: "127.0.0.255/32" });
    const refused = bound.events.once("accept:error");
    const connected = stage.make(Pair);
    await stage.join(bound, connected);
    const { error } = await within(refused, "the refusal");
    assert.equal(error?.code, "EACCES");
    await nothing(bound);
    assert.equal(bound.trySend("x"), false);
    assert.deepEqual(bound.peers, []);
  });
});

describe("options that a runtime may lack", () => {
  /** Sets an option, or says that it cannot be had here. */
  function set(socket: Socket, name: string, value: unknown): boolean {
    try {
      (socket as unknown as Record<string, unknown>)[name] = value;
      return true;
    } catch (error) {
      assert.equal((error as { code?: string }).code, "ENOTSUP");
      return false;
    }
  }

  it("read as they were set, or are refused with ENOTSUP", async () => {
    await using stage = new Stage("tcp");
    const push = stage.make(Push);
    for (
      const [name, before, after] of [
        ["sendBufferSize", -1, 16384],
        ["useFd", -1, 3],
        ["interface", null, "testdev"],
        ["priority", 0, 3],
        ["busyPoll", 0, 1],
        ["typeOfService", 0, 0x28],
      ] as const
    ) {
      const read = (): unknown =>
        (push as unknown as Record<string, unknown>)[name];
      assert.equal(read(), before, name);
      const taken = set(push, name, after);
      assert.equal(read(), taken ? after : before, name);
    }
  });

  it("typeOfService does not keep messages from passing", async () => {
    await using stage = new Stage("tcp");
    const one = stage.make(Pair);
    const other = stage.make(Pair);
    const taken = [
      set(one, "typeOfService", 0x28),
      set(
        other,
        "typeOfService",
        0x58,
      ),
    ];
    if (taken[0]) {
      assert.equal(one.typeOfService, 0x28);
      assert.equal(other.typeOfService, 0x58);
    } else assert.notEqual(runtimeName, "bun");
    await stage.join(one, other);
    await bounce(one, other);
  });
});
