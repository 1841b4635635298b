// The transport suite for tcp on the runtime at hand, and what only TCP has:
// wildcards, interfaces, host names, IPv6, source addresses, socket options.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import type { ByteStream } from "../../src/transport/transport.ts";
import { pattern } from "../kit/byte_end.ts";
import {
  loopback,
  openSockets,
  runtimeName,
  Script,
  scriptUrl,
  skipUnlessIPv6,
  skipUnlessLinux,
  turns,
} from "../kit/runtime.ts";
import { Bench, rejectsWith } from "../kit/stream_bench.ts";
import { until } from "../kit/wait.ts";
import { transportSuite } from "./transport.ts";

const runtime = detectRuntime();
const transport = runtime.transports.find(({ scheme }) => scheme === "tcp")!;

/** Options of what uses TCP, and of other transports. */
const OF_OTHERS = /^(socks|webSocket|wss|multicast)/;

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const bench = new Bench(subject);
  const { listener } = await bench.listen();
  await bench.clear();
  return listener.endpoint;
}

const subject = {
  transport,
  tellsUnsent: true,
  bindEndpoint: () => "tcp://127.0.0.1:*",
  refusedEndpoint: freePort,
  malformed: {
    bind: ["tcp://127.0.0.1", "tcp://*:65536", "tcp://::1:80", "tcp://a b:1"],
    connect: ["tcp://127.0.0.1:*", "tcp://*:80", "tcp://:80", "tcp://[::1]"],
  },
};

transportSuite("tcp", subject);

/** The port at the end of an endpoint. */
function portOf(endpoint: string): number {
  return Number(/:(\d+)$/.exec(endpoint)![1]);
}

