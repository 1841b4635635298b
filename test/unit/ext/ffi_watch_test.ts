// Waiting for descriptors.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Addresses, AF_INET } from "../../../ext/ffi/addresses.ts";
import { type Ffi, loadFfi, type SystemError } from "../../../ext/ffi/mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { turns } from "../../kit/runtime.ts";
import { until, within } from "../../kit/wait.ts";

const SOCK_DGRAM = 2;

describe("Ffi.watch()", { skip: skipWithoutKoffi }, () => {
  let ffi: Ffi;
  let reads: number;
  let writes: number;
  const one = new Uint8Array(1);

  before(async () => {
    ffi = await loadFfi();
    [reads, writes] = ffi.system.pipe();
  });
  after(() => {
    ffi.system.close(reads);
    ffi.system.close(writes);
  });

  it("tells of what can be read, each time", async () => {
    let count = 0;
    const watch = ffi.watch(reads, { readable: true }, (events) => {
      assert.deepEqual(events, { readable: true, writable: false });
      if (ffi.system.read(reads, new Uint8Array(8)) !== undefined) count++;
    });
    for (let i = 1; i <= 50; i++) {
      ffi.system.write(writes, one);
      await until(() => count === i, `octet ${i} is there`);
    }
    watch.close();
  });

  it("tells again of what was left", async () => {
    ffi.system.write(writes, new Uint8Array(3));
    let count = 0;
    const watch = ffi.watch(reads, { readable: true }, () => {
      count += ffi.system.read(reads, one) ?? 0;
    });
    await until(() => count === 3, "three octets are read one by one");
    watch.close();
  });

  it("tells of room to write", async () => {
    while (ffi.system.write(writes, new Uint8Array(4096)) !== undefined);
    let writable = 0;
    const watch = ffi.watch(writes, { writable: true }, (events) => {
      assert.equal(events.writable, true);
      writable++;
      watch.want({});
    });
    await turns(5);
    assert.equal(writable, 0);
    while (ffi.system.read(reads, new Uint8Array(65536)) !== undefined);
    await until(() => writable === 1, "there is room");
    watch.close();
  });

  it("tells nothing while nothing is wanted, nor when it is closed", async () => {
    let count = 0;
    const watch = ffi.watch(reads, {}, () => {
      count++;
      ffi.system.read(reads, one);
    });
    ffi.system.write(writes, one);
    await turns(5);
    assert.equal(count, 0);
    watch.want({ readable: true });
    await until(() => count === 1, "it is wanted");
    watch.close();
    watch.close();
    watch.want({ readable: true });
    ffi.system.write(writes, one);
    await turns(5);
    assert.equal(count, 1);
    ffi.system.read(reads, one);
  });

  it("tells nothing of a watch that another's callback has closed", async () => {
    const pipes = [ffi.system.pipe(), ffi.system.pipe()];
    for (const [, far] of pipes) ffi.system.write(far, one);
    const told: number[] = [];
    const watches = pipes.map(([near], index) =>
      ffi.watch(near, { readable: true }, () => {
        told.push(index);
        watches.forEach((watch) => watch.close());
      })
    );
    await until(() => told.length > 0, "one is told");
    await turns(5);
    assert.equal(told.length, 1);
    pipes.flat().forEach((fd) => ffi.system.close(fd));
  });

  it("tells of the other end's end", async () => {
    const [near, far] = ffi.system.pipe();
    let end: number | undefined;
    const watch = ffi.watch(near, { readable: true }, () => {
      end = ffi.system.read(near, one);
      watch.close();
    });
    ffi.system.close(far);
    await until(() => end === 0, "the end is read");
    ffi.system.close(near);
  });

  it("tells again after an error, which others may follow", async () => {
    const [near, far] = ffi.system.pipe();
    ffi.system.close(near);
    let count = 0;
    const watch = ffi.watch(far, { writable: true }, (events) => {
      assert.deepEqual(events, { readable: false, writable: true });
      assert.throws(() => ffi.system.write(far, one), { code: "EPIPE" });
      if (++count === 3) watch.want({});
    });
    await until(() => count === 3, "the error is told three times");
    await turns(5);
    assert.equal(count, 3);
    await watch.close();
    ffi.system.close(far);
  });

  it("tells of what can be read after an error that is over", async () => {
    const { system } = ffi;
    const here = new Addresses(system).encode({ host: "127.0.0.1", port: 0 });
    const [fd, gone, peer] = [0, 1, 2].map(() => {
      const datagrams = system.socket(AF_INET, SOCK_DGRAM);
      system.bind(datagrams, here);
      return datagrams;
    }) as [number, number, number];
    const told: string[] = [];
    const watch = ffi.watch(fd, { readable: true }, () => {
      try {
        if (system.read(fd, new Uint8Array(8)) === 1) told.push("an octet");
      } catch (error) {
        told.push((error as SystemError).code);
      }
    });
    system.connect(fd, system.localAddress(gone));
    system.close(gone);
    system.write(fd, one);
    await until(() => told.length === 1, "the error is told");
    system.connect(fd, system.localAddress(peer));
    system.connect(peer, system.localAddress(fd));
    system.write(peer, one);
    await until(() => told.length === 2, "a datagram is told");
    assert.deepEqual(told, ["ECONNREFUSED", "an octet"]);
    await watch.close();
    system.close(fd);
    system.close(peer);
  });

  it("serves many descriptors, made and closed meanwhile", async () => {
    const pipes = Array.from({ length: 30 }, () => ffi.system.pipe());
    const told = new Set<number>();
    const watches = pipes.map(([near], index) =>
      ffi.watch(near, { readable: true }, () => {
        ffi.system.read(near, one);
        told.add(index);
      })
    );
    for (const [index, [, far]] of pipes.entries()) {
      if (index % 3 === 0) watches[index]!.close();
      else ffi.system.write(far, one);
    }
    await until(() => told.size === 20, "twenty of thirty are told");
    watches.forEach((watch) => watch.close());
    pipes.flat().forEach((fd) => ffi.system.close(fd));
  });

  it("tells also while it does not hold the process", async () => {
    let count = 0;
    const watch = ffi.watch(reads, { readable: true }, () => {
      ffi.system.read(reads, one);
      count++;
    });
    for (const [index, isHeld] of [false, true, false, true].entries()) {
      watch.hold(isHeld);
      ffi.system.write(writes, one);
      await until(() => count === index + 1, "it is told");
    }
    watch.close();
  });
});

describe("Ffi.ready()", { skip: skipWithoutKoffi }, () => {
  it("resolves when the descriptor is ready", async () => {
    const ffi = await loadFfi();
    const [reads, writes] = ffi.system.pipe();
    await within(ffi.ready(writes, { writable: true }), "room");
    const ready = ffi.ready(reads, { readable: true });
    ffi.system.write(writes, new Uint8Array(1));
    await within(ready, "an octet");
    ffi.system.close(reads);
    ffi.system.close(writes);
  });

  it("rejects with the reason of the signal", async () => {
    const ffi = await loadFfi();
    const [reads, writes] = ffi.system.pipe();
    const reason = new Error("Enough");
    const aborter = new AbortController();
    const ready = ffi.ready(reads, { readable: true }, aborter.signal);
    aborter.abort(reason);
    await assert.rejects(ready, reason);
    await assert.rejects(
      ffi.ready(reads, { readable: true }, aborter.signal),
      reason,
    );
    ffi.system.close(reads);
    ffi.system.close(writes);
  });
});
