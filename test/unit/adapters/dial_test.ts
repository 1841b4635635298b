// The race of several addresses for one connection.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import process from "node:process";
import { describe, it } from "node:test";
import { dialFirst } from "../../../adapters/dial.ts";
import { NodeDriver } from "../../../adapters/node/driver.ts";
import { TlsDriver } from "../../../adapters/tls/driver.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { turns } from "../../kit/runtime.ts";
import { within } from "../../kit/wait.ts";

describe("dialFirst", () => {
  /** A connection that says when it is closed. */
  class Line {
    readonly host: string;
    closed = false;

    constructor(host: string) {
      this.host = host;
    }

    close(): void {
      this.closed = true;
    }
  }
  const { signal } = new AbortController();

  it("takes the next host as soon as one fails", async () => {
    const dialled: string[] = [];
    const line = await dialFirst(["a", "b", "c"], signal, (host) => {
      dialled.push(host);
      return host === "b"
        ? Promise.resolve(new Line(host))
        : Promise.reject(new Error(host));
    });
    assert.equal(line.host, "b");
    assert.deepEqual(dialled, ["a", "b"]);
  });

  it("tells the failure of the first host when all fail", async () => {
    const dialling = dialFirst(
      ["a", "b"],
      signal,
      (host) => Promise.reject(new Error(host)),
    );
    await assert.rejects(dialling, { message: "a" });
  });

  it("starts the next host beside one that does not answer", async () => {
    const signals: AbortSignal[] = [];
    const line = await dialFirst(["a", "b"], signal, (host, own) => {
      signals.push(own);
      if (host === "b") return Promise.resolve(new Line(host));
      return new Promise<Line>((_, reject) =>
        own.addEventListener("abort", () => reject(own.reason))
      );
    });
    assert.equal(line.host, "b");
    assert.ok(signals[0]!.aborted, "the attempt that lost is given up");
  });

  it("closes a connection that comes too late", async () => {
    const late = new Line("a");
    let connect!: (line: Line) => void;
    await dialFirst(
      ["a", "b"],
      signal,
      (host) =>
        host === "b"
          ? Promise.resolve(new Line(host))
          : new Promise<Line>((resolve) => connect = resolve),
    );
    connect(late);
    await turns(1);
    assert.ok(late.closed);
  });

  it("gives up all attempts when aborted", async () => {
    const controller = new AbortController();
    const reason = new Error("no time");
    const dialling = dialFirst(
      ["a", "b"],
      controller.signal,
      (_, own) =>
        new Promise<Line>((_, reject) =>
          own.addEventListener("abort", () => reject(own.reason))
        ),
    );
    controller.abort(reason);
    await assert.rejects(dialling, reason);
  });

  it("dials nobody with a signal that is aborted", async () => {
    for (const hosts of [["a"], ["a", "b"]]) {
      let dialled = 0;
      const dialling = dialFirst(hosts, AbortSignal.abort(), () => {
        dialled++;
        return new Promise<Line>(() => {});
      });
      await assert.rejects(within(dialling, "a failure"), {
        name: "AbortError",
      });
      assert.equal(dialled, 0);
    }
  });
});

describe("dial() of the drivers over node:net", () => {
  const driver = new NodeDriver({
    runtime: "Node",
    platform: process.platform,
    abstractNames: true,
  });

  it("dials nobody with a signal that is aborted", async () => {
    const server = createServer((socket) => socket.destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const place = { host: "127.0.0.1", port, scheme: "tcp" };
    const options = { signal: AbortSignal.abort(), stream: {} };
    try {
      for (const each of [driver, new TlsDriver(driver, new FakeClock())]) {
        const dialling = each.dial(place, options);
        await assert.rejects(within(dialling, "a failure"), {
          name: "AbortError",
        });
      }
    } finally {
      server.close();
    }
  });
});