describe("tcp addresses", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  /** Checks that a connection carries octets. */
  async function works(endpoint: string, ipv6 = false): Promise<void> {
    const { listener, accepted } = await bench.listen(endpoint, { ipv6 });
    const port = portOf(listener.endpoint);
    const near = await bench.connect(
      ipv6 ? `tcp://[::1]:${port}` : `tcp://127.0.0.1:${port}`,
      { ipv6 },
    );
    const far = bench.end(await accepted());
    bench.end(near).write(pattern(10));
    await far.has(10);
  }

  it("bind to a wildcard host and port", async () => {
    const { listener } = await bench.listen("tcp://*:*");
    assert.match(listener.endpoint, /^tcp:\/\/0\.0\.0\.0:[1-9]\d*$/);
    await works("tcp://*:0");
  });

  it("bind to both IP versions where ipv6 is set", {
    skip: skipUnlessIPv6,
  }, async () => {
    const { listener, accepted } = await bench.listen("tcp://*:*", {
      ipv6: true,
    });
    const port = portOf(listener.endpoint);
    assert.equal(listener.endpoint, `tcp://[::]:${port}`);
    const near = await bench.connect(`tcp://127.0.0.1:${port}`);
    const far = await accepted();
    assert.equal(far.remoteAddress, near.localAddress);
    assert.match(far.remoteAddress, /^tcp:\/\/127\.0\.0\.1:/);
    await bench.connect(`tcp://[::1]:${port}`);
  });

  it("bind to ::1, with ipv6 and without", {
    skip: skipUnlessIPv6,
  }, async () => {
    const { listener, accepted } = await bench.listen("tcp://[::1]:*");
    assert.match(listener.endpoint, /^tcp:\/\/\[::1\]:\d+$/);
    const near = await bench.connect(listener.endpoint);
    const far = await accepted();
    assert.equal(near.remoteAddress, listener.endpoint);
    assert.equal(far.remoteAddress, near.localAddress);
    await works("tcp://[0:0::1]:*", true);
  });

  it("bind to an interface by name", async () => {
    const { listener } = await bench.listen(`tcp://${loopback}:*`);
    assert.match(listener.endpoint, /^tcp:\/\/127\.0\.0\.1:\d+$/);
    await works(`tcp://${loopback}:*`);
  });

  it("bind to an interface by name over IPv6", {
    skip: skipUnlessIPv6,
  }, async () => {
    const { listener } = await bench.listen(`tcp://${loopback}:*`, {
      ipv6: true,
    });
    assert.match(listener.endpoint, /^tcp:\/\/\[::1\]:\d+$/);
  });

  it("bind to a host name", async () => {
    const { listener } = await bench.listen("tcp://localhost:*");
    assert.match(listener.endpoint, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  });

  it("bind to an unknown name: ENODEV", async () => {
    const endpoint = "tcp://no-such-host.invalid:*";
    await rejectsWith(bench.listen(endpoint), "ENODEV", endpoint);
  });

  it("bind to somebody else's address: EADDRNOTAVAIL", async () => {
    const endpoint = "tcp://203.0.113.7:*";
    await rejectsWith(bench.listen(endpoint), "EADDRNOTAVAIL", endpoint);
  });

  it("bind to a wildcard in use: EADDRINUSE", async () => {
    const { listener } = await bench.listen("tcp://*:*");
    const { endpoint } = listener;
    await rejectsWith(bench.listen(endpoint), "EADDRINUSE", endpoint);
  });

  it("connect to a host name, resolved at each attempt", async () => {
    const { listener } = await bench.listen();
    const port = portOf(listener.endpoint);
    for (const ipv6 of [false, true]) {
      const near = await bench.connect(`tcp://localhost:${port}`, { ipv6 });
      assert.equal(near.remoteAddress, listener.endpoint);
    }
  });

  it("connect to an unknown name: EHOSTUNREACH", async () => {
    const endpoint = "tcp://no-such-host.invalid:80";
    const error = await rejectsWith(
      bench.connect(endpoint),
      "EHOSTUNREACH",
      endpoint,
    );
    assert.ok(error.cause instanceof Error);
  });

  it("connect from a source address and port", {
    skip: skipUnlessLinux,
  }, async () => {
    const { listener, accepted } = await bench.listen();
    const destination = listener.endpoint.slice("tcp://".length);
    const port = portOf(await freePort());
    for (
      const [source, expected] of [
        ["127.0.0.5:0", /^tcp:\/\/127\.0\.0\.5:\d+$/],
        [`127.0.0.6:${port}`, new RegExp(`^tcp://127\\.0\\.0\\.6:${port}$`)],
        [`${loopback}:*`, /^tcp:\/\/127\.0\.0\.1:\d+$/],
        [`*:${port}`, new RegExp(`^tcp://127\\.0\\.0\\.1:${port}$`)],
      ] as const
    ) {
      const near = bench.end(
        await bench.connect(`tcp://${source};${destination}`),
      );
      assert.match(near.stream.localAddress, expected);
      const far = bench.end(await accepted());
      assert.equal(far.stream.remoteAddress, near.stream.localAddress);
      near.write(pattern(100));
      await far.has(100);
      // The side that ends last can have its port again at once.
      far.finish();
      await near.until(() => near.peerEnded);
      near.finish();
      await near.closure();
    }
  });

  it("connect from an address of the other IP version", {
    skip: skipUnlessIPv6,
  }, async () => {
    const { listener } = await bench.listen();
    const endpoint = listener.endpoint.replace("tcp://", "tcp://[::1]:0;");
    await rejectsWith(bench.connect(endpoint), "EADDRNOTAVAIL", endpoint);
  });

  it("connect from an unknown interface: ENODEV", async () => {
    const { listener } = await bench.listen();
    const endpoint = listener.endpoint.replace("tcp://", "tcp://nope9:0;");
    await rejectsWith(bench.connect(endpoint), "ENODEV", endpoint);
  });

  it("connect in vain and give up: the socket is closed", {
    skip: skipUnlessLinux,
  }, async () => {
    const script = scriptUrl("../kit/socket_script", import.meta.url);
    const child = new Script(script, ["listen", "tcp://127.0.0.1:*"]);
    try {
      const endpoint = await child.line();
      child.signal("SIGSTOP");
      const before = openSockets();
      const controller = new AbortController();
      // A stopped process accepts until its backlog is full.
      const attempts = Array.from(
        { length: 8 },
        () => bench.connect(endpoint, {}, controller.signal),
      );
      const settled = Promise.allSettled(attempts);
      await Promise.race(attempts);
      await turns(20);
      const reason = new Error("no time");
      controller.abort(reason);
      const results = await settled;
      const given = results.filter(({ status }) => status === "rejected");
      if (runtimeName !== "bun") assert.ok(given.length > 0, "some waited");
      for (const result of given) {
        assert.equal((result as PromiseRejectedResult).reason, reason);
      }
      await bench.clear();
      await until(() => openSockets() <= before, "the sockets are closed");
    } finally {
      await child.kill();
    }
  });
});

