// Reading from sockets of TIPC, with sockets that every system has, and a
// read(2) that says what TIPC's would.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Ffi, LIBC, loadFfi } from "../../../ext/ffi/mod.ts";
import { descriptorOf } from "../../../ext/tipc/descriptor.ts";
import { context, type StreamDescriptor } from "../../../mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";

const { runtime } = context;
const [AF_UNIX, SOCK_STREAM] = [1, 1];

describe("reading from a socket of TIPC", { skip: skipWithoutKoffi }, () => {
  let ffi: Ffi;
  let descriptor: StreamDescriptor;
  let far: number;
  /** How often nothing is there yet, whatever is. */
  let blanks: number;
  const into = new Uint8Array(8);

  beforeEach(async () => {
    blanks = 0;
    ffi = await loadFfi({
      name: runtime.name,
      transports: [],
      clock: runtime.clock,
      options: new Set<string>(),
      loadAddon: (name) => wayward(runtime.loadAddon!(name) as Package),
      native: () => runtime.native!(),
    });
    const fds = new Int32Array(2);
    ffi.library(LIBC)
      .function("socketpair", "i32", ["i32", "i32", "i32", "pointer"])(
        AF_UNIX,
        SOCK_STREAM,
        0,
        fds,
      );
    fds.forEach((fd) => ffi.system.unblock(fd));
    descriptor = descriptorOf(ffi, runtime.clock, fds[0]!);
    far = fds[1]!;
  });
  afterEach(() => descriptor.close());

  type Func = (name: string, ...types: unknown[]) => (
    ...values: unknown[]
  ) => unknown;
  interface Package {
    readonly os: { readonly errno: Readonly<Record<string, number>> };
    errno(): number;
    load(path: string): { func: Func };
  }
  let isBlank = false;
  const wayward = (koffi: Package): unknown => ({
    ...koffi,
    errno: () => isBlank ? koffi.os.errno.EAGAIN : koffi.errno(),
    load: (path: string) => {
      const library = koffi.load(path);
      const func: Func = (name, ...types) => {
        const real = library.func(name, ...types);
        if (name !== "read") return real;
        return (...values) => {
          isBlank = blanks-- > 0;
          return isBlank ? -1 : real(...values);
        };
      };
      return { func };
    },
  });

  it("gives undefined while nothing is there", () => {
    assert.equal(descriptor.read(into), undefined);
    ffi.system.write(far, new Uint8Array(3));
    assert.equal(descriptor.read(into), 3);
    ffi.system.close(far);
  });

  it("throws ECONNRESET when it was broken and read(2) does not say so", () => {
    ffi.system.close(far);
    blanks = 2;
    assert.throws(() => descriptor.read(into), { code: "ECONNRESET" });
    assert.equal(descriptor.read(into), 0);
  });

  it("loses nothing that came right before", () => {
    ffi.system.write(far, new Uint8Array(3));
    ffi.system.close(far);
    blanks = 1;
    assert.equal(descriptor.read(into), 3);
    assert.equal(descriptor.read(into), 0);
  });
});
