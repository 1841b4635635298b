// PGM as a program meets it: what is missing, what is hostile, and its end.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { describe, it } from "node:test";
import { Context, context, Publisher, Subscriber } from "../../../mod.ts";
import { epgm } from "../../../ext/pgm/mod.ts";
import { PGM_OPTIONS } from "../../../ext/pgm/settings.ts";
import { text } from "../../kit/messages.ts";
import { groupEndpoint, skipWithoutPgm } from "../../kit/pgm.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";
import { pause, within } from "../../kit/wait.ts";

const PROGRAM = scriptUrl("./pgm_exit_program", import.meta.url);

describe("epgm without the package koffi", () => {
  const { runtime } = context;
  const without = new Context({
    runtime: {
      name: runtime.name,
      transports: [],
      clock: runtime.clock,
      options: new Set<string>(),
      native: () => Promise.reject(new Error("not asked for")),
      loadAddon: (name) => {
        throw new Error(`Cannot find module '${name}'`);
      },
    },
  });
  const endpoint = "epgm://127.0.0.1;239.192.1.1:5555";

  it("rejects bind() with ENOTSUP, the name and the command that installs it", async () => {
    const pub = new Publisher({ context: without });
    await assert.rejects(pub.bind(endpoint), {
      code: "ENOTSUP",
      message: /package "koffi" \(npm install koffi@3\)/,
    });
    await pub.close();
  });

  it("gives connect() up, and tells so in an event", async () => {
    const sub = new Subscriber({ context: without });
    const told = sub.events.once("close");
    sub.connect(endpoint);
    const { error } = await within(told, "the event");
    assert.equal(error?.code, "ENOTSUP");
    await sub.close();
  });
});

describe("epgm without the library", { skip: skipWithoutPgm }, () => {
  it("rejects bind() with ENOTSUP, its name and the commands that install it", async () => {
    const { runtime } = context;
    const { koffi } = { koffi: runtime.loadAddon!("koffi") as object };
    const lacking = new Context({
      runtime: {
        name: runtime.name,
        transports: [],
        clock: runtime.clock,
        options: new Set<string>(),
        native: () => runtime.native!(),
        loadAddon: () => ({
          ...koffi,
          load: (file: string) => {
            throw new Error(`${file}: cannot open shared object file`);
          },
        }),
      },
    });
    const pub = new Publisher({ context: lacking });
    await assert.rejects(pub.bind("epgm://127.0.0.1;239.192.1.1:5555"), {
      code: "ENOTSUP",
      message: /library OpenPGM.*libpgm-5\.3\.so\.0.*apt install libpgm-5\.3-0/,
    });
    await pub.close();
  });
});

describe("epgm()", { skip: skipWithoutPgm }, () => {
  it("has the options that the default context knows of", async () => {
    const known = new Publisher();
    const given = new Publisher({
      context: new Context({ transports: [epgm()] }),
    });
    assert.deepEqual([...epgm().options], PGM_OPTIONS);
    for (const pub of [known, given]) {
      pub.rate = 40_000;
      pub.recoveryInterval = 1000;
      pub.multicastMaxTransportDataUnit = 1000;
      pub.multicastHops = 2;
      pub.multicastLoop = false;
      await pub.bind(groupEndpoint());
      await pub.close();
    }
  });

  it("is not disturbed by what is no PGM", async () => {
    const endpoint = groupEndpoint();
    const [, group = "", port = ""] = /;(.*):(\d+)$/.exec(endpoint) ?? [];
    const sub = new Subscriber({ rate: 40_000 });
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher({ rate: 40_000 });
    await pub.bind(endpoint);
    await pub.send("before");
    assert.equal(text((await within(sub.receive(), "it"))[0]), "before");
    const stranger = createSocket("udp4");
    await new Promise<void>((resolve) =>
      stranger.bind(0, "127.0.0.1", () => resolve())
    );
    stranger.setMulticastInterface("127.0.0.1");
    // Headers of every type, right and wrong, cut short and empty.
    for (let i = 0; i < 500; i++) {
      const octets = new Uint8Array(i % 50);
      for (let j = 0; j < octets.length; j++) octets[j] = i * 31 + j * 17;
      if (octets.length > 5) octets[4] = i % 16;
      await new Promise((resolve) =>
        stranger.send(octets, Number(port), group, resolve)
      );
      // What the system has no room for could not be repaired: on one host,
      // it is anybody at the port who gets to know.
      if (i % 10 === 0) await pause(1);
    }
    await new Promise<void>((resolve) => stranger.close(() => resolve()));
    await pub.send("after");
    assert.equal(text((await within(sub.receive(), "it"))[0]), "after");
    assert.equal(sub.stats.gaps, 0);
    await Promise.all([pub.close(), sub.close()]);
  });
});

describe("a process that has used epgm", { skip: skipWithoutPgm }, () => {
  for (const way of ["closed", "unref"]) {
    it(`ends by itself when its sockets are ${way}`, async () => {
      const script = new Script(PROGRAM, [groupEndpoint(), way]);
      try {
        assert.equal(await within(script.line(), "it"), "done");
        assert.equal(await within(script.exited, "the end", 5000), 0);
      } finally {
        await script.kill();
      }
    });
  }
});
