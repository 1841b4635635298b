// The tests of tipc that want a kernel with it: test/interop/tipc_test.ts runs
// them in a guest. The suite of transports, our sockets among themselves and
// with libzmq's, programs that end by themselves, and the examples.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { tipc } from "../../ext/tipc/mod.ts";
import { Context, Publisher, Pull, Push, Subscriber } from "../../mod.ts";
import { blocksOf, runProgram, withDoors } from "../docs/programs.ts";
import { type End, pattern } from "../kit/byte_end.ts";
import { octets, sameMessages, text } from "../kit/messages.ts";
import { socketDescriptors } from "../kit/native.ts";
import { Places } from "../kit/places.ts";
import { PythonPeer } from "../kit/python_peer.ts";
import { Script, scriptUrl } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { Bench, rejectsWith } from "../kit/stream_bench.ts";
import { PATIENCE, pause, until, within } from "../kit/wait.ts";
import { DOCUMENTS, read } from "../structure/project.ts";
import { testMatrix } from "./interop.ts";
import { testSockets } from "./socket.ts";
import { transportSuite } from "./transport.ts";

const SOCKET = /^tipc:\/\/<0\.0\.0:[1-9]\d*>$/;
const TIMEOUT = { timeout: PATIENCE } as const;

/**
 * Milliseconds within which something is over that does not wait for a peer:
 * the system would wait for 8 s.
 */
const SOON = 4000;

let services = 7000;
/** A service that nothing else here uses. */
const service = (): number => ++services;

const subject = {
  transport: tipc(),
  tellsUnsent: true,
  endsWhole: true,
  sharesAddresses: true,
  bindEndpoint: () => "tipc://<*>",
  refusedEndpoint: () => `tipc://{${service()},0}`,
  malformed: {
    bind: ["tipc://{5560,1,0}", "tipc://<0.0.0:1>", "tipc://5560"],
    connect: ["tipc://{5560,0,1}", "tipc://<*>", "tipc://{5560}"],
  },
};

transportSuite("tipc", subject);
testSockets("tipc");

describe("addresses of tipc", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  it("of streams are their sockets', the same on both sides", async () => {
    const { listener, accepted } = await bench.listen();
    assert.match(listener.endpoint, SOCKET);
    const near = await bench.connect(listener.endpoint);
    const far = await accepted();
    for (const { localAddress } of [near, far]) {
      assert.match(localAddress, SOCKET);
    }
    assert.equal(near.remoteAddress, far.localAddress);
    assert.equal(far.remoteAddress, near.localAddress);
  });

  it("of a service lead to every instance of the range, and to no other", async () => {
    const type = service();
    const { listener, accepted } = await bench.listen(`tipc://{${type},3,5}`);
    // What libzmq has as ZMQ_LAST_ENDPOINT as well.
    assert.match(listener.endpoint, SOCKET);
    for (const instance of ["3}", "5}", " 4}@0.0.0"]) {
      await bench.connect(`tipc://{${type},${instance}`);
      await accepted();
    }
    for (const instance of [2, 6]) {
      const endpoint = `tipc://{${type},${instance}}`;
      const refused = bench.connect(endpoint);
      const error = await rejectsWith(refused, "ECONNREFUSED", endpoint);
      assert.match(error.message, /nobody has bound it/);
    }
  });

  it("may be one instance to bind, and others' too: they take turns", async () => {
    const type = service();
    const both = [
      await bench.listen(`tipc://{${type},7}`),
      await bench.listen(`tipc://{${type},7}`),
    ];
    for (let i = 0; i < 4; i++) await bench.connect(`tipc://{${type},7}`);
    for (const { accepted } of both) await accepted();
  });

  it("of a service are free again as soon as it was closed", async () => {
    const endpoint = `tipc://{${service()},0,0}`;
    for (let i = 0; i < 10; i++) {
      const { listener, accepted } = await bench.listen(endpoint);
      const target = endpoint.replace(",0}", "}");
      const near = bench.end(await bench.connect(target));
      const far = bench.end(await accepted());
      await listener.close();
      await rejectsWith(bench.connect(target), "ECONNREFUSED", target);
      await rejectsWith(
        bench.connect(listener.endpoint),
        "ECONNREFUSED",
        listener.endpoint,
      );
      // What was connected stays.
      near.write(pattern(100));
      await far.has(100);
      near.close();
    }
  });
});

describe("what a peer of tipc said before it went", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  it("arrives, although nothing can be said to it any more", async () => {
    const [near, far] = await bench.ends();
    near.pause();
    far.write(pattern(50_000));
    far.close();
    await far.closure();
    // Sent into the void, again and again, until the system has noticed.
    while (near.write(pattern(10))) await pause(1);
    near.resume();
    await near.closure();
    assert.equal(near.received, 50_000);
    assert.equal((near.error as { code?: string }).code, "ECONNRESET");
  });
});

