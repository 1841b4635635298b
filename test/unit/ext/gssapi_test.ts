// GSSAPI as a program meets it: its options, what is missing, what it takes
// and gives back, and its end.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Context, context, Pair, Pull, Push, Reply } from "../../../mod.ts";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { GssContext } from "../../../ext/gssapi/context.ts";
import { Gssapi } from "../../../ext/gssapi/library.ts";
import { gssapi } from "../../../ext/gssapi/mod.ts";
import { REALM, Realm, skipWithoutKerberos } from "../../kit/kerberos.ts";
import { NativeCounts, runtimeWith } from "../../kit/native_counts.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { pause, until, within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./gssapi_exit_program", import.meta.url);
const CLIENT = scriptUrl("./gssapi_client_program", import.meta.url);

describe("the options of GSSAPI", () => {
  const values = {
    gssapiServer: true,
    gssapiPrincipal: "a",
    gssapiServicePrincipal: "b",
    gssapiPlainText: true,
    gssapiPrincipalNameType: "userName",
    gssapiServicePrincipalNameType: "krb5Principal",
  } as const;

  it("can be set in the default context, and are those of gssapi()", async () => {
    assert.deepEqual([...gssapi().options], Object.keys(values));
    for (const [name, value] of Object.entries(values)) {
      const pair = new Pair({ [name]: value });
      assert.equal((pair as unknown as Record<string, unknown>)[name], value);
      await pair.close();
    }
  });

  it("throw ENOTSUP where there is no native code", async () => {
    const { runtime } = context;
    const poor = new Context({
      runtime: {
        name: "poor",
        transports: [],
        clock: runtime.clock,
        options: new Set<string>(),
      },
    });
    for (const [name, value] of Object.entries(values)) {
      assert.throws(() => new Pair({ context: poor, [name]: value }), {
        code: "ENOTSUP",
        message: /the GSSAPI mechanism/,
      });
    }
    await poor.shutdown();
  });

  it("are refused when nobody is to be talked to", async () => {
    const pair = new Pair({ gssapiPrincipal: "a" });
    await assert.rejects(pair.bind("tcp://127.0.0.1:*"), {
      code: "EINVAL",
      message: /"gssapiServicePrincipal" is set$/,
    });
    await pair.close();
  });
});

describe("GSSAPI without the package koffi", () => {
  const without = new Context({
    runtime: runtimeWith((name) => {
      throw new Error(`Cannot find module '${name}'`);
    }),
  });

  it("rejects bind() with ENOTSUP, the name and the command that installs it", async () => {
    const pull = new Pull({ context: without, gssapiServer: true });
    await assert.rejects(pull.bind("tcp://127.0.0.1:*"), {
      code: "ENOTSUP",
      message: /package "koffi" \(npm install koffi@3\)/,
    });
    await pull.close();
  });

  it("gives connect() up, and tells so in events", async () => {
    const push = new Push({
      context: without,
      gssapiServicePrincipal: "host@localhost",
    });
    const failed = push.events.once("handshake:error:other");
    const closed = push.events.once("close");
    push.connect("tcp://127.0.0.1:1");
    const { error } = await within(failed, "the failure");
    assert.equal(error?.code, "ENOTSUP");
    assert.equal((await within(closed, "the end")).error, error);
    await push.close();
  });
});

describe("GSSAPI without the library", { skip: skipWithoutKoffi }, () => {
  it("rejects bind() with ENOTSUP, its name and the commands that install it", async () => {
    const koffi = context.runtime.loadAddon!("koffi") as object;
    const lacking = new Context({
      runtime: runtimeWith(() => ({
        ...koffi,
        load: (file: string) => {
          throw new Error(`${file}: cannot open shared object file`);
        },
      })),
    });
    const pull = new Pull({ context: lacking, gssapiServer: true });
    await assert.rejects(pull.bind("tcp://127.0.0.1:*"), (error: Error) => {
      assert.equal((error as { code?: unknown }).code, "ENOTSUP");
      for (
        const part of [
          "library GSSAPI (Kerberos)",
          '"libgssapi_krb5.so.2" or "libgssapi.so.3"',
          "Debian: apt install libgssapi-krb5-2",
          "Fedora: dnf install krb5-libs",
          "macOS: brew install krb5",
          "Windows: ",
        ]
      ) assert.ok(error.message.includes(part), error.message);
      return true;
    });
    await pull.close();
  });
});

