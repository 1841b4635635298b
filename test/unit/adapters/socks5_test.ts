// dialThrough(): time, abortion, and which address of a proxy is taken.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { SocketConnection } from "../../../adapters/connection.ts";
import type { DialOptions, Driver } from "../../../adapters/driver.ts";
import { dialThrough, type ProxyRoute } from "../../../adapters/socks5.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import { openSockets } from "../../kit/runtime.ts";
import {
  GRANTED,
  greet,
  readRequest,
  SocksRelay,
} from "../../kit/socks_relay.ts";
import { pause, until } from "../../kit/wait.ts";

const destination = { kind: "name", host: "far.invalid", port: 5555 } as const;

describe("dialThrough()", () => {
  let proxy: SocksRelay;
  let socketsBefore = 0;
  /** What was taken over. */
  let dialled: { host: string; port: number } | undefined;

  beforeEach(async () => {
    socketsBefore = openSockets();
    dialled = undefined;
    proxy = await SocksRelay.listen();
  });
  afterEach(async () => {
    await proxy.stop();
    await until(() => openSockets() <= socketsBefore, "all is closed");
  });

  /** As much of a driver as is asked. */
  const driver = {
    dialOver: (socket: { destroy(): void }, place: typeof dialled) => {
      dialled = place;
      socket.destroy();
      return Promise.resolve({} as SocketConnection);
    },
  } as unknown as Driver;

  function dial(
    route: Partial<ProxyRoute> = {},
    signal: AbortSignal = new AbortController().signal,
  ): Promise<SocketConnection> {
    const whole: ProxyRoute = {
      endpoint: "tcp://far.invalid:5555",
      address: proxy.address,
      port: proxy.port,
      hosts: () => Promise.resolve(["127.0.0.1"]),
      source: () => undefined,
      patience: 10_000,
      ...route,
    };
    const options: DialOptions = { signal, stream: {} };
    return dialThrough(driver, whole, { destination }, options);
  }

  /** A proxy that connects, after a while. */
  function connectsAfter(milliseconds: number): void {
    proxy.scripts.push(async (client) => {
      await greet(client);
      await readRequest(client);
      await pause(milliseconds);
      client.write(GRANTED);
      await client.ended;
    });
  }

  it("gives a proxy longer to connect than to answer", async () => {
    connectsAfter(1500);
    await dial({ patience: 1000 });
    assert.deepEqual(dialled, { host: "far.invalid", port: 5555 });
  });

  it("gives it so long and no longer", async () => {
    proxy.scripts.push(async (client) => {
      await greet(client);
      await client.ended;
    });
    await assert.rejects(dial({ reach: 50 }), (error) => {
      assert.ok(error instanceof ZmqError);
      assert.equal(error.code, "ETIMEDOUT");
      assert.match(error.message, /: the proxy did not connect within 50 ms$/);
      return true;
    });
    assert.equal(dialled, undefined);
  });

  it("takes the next address where the first does not answer", async () => {
    connectsAfter(0);
    const hosts = (): Promise<string[]> =>
      Promise.resolve(["127.0.0.99", "127.0.0.1"]);
    await dial({ hosts });
    assert.ok(dialled !== undefined);
  });

  it("is given up with the reason, wherever it is", async () => {
    const reason = new Error("No longer wanted");
    const stages = ["connected", "greeted", "asked"];
    for (const stage of stages) {
      const controller = new AbortController();
      proxy.scripts.push(async (client) => {
        if (stage !== "connected") await greet(client);
        if (stage === "asked") await readRequest(client);
        controller.abort(reason);
        await client.ended;
      });
      await assert.rejects(dial({}, controller.signal), reason);
    }
    const controller = new AbortController();
    controller.abort(reason);
    await assert.rejects(dial({}, controller.signal), reason);
    assert.equal(dialled, undefined);
  });
});
