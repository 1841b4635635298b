// TIPC as a program meets it where it cannot have it: each thing that may be
// missing, and what is wrong with an endpoint. What works is tested in a
// guest, by test/interop/tipc_test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeTipc, formatTipc } from "../../../ext/tipc/address.ts";
import { tipc } from "../../../ext/tipc/mod.ts";
import {
  Context,
  context,
  Pair,
  Pull,
  Push,
  type Runtime,
} from "../../../mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { Bag } from "../../kit/sockets.ts";
import { within } from "../../kit/wait.ts";

const { runtime } = context;
const ENDPOINT = "tipc://{5560,0,9}";

/** This runtime, with something else in some places. */
function other(parts: Partial<Runtime>): Runtime {
  return {
    name: runtime.name,
    transports: [],
    clock: runtime.clock,
    options: new Set<string>(),
    native: () => runtime.native!(),
    loadAddon: (name) => runtime.loadAddon!(name),
    ...parts,
  };
}

/** What bind() says, found by the scheme and as a transport that was given. */
async function refusals(runtime: Runtime): Promise<unknown[]> {
  const contexts = [
    new Context({ runtime }),
    new Context({ transports: [tipc({ runtime })] }),
  ];
  return await Promise.all(contexts.map(async (context) => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull({ context }));
    return await pull.bind(ENDPOINT).catch((error: unknown) => error);
  }));
}

/** Fails unless each is a ZmqError with the code ENOTSUP and these words. */
function unsupported(errors: unknown[], message: RegExp): void {
  for (const error of errors) {
    assert.throws(() => {
      throw error;
    }, { name: "ZmqError", code: "ENOTSUP", message });
  }
}

const withoutKoffi = other({
  // Elsewhere, TIPC would be what is missing first.
  native: async () => ({ ...await runtime.native!(), platform: "linux" }),
  loadAddon: (name) => {
    throw new Error(`Cannot find module '${name}'`);
  },
});

describe("tipc without the package koffi", () => {
  it("rejects bind() with ENOTSUP, the name and the command that installs it", async () => {
    unsupported(
      await refusals(withoutKoffi),
      /package "koffi" \(npm install koffi@3\)/,
    );
  });

  it("has connect() try again, and tell why in events", async () => {
    await using bag = new Bag();
    const push = bag.keep(
      new Push({
        context: new Context({ runtime: withoutKoffi }),
        reconnectInterval: 1,
      }),
    );
    for (const name of ["close", "connect:retry", "close"] as const) {
      const told = push.events.once(name);
      if (push.lastEndpoint === null) push.connect("tipc://{5560,3}");
      const { error } = await within(told, name);
      assert.equal(error?.code, "ENOTSUP");
    }
  });
});

describe("tipc on another system than Linux", () => {
  it("is ENOTSUP, naming the system", async () => {
    const darwin = other({
      native: async () => ({ ...await runtime.native!(), platform: "darwin" }),
    });
    unsupported(await refusals(darwin), /expected Linux, .* got darwin$/);
  });

  it("is no transport where there is no native code at all", async () => {
    const { native: _, ...web } = other({});
    await using bag = new Bag();
    const push = bag.keep(new Push({ context: new Context({ runtime: web }) }));
    assert.throws(() => push.connect("tipc://{5560,3}"), {
      code: "EPROTONOSUPPORT",
    });
  });
});

describe("tipc on a system without TIPC", { skip: skipWithoutKoffi }, () => {
  // As it is on most, and no matter whether it is on this one.
  const koffi = runtime.loadAddon!("koffi") as {
    readonly os: { readonly errno: Readonly<Record<string, number>> };
    errno(): number;
    load(path: string | null): {
      func(name: string, ...types: unknown[]): unknown;
    };
  };
  let refused = false;
  const lacking = other({
    loadAddon: () => ({
      ...koffi,
      errno: () => refused ? koffi.os.errno.EAFNOSUPPORT : koffi.errno(),
      load: (path: string | null) => {
        const library = koffi.load(path);
        return {
          func: (name: string, ...types: unknown[]) =>
            name === "socket"
              ? () => {
                refused = true;
                return -1;
              }
              : library.func(name, ...types),
        };
      },
    }),
  });

  it("is ENOTSUP, with the command that loads the module", async () => {
    unsupported(await refusals(lacking), /\(modprobe tipc\)/);
    assert.ok(refused);
  });
});

describe("tipc()", () => {
  it("has its endpoints checked at once, as they are without it", async () => {
    await using bag = new Bag();
    for (const init of [{}, { transports: [tipc()] }]) {
      const push = bag.keep(new Push({ context: new Context(init) }));
      assert.throws(() => push.connect("tipc://{5560,0,9}"), {
        code: "EINVAL",
        message: /a range of instances is for binding/,
      });
      await assert.rejects(push.bind("tipc://{63,0,0}"), { code: "EINVAL" });
    }
  });

  for (const name of ["receiveBufferSize", "sendBufferSize"]) {
    it(`refuses the ${name}, which TIPC has not`, {
      skip: skipWithoutKoffi,
    }, async () => {
      await using bag = new Bag();
      for (const init of [{}, { transports: [tipc()] }]) {
        const context = new Context(init);
        const pair = bag.keep(new Pair({ context, [name]: 100_000 }));
        assert.throws(() => pair.connect("tipc://{5560,3}"), {
          code: "ENOTSUP",
          message: new RegExp(`with "${name}": tipc does not support`),
        });
      }
    });
  }
});

describe("addresses of TIPC", () => {
  const rows = [
    ["of a range", { kind: "range", type: 5560, lower: 1, upper: 258 }, [
      [30, 0, 1, 2],
      [0xb8, 0x15, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0],
    ]],
    ["of an instance", {
      kind: "service",
      type: 5560,
      instance: 3,
      node: 0x0100_1002,
    }, [[30, 0, 2, 0], [0xb8, 0x15, 0, 0, 3, 0, 0, 0, 2, 0x10, 0, 1]]],
    ["of a socket", { kind: "socket", node: 0xffff_ffff, reference: 4711 }, [
      [30, 0, 3, 0],
      [0x67, 0x12, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0],
    ]],
  ] as const;
  for (const [name, address, octets] of rows) {
    it(`${name} have the octets of <linux/tipc.h>`, () => {
      assert.deepEqual([...encodeTipc(address)], octets.flat());
    });
  }

  it("of sockets are endpoints", () => {
    const address = { kind: "socket", node: 0xffff_ffff, reference: 4711 };
    assert.equal(
      formatTipc(encodeTipc(address as { kind: "socket" } & typeof address)),
      "tipc://<255.4095.4095:4711>",
    );
  });
});