describe("GSSAPI that is used", { skip: skipWithoutKerberos }, () => {
  let realm: Realm;
  before(async () => {
    realm = await Realm.start();
    await realm.enter();
  });
  after(() => realm.end());

  it("gives back all that it takes, of those who get in and of others", async () => {
    const counts = new NativeCounts();
    const counted = new Context({
      runtime: runtimeWith(() => counts.koffi),
      authenticate: ({ principal }) => isWelcome && principal !== undefined,
    });
    let isWelcome = true;
    const first = new Pull({ context: counted, gssapiServer: true });
    await first.bind("tcp://127.0.0.1:*");
    await first.close();
    // What the library itself has, until the end.
    const rest = counts.memory;
    assert.equal(counts.of("gss_release_cred"), 1);
    const server = new Pull({ context: counted, gssapiServer: true });
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    const names = {
      gssapiPrincipal: "zmqclient",
      gssapiPrincipalNameType: "userName",
    } as const;
    const clients = [
      [{ gssapiServicePrincipal: "host@localhost" }, 60],
      [{ gssapiServicePrincipal: "host@localhost", ...names }, 60],
      [{ gssapiServicePrincipal: "host@localhost", gssapiPlainText: true }, 20],
      [{ gssapiServicePrincipal: "nobody@localhost" }, 40],
    ] as const;
    for (const [options, times] of clients) {
      for (let i = 0; i < times; i++) {
        isWelcome = i % 2 === 0;
        await attempt(counted, endpoint, options);
      }
    }
    await server.close();
    await counted.shutdown();
    await until(() => counts.memory === rest, "all memory is given back");
    // One of each side of all that got that far, and none twice.
    const gotTickets = 60 + 60 + 20;
    assert.equal(counts.of("gss_delete_sec_context"), 2 * gotTickets);
    // Those of the servers, and those of named clients.
    assert.equal(counts.of("gss_release_cred"), 2 + 60);
    assert.equal(counts.open, 0, "names that are left");
  });

  it("takes no step when it is closed, and one at a time", async () => {
    const counts = new NativeCounts();
    const ffi = await loadFfi(runtimeWith(() => counts.koffi));
    const library = new Gssapi(ffi);
    const service = { text: "host@localhost", type: "hostBased" } as const;
    const none = new Uint8Array(0);
    const rest = counts.memory;
    const one = new GssContext(library, undefined, service);
    const first = one.step(none);
    await assert.rejects(one.step(none), { code: "EFSM" });
    // It is at work: nothing may be taken away under it.
    one.close();
    assert.ok(counts.memory > rest);
    const { error } = await first;
    assert.ok(error === undefined || error.code === "EBADF");
    assert.equal(counts.memory, rest);
    await assert.rejects(one.step(none), { code: "EFSM" });
    assert.throws(() => one.wrap(0, none), { code: "EFSM" });
    one.close();
    assert.equal(counts.memory, rest);
    assert.equal(counts.open, 0);
  });

  it("gives back what is closed at any time, with a KDC that answers and not", async () => {
    realm.admin(`addprinc -randkey krbtgt/OTHER.TEST@${REALM}`);
    const counts = new NativeCounts();
    const counted = new Context({
      runtime: runtimeWith(() => counts.koffi, counts),
    });
    const first = new Pull({ context: counted, gssapiServer: true });
    await first.bind("tcp://127.0.0.1:*");
    await first.close();
    const rest = counts.memory;
    const server = new Pull({ context: counted, gssapiServer: true });
    const endpoint = await server.bind("tcp://127.0.0.1:*");
    const names = {
      gssapiPrincipal: "zmqclient",
      gssapiPrincipalNameType: "userName",
    } as const;
    for (let i = 0; i < 80; i++) {
      const push = new Push({
        ...{ context: counted, linger: 0 },
        ...i % 2 === 0 && names,
        ...i % 8 === 0
          ? {
            gssapiServicePrincipal: "zmqserver@OTHER.TEST",
            gssapiServicePrincipalNameType: "krb5Principal",
          }
          : { gssapiServicePrincipal: "host@localhost" },
      });
      push.connect(endpoint);
      await pause(Math.random() * 12);
      await push.close();
    }
    await server.close();
    await counted.shutdown();
    // The KDC is given up after some seconds.
    await until(
      () => counts.memory === rest,
      "all memory is given back",
      30_000,
    );
    assert.equal(counts.open, 0, "names that are left");
    assert.ok(counts.made > 0);
    assert.deepEqual([...counts.left], [], "contexts and credentials");
  });

  it("keeps the process of a client that waits to be let in", async () => {
    const server = new Reply({ gssapiServer: true });
    const script = new Script(CLIENT, [await server.bind("tcp://127.0.0.1:*")]);
    try {
      await server.send(await within(server.receive(), "the client"));
      assert.equal(await within(script.line(), "it"), "done");
      assert.equal(await within(script.exited, "the end", 3000), 0);
    } finally {
      await script.kill();
      await server.close();
    }
  });

  for (const way of ["closed", "unref"]) {
    it(`lets a process end by itself when its sockets are ${way}`, async () => {
      const script = new Script(PROGRAM, [way]);
      try {
        assert.equal(await within(script.line(), "it"), "done");
        assert.equal(await within(script.exited, "the end", 5000), 0);
      } finally {
        await script.kill();
      }
    });
  }
});

/** Connects, waits for what comes of it, and goes. */
async function attempt(
  context: Context,
  endpoint: string,
  options: object,
): Promise<void> {
  const push = new Push({ context, linger: 0, ...options });
  const outcome = Promise.race([
    push.events.once("handshake"),
    push.events.once("disconnect"),
  ]);
  push.connect(endpoint);
  await within(outcome, "an outcome");
  await push.close();
}
