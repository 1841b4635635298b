// Options that only native code can set: read back from the system, of the
// side that connects and of the side that accepts.
import assert from "node:assert/strict";
import process from "node:process";
import { before, describe, it } from "node:test";
import { detectRuntime } from "../../../adapters/auto.ts";
import { NativeSupport } from "../../../adapters/native_support.ts";
import { usableIpc } from "../../../adapters/platform.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import { type Ffi, loadFfi } from "../../../ext/ffi/mod.ts";
import { nativeSockets } from "../../../ext/ffi/sockets.ts";
import {
  Context,
  Pair,
  type PairOptions,
  Pull,
  Push,
  Radio,
  type Runtime,
} from "../../../mod.ts";
import { descriptorOf, numberOf, skipWithoutKoffi } from "../../kit/native.ts";
import { loopback, runtimeName } from "../../kit/runtime.ts";
import { Bag } from "../../kit/sockets.ts";
import { PATIENCE } from "../../kit/wait.ts";

const MISSING = new Error("Cannot find module 'koffi'\nRequire stack:");
const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;

type Values = Partial<PairOptions>;

/** An option, what is set, and what the system then says. */
interface Case {
  readonly values: Values;
  readonly level: number;
  readonly name: number;
  readonly expected: number;
  readonly needsRoot?: boolean;
}

// Linux doubles the sizes of buffers, for what it keeps with the octets.
const CASES: readonly Case[] = [
  {
    values: { sendBufferSize: 50_000 },
    level: SOL_SOCKET,
    name: 7,
    expected: 100_000,
  },
  {
    values: { receiveBufferSize: 60_000 },
    level: SOL_SOCKET,
    name: 8,
    expected: 120_000,
  },
  { values: { priority: 5 }, level: SOL_SOCKET, name: 12, expected: 5 },
  {
    values: { busyPoll: 30 },
    level: SOL_SOCKET,
    name: 46,
    expected: 30,
    needsRoot: true,
  },
  {
    values: { typeOfService: 0x28 },
    level: IPPROTO_IP,
    name: 1,
    expected: 0x28,
  },
  {
    values: { tcpKeepalive: 1, tcpKeepaliveIdle: 77 },
    level: IPPROTO_TCP,
    name: 4,
    expected: 77,
  },
  {
    values: { tcpKeepalive: 1, tcpKeepaliveInterval: 7 },
    level: IPPROTO_TCP,
    name: 5,
    expected: 7,
  },
  {
    values: { tcpKeepalive: 1, tcpKeepaliveCount: 3 },
    level: IPPROTO_TCP,
    name: 6,
    expected: 3,
  },
  {
    values: { tcpMaxRetransmitTimeout: 1234 },
    level: IPPROTO_TCP,
    name: 18,
    expected: 1234,
  },
];

function portOf(endpoint: string): number {
  return Number(/\d+$/.exec(endpoint)![0]);
}

/** The descriptors of both sides of a connection with options. */
async function descriptors(
  bag: Bag,
  options: Values,
): Promise<{ near: number; far: number; listener: number }> {
  const bound = bag.keep(new Pair(options));
  const connected = bag.keep(new Pair(options));
  const accepted = bound.events.once("accept");
  const endpoint = await bound.bind("tcp://127.0.0.1:*");
  connected.connect(endpoint);
  const { peerAddress } = await accepted;
  await connected.send("here");
  await bound.receive({ timeout: PATIENCE });
  const port = portOf(endpoint);
  const peer = portOf(peerAddress!);
  return {
    near: await descriptorOf(peer, port),
    far: await descriptorOf(port, peer),
    listener: await descriptorOf(port),
  };
}

describe("options by native code", { skip: skipWithoutKoffi }, () => {
  let ffi: Ffi;
  before(async () => {
    ffi = await loadFfi();
  });

  for (const { values, level, name, expected, needsRoot } of CASES) {
    const option = Object.keys(values).at(-1)!;
    it(`${option} is what the system says, of both sides`, {
      skip: needsRoot && process.getuid!() !== 0 ? "needs root" : false,
    }, async () => {
      await using bag = new Bag();
      const { near, far } = await descriptors(bag, values);
      assert.equal(numberOf(ffi, near, level, name), expected, "connected");
      assert.equal(numberOf(ffi, far, level, name), expected, "accepted");
    });
  }

  it("interface is what the system says, of all sockets", async () => {
    await using bag = new Bag();
    const fds = await descriptors(bag, { interface: loopback });
    for (const fd of Object.values(fds)) {
      const name = ffi.system.option(fd, SOL_SOCKET, 25, 16);
      assert.equal(new TextDecoder().decode(name), `${loopback}\0`);
    }
  });

  it("all of them work together, and small packets leave at once", async () => {
    await using bag = new Bag();
    const all: Values = {};
    for (const { values, needsRoot } of CASES) {
      if (!needsRoot) Object.assign(all, values);
    }
    const { near, far } = await descriptors(bag, all);
    for (const fd of [near, far]) {
      for (const { level, name, expected, needsRoot } of CASES) {
        if (!needsRoot) assert.equal(numberOf(ffi, fd, level, name), expected);
      }
      assert.equal(numberOf(ffi, fd, IPPROTO_TCP, 1), 1);
    }
  });

  it("an interface that does not exist fails bind() with ENODEV", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull({ interface: "no-such-one" }));
    await assert.rejects(pull.bind("tcp://127.0.0.1:*"), { code: "ENODEV" });
  });
});

