// NORM as a program meets it: what is missing, its options, and its end.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { Publisher, Subscriber, XPublisher } from "../../../mod.ts";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { NORM_OPTIONS, readSettings } from "../../../ext/norm/settings.ts";
import {
  endsByItself,
  testExtension,
} from "../../compliance/multicast_extension.ts";
import { noise, text } from "../../kit/messages.ts";
import { numberOf, socketDescriptors } from "../../kit/native.ts";
import { groupPort } from "../../kit/multicast_subject.ts";
import { NORM, normEndpoint, skipWithoutNorm } from "../../kit/norm.ts";
import { within } from "../../kit/wait.ts";

// Numbers of Linux.
const IP_TOS = 1;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const THERE = "norm://127.0.0.1;239.193.1.1:5555";

testExtension(NORM, {
  library:
    /library libnorm.*libnorm\.so\.1.*apt install libnorm1.*brew install norm/,
  names: NORM_OPTIONS,
  publisher: {
    normMode: "fixed",
    rate: 40_000,
    multicastHops: 2,
    multicastLoop: false,
    typeOfService: 8,
    sendBufferSize: 100_000,
    normUnicastNack: true,
    normBufferSize: 512,
    normSegmentSize: 1000,
    normBlockSize: 64,
    normParity: 16,
    normAutoParity: 1,
    normPush: true,
  },
  subscriber: { receiveBufferSize: 100_000 },
  strangers: 1000,
  // Headers of every type, right and wrong, cut short and empty.
  strange(number) {
    const datagram = noise(number % 100, number);
    if (datagram.length > 1) {
      datagram[0] = 0x10 | number % 8;
      datagram[1] = number % 20;
    }
    return datagram;
  },
});

describe("norm()", { skip: skipWithoutNorm }, () => {
  it("sets what the system knows of: hops, loop, service, buffers", async () => {
    const ffi = await loadFfi();
    const before = new Set(socketDescriptors());
    const open = async (socket: Publisher | Subscriber) => {
      await socket.bind(normEndpoint());
      const own = socketDescriptors().filter((fd) => !before.has(fd));
      const values = (level: number, name: number) =>
        own.map((fd) => numberOf(ffi, fd, level, name));
      // The one that receives is not the one that sends.
      const found = {
        hops: Math.max(...values(0, IP_MULTICAST_TTL)),
        loop: Math.min(...values(0, IP_MULTICAST_LOOP)),
        service: Math.max(...values(0, IP_TOS)),
        sendBuffer: Math.min(...values(SOL_SOCKET, SO_SNDBUF)),
        receiveBuffer: Math.min(...values(SOL_SOCKET, SO_RCVBUF)),
      };
      await socket.close();
      assert.ok(socketDescriptors().every((fd) => before.has(fd)));
      return found;
    };
    const usual = await open(new Publisher());
    assert.deepEqual([usual.hops, usual.loop, usual.service], [1, 1, 0]);
    const asked = await open(
      new Publisher({
        multicastHops: 7,
        multicastLoop: false,
        typeOfService: 8,
        sendBufferSize: 50_000,
      }),
    );
    assert.deepEqual([asked.hops, asked.loop, asked.service], [7, 0, 8]);
    // Linux doubles what it is asked for.
    assert.equal(asked.sendBuffer, 100_000);
    const sub = await open(new Subscriber({ receiveBufferSize: 60_000 }));
    assert.equal(sub.receiveBuffer, 120_000);
  });

  it("leaves nothing open, however often sockets come and go", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    const meet = async () => {
      const endpoint = normEndpoint();
      const sub = new Subscriber();
      sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new Publisher({ normMode: "fixed", rate: 40_000 });
      await pub.bind(endpoint);
      await pub.send("x");
      await within(sub.receive(), "it");
      await Promise.all([pub.close(), sub.close()]);
    };
    await meet();
    const before = descriptors();
    for (let i = 0; i < 10; i++) await meet();
    assert.ok(descriptors() < before + 5, `${before} to ${descriptors()}`);
  });

  for (const normMode of ["fixed", "cc", "ccl", "cce", "cceEcnOnly"] as const) {
    it(`sends in the mode ${normMode}`, async () => {
      const endpoint = normEndpoint();
      const sub = new Subscriber();
      sub.subscribe("");
      await sub.bind(endpoint);
      const pub = new XPublisher({ normMode, rate: 40_000 });
      await pub.bind(endpoint);
      for (let i = 0; i < 20; i++) await pub.send(`${i}`);
      for (let i = 0; i < 20; i++) {
        assert.equal(text((await within(sub.receive(), "it"))[0]), `${i}`);
      }
      await Promise.all([pub.close(), sub.close()]);
    });
  }

  it("refuses what the library could not take", () => {
    const { signal } = new AbortController();
    const asked = { role: "send", signal, ipv6: false } as const;
    for (
      const options of [
        { multicastHops: 256 },
        { normBufferSize: 2 ** 20 + 1 },
        { normSegmentSize: 15 },
        { normSegmentSize: 65_001 },
      ]
    ) {
      assert.throws(() => readSettings({ ...asked, ...options }, THERE), {
        code: "EINVAL",
      });
    }
    const raised = readSettings({
      ...asked,
      normParity: 2,
      normAutoParity: 20,
    }, THERE);
    assert.deepEqual([raised.parity, raised.block], [20, 21]);
    const service = (typeOfService: number, normMode: string) =>
      readSettings({ ...asked, typeOfService, normMode }, THERE).service;
    // The two lowest bits are for marks of routers: 3 is one already.
    assert.deepEqual([8, 11, 10].map((of) => service(of, "cce")), [9, 10, 10]);
    assert.equal(service(8, "cc"), 8);
  });
});

describe("close() under congestion control", { skip: skipWithoutNorm }, () => {
  for (const count of [1, 100]) {
    it(`drops ${count} that nobody hears`, async () => {
      const pub = new Publisher({ normBufferSize: 64 });
      await pub.bind(normEndpoint());
      for (let i = 0; i < count; i++) await pub.send(new Uint8Array(5000));
      const start = performance.now();
      await within(pub.close(), "the end");
      const ms = performance.now() - start;
      // It would take a second for each packet.
      assert.ok(ms < 4000, `${ms} ms`);
    });
  }

  it("sends all to who listens", async () => {
    const endpoint = normEndpoint();
    const sub = new Subscriber();
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ normBufferSize: 64 });
    await pub.bind(endpoint);
    for (let i = 0; i < 100; i++) {
      await pub.send([`${i}`, new Uint8Array(1000)]);
    }
    let closing: Promise<void> | undefined;
    for (let i = 0; i < 100; i++) {
      const [head] = await within(sub.receive(), "it", 20_000);
      assert.equal(text(head), `${i}`);
      // So many come when somebody has answered.
      if (i === 2) closing = pub.close();
    }
    await within(closing!, "the end");
    await sub.close();
  });
});

describe("a process that has used norm", { skip: skipWithoutNorm }, () => {
  it("is there until a name is looked up", () =>
    endsByItself(`norm://localhost:${groupPort()}`, "opened"));
});
