// What the transport suite asks of streams, of tcp through a SOCKS proxy: they
// do what they do without one. And what only the way through a proxy has.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import { ZmqError } from "../../src/base/errors.ts";
import type {
  StreamOptions,
  Transport,
} from "../../src/transport/transport.ts";
import { pattern } from "../kit/byte_end.ts";
import {
  openSockets,
  skipUnlessIPv6,
  skipUnlessLinux,
} from "../kit/runtime.ts";
import { freePort } from "../kit/socks_proxies.ts";
import { SocksRelay } from "../kit/socks_relay.ts";
import { Bench } from "../kit/stream_bench.ts";
import { until } from "../kit/wait.ts";
import { transportEndings } from "./transport_endings.ts";
import { transportFlow } from "./transport_flow.ts";

const tcp = detectRuntime().transports.find(({ scheme }) => scheme === "tcp")!;
let proxy: SocksRelay;

const transport: Transport = {
  scheme: "tcp",
  connect: (endpoint, options) =>
    tcp.connect(endpoint, { socksProxy: proxy.address, ...options }),
  listen: (...given) => tcp.listen(...given),
};

const subject = {
  transport,
  bindEndpoint: () => "tcp://127.0.0.1:*",
  refusedEndpoint: async () => `tcp://127.0.0.1:${await freePort()}`,
  malformed: {
    bind: ["tcp://127.0.0.1"],
    connect: ["tcp://127.0.0.1:*", "tcp://[::1]", "tcp://a:b"],
  },
};

describe("through a SOCKS proxy", () => {
  let socketsBefore = 0;

  before(async () => {
    socketsBefore = openSockets();
    proxy = await SocksRelay.listen();
  });
  after(async () => {
    await proxy.stop();
    assert.ok(proxy.requests.length > 20, `${proxy.requests.length} requests`);
    await until(
      () => openSockets() <= socketsBefore,
      "no socket is left open",
    );
  });

  for (const form of ["direct", "streams"] as const) {
    describe(`a tcp stream in ${form} form`, () => {
      const bench = new Bench(subject, form);
      afterEach(() => bench.clear());
      transportFlow(bench);
      transportEndings(bench);
    });
  }

  describe("a tcp stream", () => {
    const bench = new Bench(subject);
    afterEach(() => bench.clear());

    /** Connects by a spelling of the listener's address; says what was asked. */
    async function asked(
      spell: (port: string) => string,
      options: StreamOptions = {},
      bind?: string,
    ): Promise<string> {
      const { listener, accepted } = await bench.listen(bind);
      const port = /\d+$/.exec(listener.endpoint)![0];
      const near = await bench.connect(`tcp://${spell(port)}`, options);
      const far = bench.end(await accepted());
      bench.end(near).write(pattern(10));
      await far.has(10);
      assert.equal(
        near.remoteAddress,
        `tcp://${spell(port).split(";").at(-1)}`,
      );
      return proxy.requests.at(-1)!.replace(port, "PORT");
    }

    it("leaves names to the proxy", async () => {
      assert.equal(
        await asked((port) => `localhost:${port}`),
        "3 localhost:PORT",
      );
      const never = "tcp://name.that.only.the.proxy.knows.invalid:5555";
      await assert.rejects(bench.connect(never), (error) => {
        assert.ok(error instanceof ZmqError);
        assert.equal(error.code, "ECONNREFUSED");
        assert.equal(error.reason, "ERR_SOCKS_REPLY_5");
        return true;
      });
      assert.equal(proxy.requests.at(-1), `3 ${never.slice("tcp://".length)}`);
    });

    it("asks for IPv4 and IPv6 addresses as such", {
      skip: skipUnlessIPv6,
    }, async () => {
      assert.equal(
        await asked((port) => `127.0.0.1:${port}`),
        "1 127.0.0.1:PORT",
      );
      assert.equal(
        await asked((port) => `[::1]:${port}`, {}, "tcp://[::1]:*"),
        "4 0000:0000:0000:0000:0000:0000:0000:0001:PORT",
      );
    });

    it("finds the proxy by name, and over IPv6", {
      skip: skipUnlessIPv6,
    }, async () => {
      const byName = { socksProxy: `localhost:${proxy.port}` };
      assert.match(await asked((port) => `127.0.0.1:${port}`, byName), /^1 /);
      await using other = await SocksRelay.listen({ host: "::1" });
      const { listener } = await bench.listen();
      await bench.connect(listener.endpoint, { socksProxy: other.address });
      assert.match(other.address, /^\[::1\]:\d+$/);
      assert.equal(other.requests.length, 1);
    });

    it("goes to the proxy from the source address", {
      skip: skipUnlessLinux,
    }, async () => {
      const { listener } = await bench.listen();
      const to = listener.endpoint.slice("tcp://".length);
      const near = await bench.connect(`tcp://127.0.0.5:0;${to}`);
      assert.match(near.localAddress, /^tcp:\/\/127\.0\.0\.5:\d+$/);
      assert.equal(near.remoteAddress, listener.endpoint);
    });

    it("carries the options of its socket", async () => {
      const keepalive = { tcpKeepalive: 1 };
      assert.match(
        await asked((port) => `127.0.0.1:${port}`, keepalive),
        /^1 /,
      );
    });
  });
});
