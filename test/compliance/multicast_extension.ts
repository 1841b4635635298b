// What every extension for reliable multicast is to a program: what it says
// where something is missing, its options, strangers, and its end. Run it from
// a test file with the transport at hand.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { describe, it } from "node:test";
import { Context, context, Publisher, Subscriber } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import type {
  MulticastSubject,
  PublisherOptions,
  SubscriberOptions,
} from "../kit/multicast_subject.ts";
import { Script, scriptUrl } from "../kit/runtime.ts";
import { pause, within } from "../kit/wait.ts";

const PROGRAM = scriptUrl("../kit/multicast_exit_program", import.meta.url);

/** What an extension promises. */
export interface ExtensionPromises {
  /** What the error says of a library that is not there. */
  readonly library: RegExp;
  /** The names of its options. */
  readonly names: readonly string[];
  /** One of each. */
  readonly publisher: PublisherOptions;
  readonly subscriber: SubscriberOptions;
  /** Datagrams that are none of its own: so many, and each by its number. */
  readonly strangers: number;
  strange(number: number): Uint8Array;
}

/** A context in whose runtime koffi is something else. */
function contextWith(loadAddon: (name: string) => unknown): Context {
  const { runtime } = context;
  return new Context({
    runtime: {
      name: runtime.name,
      transports: [],
      clock: runtime.clock,
      options: new Set<string>(),
      native: () => runtime.native!(),
      loadAddon,
    },
  });
}

/** Runs a program to its end, which comes by itself. */
export async function endsByItself(
  endpoint: string,
  way: "closed" | "unref" | "opened",
): Promise<void> {
  const script = new Script(PROGRAM, [endpoint, way]);
  try {
    assert.equal(await within(script.line(), "it"), "done");
    assert.equal(await within(script.exited, "the end", 5000), 0);
  } finally {
    await script.kill();
  }
}

/** Runs the suite for one extension. */
export function testExtension(
  subject: MulticastSubject,
  promises: ExtensionPromises,
): void {
  const { scheme, skip } = subject;
  testMissing(subject, promises);
  describe(`${scheme}()`, { skip }, () => {
    testOptions(subject, promises);
    testStrangers(subject, promises);
  });
  describe(`a process that has used ${scheme}`, { skip }, () => {
    for (const way of ["closed", "unref"] as const) {
      it(`ends by itself when its sockets are ${way}`, () =>
        endsByItself(subject.endpoint(), way));
    }
  });
}

function testMissing(
  subject: MulticastSubject,
  { library }: ExtensionPromises,
): void {
  const { scheme, skip } = subject;
  describe(`${scheme} without the package koffi`, () => {
    const without = contextWith((name) => {
      throw new Error(`Cannot find module '${name}'`);
    });

    it("rejects bind() with ENOTSUP, the name and the command that installs it", async () => {
      const pub = new Publisher({ context: without });
      await assert.rejects(pub.bind(subject.endpoint()), {
        code: "ENOTSUP",
        message: /package "koffi" \(npm install koffi@3\)/,
      });
      await pub.close();
    });

    it("gives connect() up, and tells so in an event", async () => {
      const sub = new Subscriber({ context: without });
      const told = sub.events.once("close");
      sub.connect(subject.endpoint());
      const { error } = await within(told, "the event");
      assert.equal(error?.code, "ENOTSUP");
      await sub.close();
    });
  });

  describe(`${scheme} without the library`, { skip }, () => {
    it("rejects bind() with ENOTSUP, its name and the commands that install it", async () => {
      const koffi = context.runtime.loadAddon!("koffi") as object;
      const lacking = contextWith(() => ({
        ...koffi,
        load: (file: string) => {
          throw new Error(`${file}: cannot open shared object file`);
        },
      }));
      const pub = new Publisher({ context: lacking });
      await assert.rejects(pub.bind(subject.endpoint()), {
        code: "ENOTSUP",
        message: library,
      });
      await pub.close();
    });
  });
}

function testOptions(
  { transport, endpoint }: MulticastSubject,
  { names, publisher, subscriber }: ExtensionPromises,
): void {
  it("has the options that the default context knows of", async () => {
    assert.deepEqual([...transport().options], names);
    const known = new Publisher();
    const given = new Publisher({
      context: new Context({ transports: [transport()] }),
    });
    for (const pub of [known, given]) {
      Object.assign(pub, publisher);
      await pub.bind(endpoint());
      await pub.close();
    }
    const sub = new Subscriber(subscriber);
    await sub.bind(endpoint());
    await sub.close();
  });
}

function testStrangers(
  subject: MulticastSubject,
  { strangers, strange }: ExtensionPromises,
): void {
  it(`is not disturbed by what is no ${subject.protocol}`, async () => {
    const endpoint = subject.endpoint();
    const [, group = "", port = ""] = /;(.*):(\d+)$/.exec(endpoint) ?? [];
    const sub = new Subscriber(subject.hearing);
    sub.subscribe("");
    await sub.bind(endpoint);
    const pub = new Publisher(subject.fast);
    await pub.bind(endpoint);
    await pub.send("before");
    assert.equal(text((await within(sub.receive(), "it"))[0]), "before");
    const stranger = createSocket("udp4");
    await new Promise<void>((resolve) =>
      stranger.bind(0, "127.0.0.1", () => resolve())
    );
    stranger.setMulticastInterface("127.0.0.1");
    for (let i = 0; i < strangers; i++) {
      await new Promise((resolve) =>
        stranger.send(strange(i), Number(port), group, resolve)
      );
      // What the system has no room for could not always be repaired: on one
      // host, it is anybody at the port who gets to know.
      if (i % 10 === 0) await pause(1);
    }
    await new Promise<void>((resolve) => stranger.close(() => resolve()));
    await pub.send("after");
    assert.equal(text((await within(sub.receive(), "it"))[0]), "after");
    assert.equal(sub.stats.gaps, 0);
    await Promise.all([pub.close(), sub.close()]);
  });
}