describe("a connection of tipc whose peer does not read", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  it("is dropped at once, and the peer hears when it reads", async () => {
    const [near, far] = await bench.ends();
    far.pause();
    while (near.write(new Uint8Array(1_000_000))) await pause();
    const start = performance.now();
    near.close();
    await near.closure();
    const took = performance.now() - start;
    assert.ok(took < SOON, `${took} ms`);
    far.resume();
    await far.until(() => far.peerEnded || far.isClosed);
  });

  it("keeps nobody else from working, however many there are", async () => {
    const before = socketDescriptors().length;
    const pairs: [End, End][] = [];
    for (let i = 0; i < 30; i++) {
      const [near, far] = await bench.ends();
      far.pause();
      while (near.write(new Uint8Array(1_000_000)));
      pairs.push([near, far]);
    }
    const opened = socketDescriptors().length;
    for (const [near] of pairs) near.close();
    await Promise.all(pairs.map(([near]) => near.closure()));
    const start = performance.now();
    const [other, another] = await bench.ends();
    other.write(pattern(100_000));
    await another.has(100_000);
    const took = performance.now() - start;
    assert.ok(took < SOON, `${took} ms`);
    // Some read on, and some are gone without.
    for (const [i, [, far]] of pairs.entries()) {
      if (i % 2 === 0) far.resume();
      else far.close();
    }
    await bench.clear();
    await until(
      () => socketDescriptors().length <= before,
      `no more than ${before} of ${opened} descriptors`,
    );
  });

  /** Writes as many parts as the system takes; says how many. */
  async function fill(most: number): Promise<[End, End, number]> {
    const [near, far] = await bench.ends();
    far.pause();
    for (let taken = 0; taken < most; taken++) {
      near.write(new Uint8Array(10_000));
      if (!near.stream.direct!.settled) return [near, far, taken];
    }
    return [near, far, most];
  }

  it("ends at once when the system has all, and nothing is lost", async () => {
    const [first, , most] = await fill(10_000);
    first.close();
    const [near, far, count] = await fill(most);
    assert.equal(count, most);
    const start = performance.now();
    near.finish();
    await near.closure();
    const took = performance.now() - start;
    assert.ok(took < SOON, `${took} ms`);
    far.resume();
    await far.until(() => far.peerEnded);
    assert.equal(far.received, most * 10_000);
  });
});

describe("sockets over tipc", () => {
  it("bind() resolves with the socket's address, and lastEndpoint is that", async () => {
    await using bag = new Bag();
    const context = new Context({ transports: [tipc()] });
    const type = service();
    const pull = bag.keep(new Pull({ context }));
    const endpoint = await pull.bind(`tipc://{${type},0,0}`);
    assert.match(endpoint, SOCKET);
    assert.equal(pull.lastEndpoint, endpoint);
    const push = bag.keep(new Push({ context }));
    push.connect(`tipc://{${type},0}`);
    assert.equal(push.lastEndpoint, `tipc://{${type},0}`);
    await push.send("hello", TIMEOUT);
    assert.equal(text((await pull.receive(TIMEOUT))[0]), "hello");
    await pull.unbind(`tipc://{${type},0,0}`);
    await assert.rejects(pull.unbind(endpoint), { code: "ENOENT" });
  });

  it("connect again when the service is bound anew, and lose nothing queued", async () => {
    await using bag = new Bag();
    const type = service();
    const push = bag.keep(new Push({ reconnectInterval: 10 }));
    push.connect(`tipc://{${type},1}`);
    for (let i = 0; i < 3; i++) {
      const pull = bag.keep(new Pull());
      // Nobody is there, and it waits.
      await push.send(`${i}`, TIMEOUT);
      await pull.bind(`tipc://{${type},0,9}`);
      assert.equal(text((await pull.receive(TIMEOUT))[0]), `${i}`);
      const left = push.events.once("disconnect");
      await pull.close();
      await within(left, "the end of the connection");
    }
  });

  it("end with their context while 30 of them connect and close", async () => {
    for (let round = 0; round < 3; round++) {
      const context = new Context();
      const pub = new Publisher({ context });
      const type = service();
      await pub.bind(`tipc://{${type},0,0}`);
      const subs = Array.from({ length: 30 }, async () => {
        const sub = new Subscriber({ context });
        sub.connect(`tipc://{${type},0}`);
        await sub.close();
      });
      await within(Promise.all(subs), "the subscribers");
      await within(context.shutdown(), "the shutdown");
    }
  });
});

