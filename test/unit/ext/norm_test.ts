// NORM as a program meets it: what is missing, its options, and its end.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import {
  Context,
  context,
  Publisher,
  Subscriber,
  XPublisher,
} from "../../../mod.ts";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { norm } from "../../../ext/norm/mod.ts";
import { NORM_OPTIONS, readSettings } from "../../../ext/norm/settings.ts";
import { normEndpoint, normPort, skipWithoutNorm } from "../../kit/norm.ts";
import { text } from "../../kit/messages.ts";
import { numberOf, socketDescriptors } from "../../kit/native.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./norm_exit_program", import.meta.url);
// Numbers of Linux.
const IP_TOS = 1;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const THERE = "norm://127.0.0.1;239.193.1.1:5555";

/** A context in whose runtime koffi is something else. */
function contextWith(loadAddon: (name: string) => unknown): Context {
  const { runtime } = context;
  return new Context({
    runtime: {
      name: runtime.name,
      transports: [],
      clock: runtime.clock,
      options: new Set<string>(),
      native: () => runtime.native!(),
      loadAddon,
    },
  });
}

describe("norm without the package koffi", () => {
  const without = contextWith((name) => {
    throw new Error(`Cannot find module '${name}'`);
  });

  it("rejects bind() with ENOTSUP, the name and the command that installs it", async () => {
    const pub = new Publisher({ context: without });
    await assert.rejects(pub.bind(THERE), {
      code: "ENOTSUP",
      message: /package "koffi" \(npm install koffi@3\)/,
    });
    await pub.close();
  });

  it("gives connect() up, and tells so in an event", async () => {
    const sub = new Subscriber({ context: without });
    const told = sub.events.once("close");
    sub.connect(THERE);
    const { error } = await within(told, "the event");
    assert.equal(error?.code, "ENOTSUP");
    await sub.close();
  });
});

describe("norm without the library", { skip: skipWithoutNorm }, () => {
  it("rejects bind() with ENOTSUP, its name and the commands that install it", async () => {
    const koffi = context.runtime.loadAddon!("koffi") as object;
    const lacking = contextWith(() => ({
      ...koffi,
      load: (file: string) => {
        throw new Error(`${file}: cannot open shared object file`);
      },
    }));
    const pub = new Publisher({ context: lacking });
    await assert.rejects(pub.bind(THERE), {
      code: "ENOTSUP",
      message:
        /library libnorm.*libnorm\.so\.1.*apt install libnorm1.*brew install norm/,
    });
    await pub.close();
  });
});

describe("norm()", { skip: skipWithoutNorm }, () => {
  it("has the options that the default context knows of", async () => {
    const known = new Publisher();
    const given = new Publisher({
      context: new Context({ transports: [norm()] }),
    });
    assert.deepEqual([...norm().options], NORM_OPTIONS);
    for (const pub of [known, given]) {
      pub.normMode = "fixed";
      pub.rate = 40_000;
      pub.multicastHops = 2;
      pub.multicastLoop = false;
      pub.typeOfService = 8;
      pub.sendBufferSize = 100_000;
      pub.normUnicastNack = true;
      pub.normBufferSize = 512;
      pub.normSegmentSize = 1000;
      pub.normBlockSize = 64;
      pub.normParity = 16;
      pub.normAutoParity = 1;
      pub.normPush = true;
      await pub.bind(normEndpoint());
      await pub.close();
    }
    const sub = new Subscriber({ receiveBufferSize: 100_000 });
    await sub.bind(normEndpoint());
    await sub.close();
  });

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
  it("is there until a name is looked up", async () => {
    const script = new Script(PROGRAM, [
      `norm://localhost:${normPort()}`,
      "looked up",
    ]);
    try {
      assert.equal(await within(script.line(), "it"), "done");
      assert.equal(await within(script.exited, "the end", 5000), 0);
    } finally {
      await script.kill();
    }
  });

  for (const way of ["closed", "unref"]) {
    it(`ends by itself when its sockets are ${way}`, async () => {
      const script = new Script(PROGRAM, [normEndpoint(), way]);
      try {
        assert.equal(await within(script.line(), "it"), "done");
        assert.equal(await within(script.exited, "the end", 5000), 0);
      } finally {
        await script.kill();
      }
    });
  }
});
