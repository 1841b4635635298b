// The transport suites again, with an option that only native code can set:
// its sockets have to be as good as the runtime's own. And the abstract names
// of Unix domain sockets, which Node 20 has from native code only.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, afterEach, describe, it } from "node:test";
import assert from "node:assert/strict";
import { NativeDriver } from "../../adapters/native_driver.ts";
import type { NativeSupport } from "../../adapters/native_support.ts";
import { NodeDriver } from "../../adapters/node/driver.ts";
import { TcpTransport } from "../../adapters/tcp.ts";
import { context, Pull, Push } from "../../mod.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { text } from "../kit/messages.ts";
import { skipWithoutKoffi } from "../kit/native.ts";
import { nodeMajor, runtimeName } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { Bench, rejectsWith } from "../kit/stream_bench.ts";
import { PATIENCE } from "../kit/wait.ts";
import { transportSuite } from "./transport.ts";

const folder = mkdtempSync(join(tmpdir(), "isomq-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The runtime's own transport. */
function own(scheme: string): Transport {
  return context.runtime.transports.find((one) => one.scheme === scheme)!;
}

/** Sockets that cannot take a descriptor over: native code does it all. */
class Stubborn extends NodeDriver {
  override adopt(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** A transport over them. */
function stubborn(): Transport {
  const driver = new Stubborn({
    runtime: "stubborn",
    platform: process.platform,
    abstractNames: true,
  });
  const support = context.runtime.nativeOptions as NativeSupport;
  return new TcpTransport(new NativeDriver(driver, support));
}

/** A transport with a size of buffers for all it makes. */
function native(scheme: string, transport = own(scheme)): Transport {
  const buffers = { sendBufferSize: 100_000, receiveBufferSize: 100_000 };
  return {
    scheme,
    check: (endpoint, role) => transport.check!(endpoint, role),
    connect: (endpoint, options) =>
      transport.connect(endpoint, { ...buffers, ...options }),
    listen: (endpoint, options, accept) =>
      transport.listen(endpoint, { ...buffers, ...options }, accept),
  };
}

const tcp = {
  transport: native("tcp"),
  bindEndpoint: () => "tcp://127.0.0.1:*",
  async refusedEndpoint() {
    const bench = new Bench(tcp);
    const { listener } = await bench.listen();
    await bench.clear();
    return listener.endpoint;
  },
  malformed: {
    bind: ["tcp://127.0.0.1", "tcp://*:65536"],
    connect: ["tcp://127.0.0.1:*", "tcp://*:80"],
  },
};

let count = 0;
const ipc = {
  transport: native("ipc"),
  bindEndpoint: () => `ipc://${folder}/socket${++count}`,
  refusedEndpoint: () => `ipc://${folder}/socket${++count}`,
  malformed: { bind: ["ipc://@"], connect: ["ipc://@", "ipc://*"] },
};

if (!skipWithoutKoffi) {
  transportSuite("tcp by native code", tcp);
  transportSuite("ipc by native code", ipc);
  transportSuite("tcp by native code alone", {
    ...tcp,
    tellsUnsent: true,
    transport: native("tcp", stubborn()),
  });
}

describe("tcp by native code", { skip: skipWithoutKoffi }, () => {
  const bench = new Bench(tcp);
  afterEach(() => bench.clear());

  it("has addresses of IPv6, and of both from a wildcard", async () => {
    const options = { ipv6: true };
    const { listener, accepted } = await bench.listen("tcp://*:*", options);
    const port = /\d+$/.exec(listener.endpoint)![0];
    for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
      const near = await bench.connect(`tcp://${host}:${port}`, options);
      const far = await accepted();
      assert.equal(far.remoteAddress, near.localAddress);
      assert.equal(far.localAddress, near.remoteAddress);
    }
  });

  it("connects from the address and the port of the endpoint", async () => {
    const { listener, accepted } = await bench.listen();
    const at = listener.endpoint.slice("tcp://".length);
    await bench.connect(`tcp://127.0.0.3:*;${at}`.replace(":*", ":0"));
    assert.match((await accepted()).remoteAddress, /^tcp:\/\/127\.0\.0\.3:\d/);
  });
});

describe("abstract names of ipc", { skip: skipWithoutKoffi }, () => {
  const bench = new Bench({ ...ipc, transport: own("ipc") });
  afterEach(() => bench.clear());

  it("are those of the system, on Node 20 too", async () => {
    const endpoint = `ipc://@isomq-native-${process.pid}-${runtimeName}`;
    const { listener, accepted } = await bench.listen(endpoint);
    assert.equal(listener.endpoint, endpoint);
    await bench.connect(endpoint);
    await accepted();
    await rejectsWith(bench.listen(endpoint), "EADDRINUSE", endpoint);
    await listener.close();
    await rejectsWith(bench.connect(endpoint), "ECONNREFUSED", endpoint);
  });

  it("are libzmq's, both ways", {
    skip: spawnSync("/usr/bin/python3", ["-c", "import zmq"]).status === 0
      ? false
      : "python3-zmq is not installed",
  }, async () => {
    await using bag = new Bag();
    const name = `isomq-libzmq-${process.pid}-${runtimeName}`;
    const pull = bag.keep(new Pull());
    await pull.bind(`ipc://@${name}-ours`);
    const push = bag.keep(new Push());
    push.connect(`ipc://@${name}-theirs`);
    const { spawn } = await import("node:child_process");
    const child = spawn("/usr/bin/python3", [
      "-c",
      `
import sys, zmq
c = zmq.Context()
pull = c.socket(zmq.PULL); pull.bind("ipc://@${name}-theirs")
push = c.socket(zmq.PUSH); push.connect("ipc://@${name}-ours")
push.send(b"libzmq got: " + pull.recv())
push.close(); pull.close(); c.term()
`,
    ]);
    const exited = new Promise((resolve) => child.on("exit", resolve));
    await push.send(`hello from Node ${nodeMajor}`);
    const [answer] = await pull.receive({ timeout: PATIENCE });
    assert.equal(text(answer), `libzmq got: hello from Node ${nodeMajor}`);
    assert.equal(await exited, 0);
  });
});