describe("ipcFilterUid", { skip: skipWithoutKoffi }, () => {
  const uid = process.getuid!();

  it("lets the user in that it names, over ipc", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull({ ipcFilterUid: uid }));
    const push = bag.keep(new Push());
    push.connect(await pull.bind("ipc://*"));
    await push.send("here");
    await pull.receive({ timeout: PATIENCE });
  });

  for (const option of ["ipcFilterUid", "ipcFilterGid", "ipcFilterPid"]) {
    it(`${option} keeps others out, with an event`, async () => {
      await using bag = new Bag();
      const pull = bag.keep(new Pull({ [option]: 2147483646 }));
      const refused = pull.events.once("accept:error");
      const push = bag.keep(new Push({ linger: 0 }));
      push.connect(await pull.bind("ipc://*"));
      const { error } = await refused;
      assert.equal(error?.code, "EACCES");
      assert.equal(pull.peers.length, 0);
    });
  }

  it("one filter that fits is enough", async () => {
    await using bag = new Bag();
    const filters = { ipcFilterPid: process.pid, ipcFilterUid: uid + 1 };
    const pull = bag.keep(new Pull(filters));
    const push = bag.keep(new Push());
    push.connect(await pull.bind("ipc://*"));
    await push.send("here");
    await pull.receive({ timeout: PATIENCE });
  });
});

describe("options without native code", () => {
  /** The runtime at hand, as if koffi were not installed. */
  function bare(): Runtime {
    const runtime: Runtime = {
      ...detectRuntime(),
      loadAddon() {
        throw MISSING;
      },
      get nativeOptions() {
        return native;
      },
    };
    const native = new NativeSupport("linux", () => runtime, nativeSockets);
    return runtime;
  }

  it("are refused with ENOTSUP, the runtime's name and the command", () => {
    const context = new Context({ runtime: bare() });
    assert.throws(() => new Push({ context, sendBufferSize: 4096 }), {
      code: "ENOTSUP",
      message: `Cannot set "sendBufferSize" to 4096: the runtime ` +
        `"${runtimeName}" does not support the option without the package ` +
        `"koffi" (npm install koffi@3; Cannot find module 'koffi'), ` +
        "expected the default, -1",
    });
  });

  it("are named by abstract names where the runtime's are not right", () => {
    const { nativeOptions } = bare();
    const platform = {
      runtime: "Node 20.20.2",
      platform: "linux",
      abstractNames: false,
      native: nativeOptions as NativeSupport,
    };
    const endpoint = parseEndpoint("ipc://@name");
    assert.throws(() => usableIpc(platform, endpoint, "bind"), {
      code: "ENOTSUP",
      message: 'Cannot use endpoint "ipc://@name": Node 20.20.2 has no right ' +
        "abstract names of Unix domain sockets on linux without the package " +
        `"koffi" (npm install koffi@3; Cannot find module 'koffi')`,
    });
    const path = parseEndpoint("ipc:///tmp/x");
    assert.equal(usableIpc(platform, path, "bind").kind, "path");
  });

  it("name what only other systems have", () => {
    const { loadAddon: _none, ...runtime } = bare();
    const nativeOptions = new NativeSupport(
      "darwin",
      () => runtime,
      nativeSockets,
    );
    assert.equal(nativeOptions.has("sendBufferSize"), true);
    assert.equal(nativeOptions.has("interface"), false);
    const windows = new NativeSupport("win32", () => runtime, nativeSockets);
    assert.equal(windows.has("sendBufferSize"), false);
  });

  it("are as before for a runtime that was not told of native code", () => {
    const runtime = detectRuntime();
    assert.equal(runtime.nativeOptions, undefined);
    const context = new Context({ runtime });
    assert.throws(() => new Push({ context, priority: 1 }), {
      code: "ENOTSUP",
      message: /does not support the option, expected the default/,
    });
  });
});

describe("options by native code where it has no sockets", {
  skip: skipWithoutKoffi,
}, () => {
  it("fail connect() through a proxy with ENOTSUP", async () => {
    await using bag = new Bag();
    const options = { socksProxy: "127.0.0.1:9", priority: 1 };
    const push = bag.keep(new Push(options));
    for (const endpoint of ["tcp://127.0.0.1:9", "ws://127.0.0.1:9/"]) {
      assert.throws(() => push.connect(endpoint), {
        code: "ENOTSUP",
        message: new RegExp(
          `^Cannot use "${endpoint}" with "priority": .* does not support ` +
            "the option through a proxy$",
        ),
      });
    }
  });

  it("fail connect() to wss with ENOTSUP", async () => {
    await using bag = new Bag();
    const push = bag.keep(new Push({ wssTrustSystem: true, priority: 1 }));
    assert.throws(() => push.connect("wss://127.0.0.1:9/"), {
      code: "ENOTSUP",
      message: /with "priority": .* does not support the option for wss$/,
    });
  });

  it("fail connect() to udp with ENOTSUP", async () => {
    await using bag = new Bag();
    const radio = bag.keep(new Radio({ priority: 1 }));
    assert.throws(() => radio.connect("udp://127.0.0.1:9"), {
      code: "ENOTSUP",
      message: /does not support the option for udp$/,
    });
  });

  it("work for ws", async () => {
    const ffi = await loadFfi();
    await using bag = new Bag();
    const pull = bag.keep(new Pull({ priority: 3 }));
    const push = bag.keep(new Push({ priority: 3 }));
    const accepted = pull.events.once("accept");
    const endpoint = await pull.bind("ws://127.0.0.1:*/");
    push.connect(endpoint);
    const { peerAddress } = await accepted;
    await push.send("here");
    await pull.receive({ timeout: PATIENCE });
    const [port, peer] = [endpoint, peerAddress!].map((text) =>
      Number(/:(\d+)/.exec(text.slice(5))![1])
    ) as [number, number];
    for (
      const fd of [
        await descriptorOf(port, peer),
        await descriptorOf(peer, port),
      ]
    ) {
      assert.equal(numberOf(ffi, fd, SOL_SOCKET, 12), 3);
    }
  });
});
