// No descriptor left to connect with: that is told as what it is, by each
// runtime, and no reason to give up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Router } from "../../mod.ts";
import { Places } from "../kit/places.ts";
import { Script, scriptUrl, skipUnlessLinux } from "../kit/runtime.ts";
import { show } from "../kit/show.ts";

/** Few, but enough for each runtime itself. */
const DESCRIPTORS = 96;

/** Milliseconds from the first descriptor to the last answer. */
const RECOVERY = 2000;

describe("a socket that connects without a descriptor left", {
  skip: skipUnlessLinux,
}, () => {
  it("tells EMFILE, tries again, and is there once it has one", async () => {
    const context = new Context();
    const places = new Places();
    const router = new Router({ context });
    const tcp = await router.bind("tcp://127.0.0.1:*");
    const ipc = await router.bind(places.fresh("ipc"));
    const echo = async () => {
      for await (const message of router) await router.send(message);
    };
    // A test that fails leaves it in the middle of something.
    echo().catch(() => {});
    const byName = tcp.replace("127.0.0.1", "localhost");
    const endpoints = [tcp, byName, ipc];
    const script = new Script(scriptUrl("dialer", import.meta.url), endpoints, {
      launcher: ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`],
    });
    const told: string[][] = JSON.parse(await script.line());
    assert.equal(told.length, endpoints.length);
    for (const codes of told) {
      assert.deepEqual([...new Set(codes)], ["EMFILE"]);
    }
    const recovery: number = JSON.parse(await script.line());
    assert.ok(recovery < RECOVERY, `${recovery} ms`);
    assert.equal(await script.exited, 0);
    show(`no descriptor to connect: recovery in ${recovery.toFixed(0)} ms`);
    await router.close();
    await context.shutdown();
    places.remove();
  });
});
