// The udp transport of the runtime at hand: sockets that are bound and that
// send, groups and interfaces, broadcast, IPv6, errors, and their end.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import { DatagramBench } from "../kit/datagram_bench.ts";
import { noise } from "../kit/messages.ts";
import {
  loopback,
  openSockets,
  runtimeName,
  Script,
  scriptUrl,
  skipUnlessIPv6,
  skipUnlessLinux,
} from "../kit/runtime.ts";
import { pause, until } from "../kit/wait.ts";

const transport = detectRuntime().datagrams!.find(({ scheme }) =>
  scheme === "udp"
)!;
const GROUP = "239.77.1.2";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  await using bench = new DatagramBench(transport);
  return (await bench.bind("udp://*:*")).address.port;
}

describe("udp transport", () => {
  let socketsBefore = 0;
  before(() => {
    socketsBefore = openSockets();
  });
  after(async () => {
    await pause();
    await until(() => openSockets() <= socketsBefore, "no socket is left open");
  });

  it("carries datagrams of any length, whole and in order", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    const far = await bench.connect(near.endpoint);
    const sizes = [0, 1, 2, 255, 256, 1472, 1473, 8192, 20_000, 65_507];
    for (const size of sizes) {
      far.send(noise(size, size));
      await near.lengths(sizes.indexOf(size) + 1);
    }
    assert.deepEqual(await near.lengths(sizes.length), sizes);
    for (const { octets } of near.arrivals) {
      assert.deepEqual(octets, noise(octets.length, octets.length));
    }
    await until(() => far.outcomes.length === sizes.length, "all have left");
    assert.ok(far.outcomes.every((error) => error === undefined));
  });

  it("keeps the order of what is sent at once, and tells of each", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    const far = await bench.connect(near.endpoint);
    const lengths = Array.from({ length: 50 }, (_, i) => i);
    for (const length of lengths) far.send(new Uint8Array(length));
    assert.deepEqual(await near.lengths(50), lengths);
    await until(() => far.outcomes.length === 50, "all have left");
  });

  it("says where a datagram comes from, and sends there", async () => {
    await using bench = new DatagramBench(transport);
    const a = await bench.bind("udp://127.0.0.1:*");
    const b = await bench.bind("udp://127.0.0.1:*");
    a.send(new Uint8Array(3), b.address);
    await b.lengths(1);
    assert.deepEqual(b.arrivals[0]!.from, a.address);
    b.send(new Uint8Array(4), b.arrivals[0]!.from);
    assert.deepEqual(await a.lengths(1), [4]);
  });

  it("keeps little memory for a short datagram", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    const far = await bench.connect(near.endpoint);
    far.send(new Uint8Array(100));
    await near.lengths(1);
    const { buffer } = near.arrivals[0]!.octets;
    assert.ok(buffer.byteLength <= 1000, `got ${buffer.byteLength}`);
  });

  it("does not read what is sent to who only sends", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    const far = await bench.connect(near.endpoint);
    far.send(new Uint8Array(1));
    await near.lengths(1);
    near.send(new Uint8Array(1), near.arrivals[0]!.from);
    far.send(new Uint8Array(2));
    await near.lengths(2);
    assert.deepEqual(far.arrivals, []);
  });

  it("goes on although nobody listens, and reaches who comes", async () => {
    await using bench = new DatagramBench(transport);
    const port = await freePort();
    const far = await bench.connect(`udp://127.0.0.1:${port}`);
    for (let i = 0; i < 3; i++) {
      far.send(new Uint8Array(i));
      await until(() => far.outcomes.length > i, "it has left");
    }
    const near = await bench.bind(`udp://127.0.0.1:${port}`);
    far.send(new Uint8Array(9));
    assert.deepEqual(await near.lengths(1), [9]);
    assert.deepEqual(far.closures, []);
  });

  it("tells that a datagram is too large, and goes on", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    const far = await bench.connect(near.endpoint);
    far.send(new Uint8Array(65_508));
    await until(() => far.outcomes.length === 1, "it was refused");
    assert.notEqual(far.outcomes[0], undefined);
    far.send(new Uint8Array(5));
    assert.deepEqual(await near.lengths(1), [5]);
    assert.equal(far.outcomes[1], undefined);
  });

  it("frees the address when it is closed", async () => {
    await using bench = new DatagramBench(transport);
    const first = await bench.bind("udp://127.0.0.1:*");
    await assert.rejects(bench.bind(first.endpoint), { code: "EADDRINUSE" });
    for (let i = 0; i < 5; i++) {
      const end = await bench.bind("udp://127.0.0.1:*");
      const { endpoint, socket } = end;
      await socket.close();
      await socket.close();
      await pause();
      assert.deepEqual(end.closures, []);
      const again = await bench.bind(endpoint);
      assert.equal(again.endpoint, endpoint);
    }
  });

  it("refuses addresses of others, names of nobody, and an abort", async () => {
    await using bench = new DatagramBench(transport);
    await assert.rejects(bench.bind("udp://192.0.2.77:*"), {
      code: "EADDRNOTAVAIL",
    });
    await assert.rejects(bench.bind("udp://no-such-interface:*"), {
      code: "ENODEV",
    });
    await assert.rejects(bench.connect("udp://no-such-host.invalid:9"), {
      code: "EHOSTUNREACH",
    });
    await assert.rejects(bench.bind("udp://127.0.0.1"), { code: "EINVAL" });
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(bench.bind("udp://127.0.0.1:*", { signal }), reason);
  });

  it("resolves names, and binds to interfaces by name", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind(`udp://${loopback}:*`);
    assert.equal(near.address.host, "127.0.0.1");
    const far = await bench.connect(`udp://localhost:${near.address.port}`);
    assert.equal(far.endpoint, near.endpoint);
    far.send(new Uint8Array(1));
    assert.deepEqual(await near.lengths(1), [1]);
  });

  it("honours the sizes of the system's buffers", {
    skip: skipUnlessLinux,
  }, async () => {
    await using bench = new DatagramBench(transport);
    /** How many of 40 datagrams are kept while nobody reads. */
    async function kept(receiveBufferSize?: number): Promise<number> {
      const near = await bench.bind("udp://127.0.0.1:*", {
        sendBufferSize: 50_000,
        ...(receiveBufferSize && { receiveBufferSize }),
      });
      const { port } = near.address;
      const one = `head -c 1000 /dev/zero > /dev/udp/127.0.0.1/${port}`;
      const { status } = spawnSync("bash", [
        "-c",
        `for i in $(seq 40); do ${one}; done`,
      ]);
      assert.equal(status, 0);
      // The last one may find no room either, and is sent again.
      await until(() => {
        near.send(new Uint8Array(1), near.address);
        return near.arrivals.at(-1)?.octets.length === 1;
      }, "all are read");
      return near.arrivals.filter(({ octets }) => octets.length === 1000)
        .length;
    }
    assert.equal(await kept(), 40);
    if (!transport.options.has("receiveBufferSize")) {
      assert.equal(runtimeName, "deno");
      return;
    }
    const few = await kept(5000);
    assert.ok(few > 0 && few < 20, `got ${few}`);
  });

  it("holds the process, or does not", async () => {
    for (const way of ["hold", "release"]) {
      const script = new Script(
        scriptUrl("../kit/datagram_script", import.meta.url),
        [way],
      );
      assert.equal(await script.line(), "ready");
      if (way === "hold") await script.kill();
      else assert.equal(await script.exited, 0);
    }
  });

  it("needs permission for the network, and no other", async () => {
    const url = scriptUrl("../kit/datagram_script", import.meta.url);
    for (const permission of ["--allow-net=127.0.0.1", "--allow-net"]) {
      const script = new Script(url, ["release"], {
        permissions: [permission],
      });
      assert.equal(await script.line(), "ready");
      assert.equal(await script.exited, 0);
    }
  });

  it("checks addresses before anything is opened", () => {
    const check = (text: string) =>
      transport.check!(parseEndpoint(text), "connect");
    assert.throws(() => check("udp://127.0.0.1:*"), { code: "EINVAL" });
    check("udp://127.0.0.1:1");
  });
});

