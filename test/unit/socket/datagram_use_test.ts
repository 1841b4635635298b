// Which sockets can use datagrams, and with which options.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Datagram,
  Dish,
  Push,
  Radio,
  type Socket,
  Subscriber,
  type ZmqError,
} from "../../../mod.ts";
import { EngineContext } from "../../../src/context/context.ts";
import {
  DatagramWorld,
  FakeDatagrams,
  outcome,
} from "../../kit/fake_datagrams.ts";

const THERE = "udp://192.0.2.1:5555";
const HERE = "udp://127.0.0.1:5555";

describe("who can use datagrams", () => {
  const { context } = new DatagramWorld();
  const cases: readonly [string, () => unknown, ZmqError["code"]][] = [
    ["RADIO binds", () => new Radio({ context }).bind(HERE), "ENOCOMPATPROTO"],
    [
      "DISH connects",
      () => new Dish({ context }).connect(HERE),
      "ENOCOMPATPROTO",
    ],
    [
      "DGRAM connects",
      () => new Datagram({ context }).connect(HERE),
      "ENOCOMPATPROTO",
    ],
    [
      "PUSH connects",
      () => new Push({ context }).connect(HERE),
      "ENOCOMPATPROTO",
    ],
    [
      "SUB binds",
      () => new Subscriber({ context }).bind(HERE),
      "ENOCOMPATPROTO",
    ],
    [
      "a malformed address, by who cannot anyway",
      () => new Radio({ context }).bind("udp://*"),
      "ENOCOMPATPROTO",
    ],
    [
      "DGRAM binds to inproc",
      () => new Datagram({ context }).bind("inproc://x"),
      "ENOCOMPATPROTO",
    ],
    [
      "DGRAM connects to inproc",
      () => new Datagram({ context }).connect("inproc://x"),
      "ENOCOMPATPROTO",
    ],
    [
      "a scheme that nobody has",
      () => new Datagram({ context }).bind("what://x"),
      "EPROTONOSUPPORT",
    ],
    [
      "a malformed address",
      () => new Dish({ context }).bind("udp://*"),
      "EINVAL",
    ],
    [
      "CURVE",
      () => new Radio({ context, curveServer: true }).connect(THERE),
      "ENOTSUP",
    ],
    [
      "PLAIN",
      () => new Radio({ context, plainUsername: "u" }).connect(THERE),
      "ENOTSUP",
    ],
    [
      "a ZAP domain",
      () => new Dish({ context, zapDomain: "d" }).bind(HERE),
      "ENOTSUP",
    ],
  ];
  for (const [what, call, code] of cases) {
    it(`refuses: ${what}`, async () => {
      assert.equal(await outcome(call), code);
    });
  }

  it("passed with the endpoint, a transport of datagrams is used", async () => {
    const [world, other] = [new DatagramWorld(), new DatagramWorld()];
    const dish: Socket = new Dish({ context: world.context });
    await dish.bind(HERE, { transport: other.network });
    assert.equal(world.network.sockets.length, 0);
    assert.equal(other.network.sockets.length, 1);
    await dish.close();
  });
});

describe("options that only datagrams honour", () => {
  it("are refused on other sockets, and for other transports", async () => {
    const { context } = new DatagramWorld();
    const set = (make: () => Socket) => outcome(() => make().close());
    assert.equal(
      await set(() => new Push({ context, multicastHops: 2 })),
      "ENOTSUP",
    );
    assert.equal(
      await set(() => new Radio({ context, multicastHops: 2 })),
      "done",
    );
    // The network of this world does not know this one.
    assert.equal(
      await set(() => new Radio({ context, sendBufferSize: 9999 })),
      "ENOTSUP",
    );
  });

  it("are refused for what a transport cannot honour", async () => {
    const world = new DatagramWorld();
    // Who wants a proxy must not be seen without.
    const { clock, network } = world;
    const context = new EngineContext({
      runtime: {
        name: "test",
        transports: [],
        datagrams: [network],
        clock,
        options: new Set(["socksProxy", "typeOfService"]),
      },
    });
    const socks = new Radio({ context, socksProxy: "127.0.0.1:1080" });
    assert.throws(() => socks.connect(THERE), {
      code: "ENOTSUP",
      message: /with "socksProxy": .* does not support the option for udp$/,
    });
    const marked = new Dish({ context, typeOfService: 8 });
    await assert.rejects(marked.bind(HERE), { code: "ENOTSUP" });
    marked.typeOfService = 0;
    await marked.bind(HERE);
    await Promise.all([socks.close(), marked.close()]);
  });

  it("are refused for connections, once they are set", async () => {
    const { runtime } = new DatagramWorld().context.services;
    const tcp = {
      scheme: "tcp",
      connect: () => Promise.reject(new Error("never")),
      listen: () => Promise.reject(new Error("never")),
    };
    const context = new EngineContext({
      runtime: {
        ...runtime,
        transports: [tcp],
        datagrams: [
          Object.assign(new FakeDatagrams(), {
            options: new Set(["sendBufferSize"]),
          }),
        ],
      },
    });
    const radio = new Radio({ context, sendBufferSize: 9999 });
    assert.throws(() => radio.connect("tcp://127.0.0.1:9"), {
      code: "ENOTSUP",
      message: /"sendBufferSize".* for tcp$/,
    });
    radio.connect(THERE);
    await radio.close();
  });
});