describe("sockets over tipc with libzmq's", () => {
  const places = new Places();
  let python: PythonPeer;
  before(async () => {
    python = await PythonPeer.start();
  });
  after(async () => {
    await python.end();
    places.remove();
  });

  // The node has no address here, and libzmq looks for services without a
  // node in zone 1 only.
  const connectTo = (place: string): string => `${place}@0.0.0`;
  testMatrix(() => python, places, {
    schemes: ["tipc"],
    mechanisms: ["NULL"],
    connectTo,
  });

  it("are found by the sockets' own addresses, both ways", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull());
    const theirPush = await python.socket("PUSH");
    await theirPush.connect(await pull.bind("tipc://<*>"));
    await theirPush.send([octets("to us")]);
    assert.equal(text((await pull.receive(TIMEOUT))[0]), "to us");
    const theirPull = await python.socket("PULL");
    const endpoint = await theirPull.bind("tipc://<*>");
    assert.match(endpoint, SOCKET);
    const push = bag.keep(new Push());
    push.connect(endpoint);
    await push.send("to them", TIMEOUT);
    sameMessages(await theirPull.receive(1), [[octets("to them")]]);
    await Promise.all([theirPush.close(), theirPull.close()]);
  });

  it("have the endpoint of a service that libzmq has", async () => {
    const type = service();
    const theirs = await python.socket("PULL");
    assert.match(await theirs.bind(`tipc://{${type},0,0}`), SOCKET);
    await theirs.close();
  });

  it("connect again when libzmq binds its service anew", async () => {
    await using bag = new Bag();
    const type = service();
    const push = bag.keep(new Push({ reconnectInterval: 10 }));
    push.connect(`tipc://{${type},1}`);
    for (let i = 0; i < 2; i++) {
      const theirs = await python.socket("PULL");
      await theirs.bind(`tipc://{${type},0,9}`);
      await push.send(`${i}`, TIMEOUT);
      sameMessages(await theirs.receive(1), [[octets(`${i}`)]]);
      const left = push.events.once("disconnect");
      await theirs.close();
      await within(left, "the end of the connection");
    }
  });

  it("are connected to again by libzmq when our service is bound anew", async () => {
    await using bag = new Bag();
    const type = service();
    const theirs = await python.socket("PUSH", {
      RECONNECT_IVL: 10,
      IMMEDIATE: 1,
    });
    await theirs.connect(`tipc://{${type},1}@0.0.0`);
    for (let i = 0; i < 2; i++) {
      const pull = bag.keep(new Pull());
      await pull.bind(`tipc://{${type},0,9}`);
      let isThere = false;
      const first = pull.receive(TIMEOUT).finally(() => isThere = true);
      // What it sends before it knows that we are gone, or back, is lost.
      while (!isThere) {
        await theirs.offer([octets("again")]);
        await pause(5);
      }
      assert.equal(text((await first)[0]), "again");
      await pull.close();
    }
    await theirs.close();
  });
});

describe("a process that has used tipc", () => {
  const program = scriptUrl("../kit/tipc_exit_program", import.meta.url);
  for (const way of ["closed", "unref"]) {
    it(`ends by itself when its sockets are ${way}`, async () => {
      const script = new Script(program, [way]);
      try {
        assert.equal(await within(script.line(), "it"), "done");
        assert.equal(await within(script.exited, "the end", 5000), 0);
      } finally {
        await script.kill();
      }
    });
  }
});

describe("a process without a descriptor for tipc", () => {
  it("is told so, and goes on when there are some", async () => {
    const url = scriptUrl("../kit/tipc_emfile_program", import.meta.url);
    const script = new Script(url, []);
    try {
      assert.equal(await within(script.line(), "it"), "EMFILE EMFILE y");
      assert.equal(await within(script.exited, "the end", 3000), 0);
    } finally {
      await script.kill();
    }
  });
});

describe("the examples with tipc", () => {
  const folder = mkdtempSync(join(tmpdir(), "isomq-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const documents = {
    documents: DOCUMENTS.map(read).join("\n"),
    "ext/tipc/mod.ts": read("ext/tipc/mod.ts").replaceAll(/^ \* ?/gm, ""),
  };
  for (const [name, document] of Object.entries(documents)) {
    it(`of ${name} run and print what they say`, async () => {
      const blocks = blocksOf(document)
        .filter(({ code }) => code.includes("tipc://"));
      assert.ok(blocks.length > 0, "Expected an example");
      for (const [index, { code, prints }] of blocks.entries()) {
        const path = join(folder, `${name.replaceAll("/", "_")}_${index}.mjs`);
        writeFileSync(path, withDoors(code));
        const { code: exit, output, errors } = await runProgram(path);
        assert.equal(errors, "");
        assert.deepEqual(output.split("\n").slice(0, -1), prints);
        assert.equal(exit, 0);
      }
    });
  }
});