describe("udp groups", { skip: skipUnlessLinux }, () => {
  const at = (port: number) => `udp://127.0.0.1;${GROUP}:${port}`;

  it("reach every socket that is bound to the group", async () => {
    await using bench = new DatagramBench(transport);
    const port = await freePort();
    const ends = [await bench.bind(at(port)), await bench.bind(at(port))];
    assert.equal(ends[0]!.endpoint, at(port));
    const far = await bench.connect(at(port));
    far.send(new Uint8Array(7));
    for (const end of ends) assert.deepEqual(await end.lengths(1), [7]);
  });

  it("take an interface by name", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind(`udp://${loopback};${GROUP}:*`);
    const port = Number(/\d+$/.exec(near.endpoint)![0]);
    assert.equal(near.endpoint, `udp://${loopback};${GROUP}:${port}`);
    const far = await bench.connect(near.endpoint);
    far.send(new Uint8Array(7));
    assert.deepEqual(await near.lengths(1), [7]);
  });

  it("hear nothing that is sent to another group, or to the host", async () => {
    await using bench = new DatagramBench(transport);
    const port = await freePort();
    const near = await bench.bind(at(port));
    await bench.bind(`udp://127.0.0.1;239.77.1.3:${port}`);
    for (const place of ["127.0.0.1;239.77.1.3", "127.0.0.1"]) {
      const other = await bench.connect(`udp://${place}:${port}`);
      other.send(new Uint8Array(1));
      await until(() => other.outcomes.length === 1, "it has left");
    }
    const far = await bench.connect(at(port), {
      multicastHops: 3,
      multicastLoop: true,
    });
    far.send(new Uint8Array(7));
    assert.deepEqual(await near.lengths(1), [7]);
  });

  it("refuse an interface that is not there", async () => {
    await using bench = new DatagramBench(transport);
    await assert.rejects(bench.bind(`udp://192.0.2.77;${GROUP}:*`), {
      code: "ENODEV",
    });
    await assert.rejects(bench.bind(`udp://nowhere0;${GROUP}:*`), {
      code: "ENODEV",
    });
  });

  it("must be groups when the name turns out", async () => {
    await using bench = new DatagramBench(transport);
    await assert.rejects(bench.connect("udp://127.0.0.1;localhost:9"), {
      code: "EINVAL",
    });
  });
});

