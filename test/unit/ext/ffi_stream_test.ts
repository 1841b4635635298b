// Sockets that native code makes, as byte streams of the runtime.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Addresses } from "../../../ext/ffi/addresses.ts";
import {
  connect,
  type Ffi,
  LIBC,
  listen,
  loadFfi,
} from "../../../ext/ffi/mod.ts";
import type { ByteStream, Listener } from "../../../mod.ts";
import { End, pattern } from "../../kit/byte_end.ts";
import { skipWithoutKoffi, socketDescriptors } from "../../kit/native.ts";
import { pause, until, within } from "../../kit/wait.ts";

const SHUT_RD = 0;

const places = {
  "127.0.0.1": { host: "127.0.0.1", port: 0 },
  "[::1]": { host: "::1", port: 0 },
  "an abstract name": { path: "\0isomq-ffi-stream" },
};

for (const [name, place] of Object.entries(places)) {
  describe(`Ffi.stream() and listen() over ${name}`, {
    skip: skipWithoutKoffi,
  }, () => {
    let ffi: Ffi;
    let before: number;
    let address: Uint8Array;
    let listener: Listener;
    let accepted: number[];
    let waiting: ((fd: number) => void)[];
    let ends: End[];

    beforeEach(async () => {
      ffi = await loadFfi();
      before = socketDescriptors().length;
      const { system } = ffi;
      const addresses = new Addresses(system);
      const fd = system.socket(addresses.familyOf(place), 1);
      system.bind(fd, addresses.encode(place));
      system.listen(fd, 50);
      address = system.localAddress(fd).slice();
      accepted = [];
      waiting = [];
      ends = [];
      listener = listen(ffi, fd, "test://here", {
        accepted: (one) => {
          const next = waiting.shift();
          if (next === undefined) accepted.push(one);
          else next(one);
        },
        failed: (cause) => assert.fail(String(cause)),
      });
    });
    afterEach(async () => {
      for (const end of ends) end.close();
      accepted.forEach((fd) => ffi.system.close(fd));
      await listener.close();
      await until(
        () => socketDescriptors().length === before,
        "every socket is closed",
      );
    });

    async function dial({ endsWhole = false } = {}): Promise<ByteStream> {
      const fd = ffi.system.socket(address[0]!, 1);
      try {
        await connect(ffi, fd, address, new AbortController().signal);
      } catch (cause) {
        ffi.system.close(fd);
        throw cause;
      }
      const [localAddress, remoteAddress] = ["test://near", "test://far"];
      const descriptor = { ...ffi.descriptor(fd), endsWhole };
      return await ffi.stream({ fd, localAddress, remoteAddress, descriptor });
    }

    async function descriptor(): Promise<number> {
      return accepted.shift() ??
        await within(
          new Promise<number>((resolve) => waiting.push(resolve)),
          "a connection",
        );
    }

    async function accept(): Promise<ByteStream> {
      const fd = await descriptor();
      const [localAddress, remoteAddress] = ["test://far", "test://near"];
      return await ffi.stream({ fd, localAddress, remoteAddress });
    }

    async function pair(near = {}): Promise<[End, End]> {
      const streams = [await dial(near), await accept()];
      ends = streams.map((stream) => new End(stream, "direct"));
      return ends as [End, End];
    }

    it("carries octets both ways, in order, and an end each", async () => {
      const [near, far] = await pair();
      assert.equal(near.stream.localAddress, "test://near");
      assert.equal(near.stream.remoteAddress, "test://far");
      const octets = pattern(3_000_000);
      near.write(octets);
      await far.has(octets.length);
      assert.deepEqual(far.octets(), octets);
      far.write(pattern(1000));
      far.finish();
      await near.has(1000);
      near.finish();
      await Promise.all([near.closure(), far.closure()]);
    });

    it("closes a connection that ends whole when its writing ends", async () => {
      const [near, far] = await pair({ endsWhole: true });
      const octets = pattern(3_000_000);
      near.write(octets);
      near.finish();
      await far.until(() => far.peerEnded);
      assert.deepEqual(far.octets(), octets);
      await near.closure();
      assert.equal(near.error, undefined);
      assert.ok(near.drains > 0);
    });

    it("reads what came before the peer went, although writing fails", async () => {
      const [near, far] = await pair({ endsWhole: true });
      near.pause();
      far.write(pattern(50_000));
      far.finish();
      await far.until(() => far.drains > 0);
      far.close();
      // The system notices when it likes.
      while (near.write(pattern(10))) await pause(1);
      assert.ok(!near.isClosed);
      near.resume();
      await near.closure();
      assert.deepEqual(near.octets(), pattern(50_000));
      assert.equal((near.error as { code?: string }).code, "ECONNRESET");
      assert.ok(!near.peerEnded);
    });

    // By IP nobody hears of it.
    for (const endsWhole of "path" in place ? [false, true] : []) {
      const whose = endsWhole ? "that ends whole " : "";
      it(`is over when the peer of a connection ${whose}only stops reading`, async () => {
        const stream = await dial({ endsWhole });
        const far = await descriptor();
        const near = new End(stream, "direct");
        ends = [near];
        if (endsWhole) near.pause();
        assert.equal(ffi.system.send(far, pattern(50_000)), 50_000);
        ffi.library(LIBC).function("shutdown", "i32", ["i32", "i32"])(
          far,
          SHUT_RD,
        );
        near.write(pattern(10));
        await near.closure();
        assert.equal((near.error as { code?: string }).code, "ECONNRESET");
        if (endsWhole) assert.equal(near.received, 50_000);
        ffi.system.close(far);
      });
    }

    it("accepts as many as come", async () => {
      const streams = await Promise.all(
        Array.from({ length: 20 }, () => dial()),
      );
      await until(() => accepted.length === 20, "all are accepted");
      streams.forEach((stream) => stream.close());
    });

    it("accepts nothing when the listener is closed", async () => {
      assert.equal(listener.endpoint, "test://here");
      await listener.close();
      await assert.rejects(dial(), { code: "ECONNREFUSED" });
    });
  });
}

describe("System", { skip: skipWithoutKoffi }, () => {
  it("throws errors with the name of the call and the system's code", async () => {
    const { system } = await loadFfi();
    assert.throws(() => system.socket(12345, 1), {
      name: "SystemError",
      code: "EAFNOSUPPORT",
      message: "socket() failed: EAFNOSUPPORT",
    });
    const fd = system.socket(2, 1);
    assert.throws(() => system.localAddress(-1), { code: "EBADF" });
    assert.throws(() => system.listen(-1, 1), { code: "EBADF" });
    system.close(fd);
  });

  it("gives undefined for what would have to wait", async () => {
    const { system } = await loadFfi();
    const [reads, writes] = system.pipe();
    assert.equal(system.read(reads, new Uint8Array(1)), undefined);
    assert.equal(system.write(writes, new Uint8Array(3)), 3);
    assert.equal(system.read(reads, new Uint8Array(9)), 3);
    system.close(writes);
    assert.equal(system.read(reads, new Uint8Array(9)), 0);
    system.close(reads);
  });

  it("calls EAGAIN by that name, of the two that it has", async () => {
    const { system } = await loadFfi();
    assert.equal(system.errorName(11), "EAGAIN");
    assert.equal(system.errorName(99999), "E99999");
  });
});
