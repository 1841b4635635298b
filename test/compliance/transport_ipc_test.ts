// The transport suite for ipc on the runtime at hand, and what only Unix
// domain sockets have: files, their limits and leftovers, abstract names.
import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import process from "node:process";
import { after, afterEach, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import { pattern } from "../kit/byte_end.ts";
import {
  nodeMajor,
  runtimeName,
  Script,
  scriptUrl,
  skipUnlessLinux,
} from "../kit/runtime.ts";
import { Bench, rejectsWith } from "../kit/stream_bench.ts";
import { transportSuite } from "./transport.ts";

const folder = mkdtempSync(join(tmpdir(), "isomq-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function freshPath(): string {
  return join(folder, `socket${++count}`);
}

const subject = {
  tellsUnsent: true,
  transport: detectRuntime().transports.find(({ scheme }) => scheme === "ipc")!,
  bindEndpoint: () => `ipc://${freshPath()}`,
  refusedEndpoint: () => `ipc://${freshPath()}`,
  malformed: {
    bind: ["ipc://@", "ipc://*x"],
    connect: ["ipc://@", "ipc://*"],
  },
};

transportSuite("ipc", subject);

/** A path of so many octets. */
function longPath(length: number): string {
  return join(folder, "x".repeat(length - folder.length - 1));
}

describe("ipc files", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());

  /** Checks that a listener is reached at the endpoint. */
  async function works(endpoint: string): Promise<void> {
    const [near, far] = await bench.ends(endpoint);
    near.write(pattern(10));
    await far.has(10);
  }

  it("have the path of the endpoint and go with the listener", async () => {
    const path = freshPath();
    const { listener } = await bench.listen(`ipc://${path}`);
    assert.equal(listener.endpoint, `ipc://${path}`);
    assert.ok(lstatSync(path).isSocket());
    await listener.close();
    assert.ok(!existsSync(path));
  });

  it("can have 107 octets and no more", async () => {
    const path = longPath(107);
    await works(`ipc://${path}`);
    assert.ok(lstatSync(path).isSocket());
    const endpoint = `ipc://${longPath(108)}`;
    await rejectsWith(bench.listen(endpoint), "ENAMETOOLONG", endpoint);
    await rejectsWith(bench.connect(endpoint), "ENAMETOOLONG", endpoint);
  });

  it("count octets, not characters", async () => {
    const base = longPath(60);
    const path = base + "é".repeat(23);
    await works(`ipc://${path}`);
    assert.ok(lstatSync(path).isSocket());
    const endpoint = `ipc://${path}é`;
    await rejectsWith(bench.listen(endpoint), "ENAMETOOLONG", endpoint);
  });

  it("that a killed process left are replaced", async () => {
    const endpoint = `ipc://${freshPath()}`;
    const script = scriptUrl("../kit/socket_script", import.meta.url);
    const child = new Script(script, ["listen", endpoint]);
    assert.equal(await child.line(), endpoint);
    await child.kill();
    assert.ok(lstatSync(endpoint.slice(6)).isSocket(), "the file is left");
    await rejectsWith(bench.connect(endpoint), "ECONNREFUSED", endpoint);
    await works(endpoint);
  });

  it("of a living process are not replaced", async () => {
    const endpoint = `ipc://${freshPath()}`;
    const script = scriptUrl("../kit/socket_script", import.meta.url);
    const child = new Script(script, ["listen", endpoint]);
    try {
      await child.line();
      await rejectsWith(bench.listen(endpoint), "EADDRINUSE", endpoint);
      await bench.connect(endpoint);
    } finally {
      await child.kill();
    }
  });

  it("of another kind are not replaced", async () => {
    const path = freshPath();
    writeFileSync(path, "precious");
    const endpoint = `ipc://${path}`;
    await rejectsWith(bench.listen(endpoint), "EADDRINUSE", endpoint);
    assert.equal(readFileSync(path, "utf8"), "precious");
    await rejectsWith(bench.connect(endpoint), "ECONNREFUSED", endpoint);
  });

  it("in a directory that does not exist: ENOENT", async () => {
    const endpoint = `ipc://${join(folder, "missing", "socket")}`;
    await rejectsWith(bench.listen(endpoint), "ENOENT", endpoint);
    await rejectsWith(bench.connect(endpoint), "ECONNREFUSED", endpoint);
  });

  it("by wildcard are in a fresh directory, gone with it", async () => {
    const { listener } = await bench.listen("ipc://*");
    const other = await bench.listen("ipc://*");
    assert.notEqual(listener.endpoint, other.listener.endpoint);
    const path = listener.endpoint.slice("ipc://".length);
    assert.ok(lstatSync(path).isSocket());
    assert.equal(lstatSync(dirname(path)).mode & 0o777, 0o700);
    await bench.connect(listener.endpoint);
    await listener.close();
    assert.ok(!existsSync(dirname(path)));
  });

  it("can have a relative path", async () => {
    const path = relative(process.cwd(), freshPath());
    assert.ok(!isAbsolute(path));
    const { listener } = await bench.listen(`ipc://${path}`);
    assert.equal(listener.endpoint, `ipc://${path}`);
    await bench.connect(`ipc://${path}`);
    assert.ok(lstatSync(path).isSocket());
    await listener.close();
    assert.ok(!existsSync(path));
  });
});

describe("ipc abstract names", () => {
  const bench = new Bench(subject);
  afterEach(() => bench.clear());
  const has = nodeMajor === 0 || nodeMajor >= 22;

  // Node 20 pads abstract names: its kernel name would be another one.
  it("are those of the system, or ENOTSUP where they cannot be", {
    skip: skipUnlessLinux,
  }, async () => {
    if (!has) {
      const endpoint = "ipc://@isomq";
      const error = await rejectsWith(
        bench.listen(endpoint),
        "ENOTSUP",
        endpoint,
      );
      assert.match(error.message, /Node 20/);
      await rejectsWith(bench.connect(endpoint), "ENOTSUP", endpoint);
      return;
    }
    const endpoint = `ipc://@isomq-${process.pid}-${runtimeName}`;
    const { listener } = await bench.listen(endpoint);
    assert.equal(listener.endpoint, endpoint);
    await bench.connect(endpoint);
    await rejectsWith(bench.listen(endpoint), "EADDRINUSE", endpoint);
    const names = readFileSync("/proc/net/unix", "utf8");
    const rows = names.split("\n").map((row) => row.split(" ").at(-1));
    assert.ok(rows.includes(endpoint.slice("ipc://".length)), "as it is");
    await listener.close();
    await rejectsWith(bench.connect(endpoint), "ECONNREFUSED", endpoint);
    await bench.listen(endpoint);
  });

  it("can have 106 octets and no more", {
    skip: skipUnlessLinux,
  }, async () => {
    const name = `isomq-${process.pid}-`.padEnd(106, "x");
    if (!has) {
      const endpoint = `ipc://@${name}`;
      await rejectsWith(bench.listen(endpoint), "ENOTSUP", endpoint);
      return;
    }
    await bench.listen(`ipc://@${name}`);
    await bench.connect(`ipc://@${name}`);
    const endpoint = `ipc://@${name}x`;
    await rejectsWith(bench.listen(endpoint), "ENAMETOOLONG", endpoint);
  });
});