describe("tcp options", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  function hexPort(endpoint: string): string {
    return portOf(endpoint).toString(16).toUpperCase().padStart(4, "0");
  }

  /** The timer column of the system's table for a connection. */
  function timerOf(stream: ByteStream): string {
    const near = `:${hexPort(stream.localAddress)}`;
    // Connections to other peers may have the same local port.
    const far = `:${hexPort(stream.remoteAddress)}`;
    // A row can be missing while others come and go.
    for (let i = 0; i < 100; i++) {
      const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
      for (const row of rows.map((line) => line.trim().split(/\s+/))) {
        // Columns: slot, local, remote, state (01 is established), …
        if (!row[1]?.endsWith(near) || !row[2]?.endsWith(far)) continue;
        if (row[3] === "01") return row[5]!;
      }
    }
    assert.fail(`no connection from port ${near}`);
  }

  it("tcpKeepalive arms the keep-alive timer of both sides", {
    skip: skipUnlessLinux,
  }, async () => {
    const idle = runtime.options.has("tcpKeepaliveIdle");
    const options = {
      tcpKeepalive: 1,
      ...(idle && { tcpKeepaliveIdle: 1000 }),
    };
    const { listener, accepted } = await bench.listen(undefined, options);
    const near = await bench.connect(listener.endpoint, options);
    const far = await accepted();
    // Timer 02 is keep-alive; its time is in 1/100 s. A row that is read while
    // the timer is set shows none.
    let ticks: string | undefined;
    await until(() => {
      const [kind, time] = timerOf(near).split(":");
      ticks = time;
      return kind === "02";
    }, "the keep-alive timer runs");
    const seconds = Number.parseInt(ticks!, 16) / 100;
    const expected = idle ? 1000 : 7200;
    assert.ok(seconds > expected - 60 && seconds <= expected + 1);
    assert.equal(far.remoteAddress, near.localAddress);
    const plain = await bench.connect(listener.endpoint);
    assert.equal(timerOf(plain), "00:00000000");
  });

  it("are those of the table, by zeromq.js's names", () => {
    const known = [
      "backlog",
      "ipv6",
      "tcpKeepalive",
      "tcpKeepaliveCount",
      "tcpKeepaliveIdle",
      "tcpKeepaliveInterval",
      "typeOfService",
      "useFd",
    ];
    const ofTcp = [...runtime.options].filter((name) => !OF_OTHERS.test(name));
    for (const option of ofTcp) assert.ok(known.includes(option), option);
    assert.ok(runtime.options.has("ipv6"));
    assert.ok(runtime.options.has("tcpKeepalive"));
  });

  const python = spawnSync("python3", ["-c", ""]).status === 0;
  it("useFd takes over a socket that listens already", {
    skip: python ? false : "python3 is not installed",
  }, async () => {
    const script = scriptUrl("../kit/socket_script", import.meta.url);
    const child = new Script(script, ["adopt", "tcp://*:*"], {
      launcher: ["python3", "-c", INHERIT],
    });
    const port = await child.line();
    assert.equal(await child.line(), `tcp://127.0.0.1:${port}`);
    await bench.connect(`tcp://127.0.0.1:${port}`);
    assert.equal(await child.line(), `tcp://127.0.0.1:${port}`);
    assert.equal(await child.exited, 0);
  });
});

// Opens a listening socket, says its port, and becomes the program that its
// arguments name, with the descriptor as one argument more.
const INHERIT = `
import os, socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(5)
os.set_inheritable(listening.fileno(), True)
print(listening.getsockname()[1], flush=True)
os.execv(sys.argv[1], sys.argv[1:] + [str(listening.fileno())])
`;
