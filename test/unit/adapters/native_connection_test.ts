// A connection whose descriptor is the test's: what the system says only in
// bad times.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NativeConnection } from "../../../adapters/native_connection.ts";
import type {
  Readiness,
  StreamDescriptor,
  WatchCallback,
} from "../../../src/transport/native.ts";
import { turns } from "../../kit/runtime.ts";

const MEGABYTE = 1024 * 1024;

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A descriptor that does what it is told, and what a sink heard of it. */
class Scene {
  /** Octets to be read; when they are over, there is `end`. */
  unread = 0;
  /** What follows what is to be read; `undefined`: more may come. */
  end: Error | "end" | undefined;
  /** What a write comes to; default: there is no room. */
  writing: Error | number | undefined;
  wanted: Readiness = {};
  isOpen = true;
  received = 0;
  /** How often it was told of octets. */
  calls = 0;
  outcome: { readonly error: unknown } | undefined;
  readonly connection: NativeConnection;
  #ready: WatchCallback = () => {};

  /** Starts; `waiting` is what a watch fails of. */
  constructor({ waiting }: { readonly waiting?: Error } = {}) {
    const descriptor: StreamDescriptor = {
      fd: -1,
      read: (into) => this.#read(into),
      write: () => {
        if (this.writing instanceof Error) throw this.writing;
        return this.writing;
      },
      endWriting: () => {},
      watch: (events, callback) => {
        if (waiting !== undefined) throw waiting;
        this.wanted = events;
        this.#ready = callback;
        return {
          want: (events) => this.wanted = events,
          hold: () => {},
          close: () => Promise.resolve(),
        };
      },
      close: () => this.isOpen = false,
    };
    const [localAddress, remoteAddress] = ["test://near", "test://far"];
    this.connection = new NativeConnection({
      descriptor,
      localAddress,
      remoteAddress,
    });
    this.connection.start({
      data: (chunk) => {
        this.received += chunk.length;
        this.calls++;
      },
      drain: () => {},
      end: () => {},
      closed: (error) => this.outcome = { error },
    });
  }

  /** The event loop, for so many turns. */
  async run(most = 1000): Promise<void> {
    for (let i = 0; i < most && this.isOpen; i++) {
      const { readable = false, writable = false } = this.wanted;
      const isReadable = readable &&
        (this.unread > 0 || this.end !== undefined);
      const isWritable = writable && this.writing !== undefined;
      if (!isReadable && !isWritable) break;
      this.#ready({ readable: isReadable, writable: isWritable });
    }
    await turns(1);
  }

  get code(): unknown {
    return (this.outcome?.error as { readonly code?: unknown } | undefined)
      ?.code;
  }

  #read(into: Uint8Array): number | undefined {
    if (this.unread > 0) {
      const length = Math.min(this.unread, into.length);
      this.unread -= length;
      return length;
    }
    if (this.end instanceof Error) throw this.end;
    return this.end === "end" ? 0 : undefined;
  }
}

describe("a connection by native code", () => {
  it("tells how many octets the system has not taken", () => {
    const scene = new Scene();
    const { connection } = scene;
    assert.equal(connection.unsent, 0);
    connection.write([new Uint8Array(300)]);
    assert.equal(connection.unsent, 300);
    connection.close();
    assert.equal(connection.unsent, 0);
  });

  for (const code of ["ENOMEM", "ENOBUFS"]) {
    it(`is over when the system says ${code}, of which the peer hears nothing`, async () => {
      const scene = new Scene();
      scene.writing = systemError(code);
      assert.equal(scene.connection.write([new Uint8Array(9)]), false);
      await scene.run();
      assert.ok(!scene.isOpen);
      assert.ok(scene.outcome !== undefined);
    });
  }

  for (const code of ["EPIPE", "ECONNRESET", "ENOTCONN", "ESHUTDOWN"]) {
    it(`that cannot write for ${code} is read to its end, although paused`, async () => {
      const scene = new Scene();
      scene.unread = 100_000;
      scene.end = "end";
      scene.connection.pause();
      scene.writing = systemError(code);
      scene.connection.write([new Uint8Array(9)]);
      assert.equal(scene.received, 0);
      await scene.run();
      assert.equal(scene.received, 100_000);
      assert.equal(scene.code, "ECONNRESET");
      assert.ok(!scene.isOpen);
    });
  }

  it("that is paused after a write has failed is read to its end too", async () => {
    const scene = new Scene();
    scene.writing = systemError("EPIPE");
    scene.connection.write([new Uint8Array(9)]);
    scene.connection.pause();
    scene.unread = 100;
    scene.end = systemError("ECONNRESET");
    await scene.run();
    assert.equal(scene.received, 100);
    assert.ok(!scene.isOpen);
  });

  it("does not wait for a peer that only stopped reading", async () => {
    const scene = new Scene();
    scene.unread = 100;
    scene.writing = systemError("EPIPE");
    scene.connection.write([new Uint8Array(9)]);
    assert.ok(scene.isOpen);
    assert.equal(scene.received, 0);
    await turns(1);
    assert.equal(scene.received, 100);
    assert.equal(scene.code, "ECONNRESET");
    assert.ok(!scene.isOpen);
  });

  it("hands over the last octets in one piece", async () => {
    const scene = new Scene();
    scene.unread = 10 * MEGABYTE;
    scene.connection.pause();
    scene.writing = systemError("EPIPE");
    scene.connection.write([new Uint8Array(9)]);
    await turns(1);
    assert.equal(scene.received, 10 * MEGABYTE);
    assert.equal(scene.calls, 1);
  });

  it("is dropped when a peer that reads nothing more sends without end", async () => {
    const scene = new Scene();
    scene.unread = Infinity;
    scene.connection.pause();
    scene.writing = systemError("EPIPE");
    scene.connection.write([new Uint8Array(9)]);
    await scene.run();
    assert.ok(!scene.isOpen);
    assert.ok(scene.received <= 17 * MEGABYTE, `${scene.received}`);
    assert.equal(scene.code, "ECONNRESET");
  });

  it("reads nothing while it is paused and the peer is there", async () => {
    const scene = new Scene();
    scene.unread = 100;
    scene.connection.pause();
    scene.connection.write([new Uint8Array(9)]);
    await scene.run();
    assert.equal(scene.received, 0);
    scene.connection.resume();
    await scene.run();
    assert.equal(scene.received, 100);
  });

  it("is over when the system has nothing to wait with", async () => {
    const scene = new Scene({ waiting: systemError("EMFILE") });
    await turns(1);
    assert.equal(scene.code, "EMFILE");
    assert.ok(!scene.isOpen);
    scene.connection.resume();
    assert.equal(scene.connection.write([new Uint8Array(9)]), false);
  });
});