describe("udp broadcast", { skip: skipUnlessLinux }, () => {
  it("reaches all that share the address", async () => {
    await using bench = new DatagramBench(transport);
    const port = await freePort();
    const reuse = { reuseAddress: true };
    const ends = [
      await bench.bind(`udp://*:${port}`, reuse),
      await bench.bind(`udp://*:${port}`, reuse),
    ];
    const far = await bench.connect(`udp://127.255.255.255:${port}`);
    far.send(new Uint8Array(5));
    for (const end of ends) assert.deepEqual(await end.lengths(1), [5]);
    const bound = await bench.bind("udp://127.0.0.1:*");
    bound.send(new Uint8Array(6), { host: "127.255.255.255", port });
    for (const end of ends) assert.deepEqual(await end.lengths(2), [5, 6]);
  });
});

describe("udp over IPv6", { skip: skipUnlessIPv6 }, () => {
  it("carries datagrams between IPv6 addresses", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://[::1]:*");
    assert.match(near.endpoint, /^udp:\/\/\[::1\]:\d+$/);
    const far = await bench.connect(near.endpoint);
    far.send(new Uint8Array(4));
    assert.deepEqual(await near.lengths(1), [4]);
    assert.equal(near.arrivals[0]!.from.host, "::1");
  });

  it("serves IPv4 too where ipv6 is set", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://*:*", { ipv6: true });
    const { port } = near.address;
    const v4 = await bench.bind("udp://127.0.0.1:*");
    v4.send(new Uint8Array(4), { host: "127.0.0.1", port });
    await near.lengths(1);
    near.send(new Uint8Array(5), v4.address);
    assert.deepEqual(await v4.lengths(1), [5]);
    const v6 = await bench.connect(`udp://[::1]:${port}`);
    v6.send(new Uint8Array(6));
    assert.deepEqual(await near.lengths(2), [4, 6]);
  });

  it("refuses an IPv6 address for an IPv4 socket", async () => {
    await using bench = new DatagramBench(transport);
    const near = await bench.bind("udp://127.0.0.1:*");
    assert.throws(
      () => near.send(new Uint8Array(1), { host: "::1", port: 1 }),
      {
        code: "EINVAL",
      },
    );
  });
});
