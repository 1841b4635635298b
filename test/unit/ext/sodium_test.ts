// Which cryptography CURVE uses: the one asked for, else the fastest there is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadAddon } from "../../../adapters/addons.ts";
import { detectRuntime } from "../../../adapters/auto.ts";
import { sodium, type SodiumNative } from "../../../ext/sodium/mod.ts";
import {
  Context,
  curveKeyPair,
  type CurveLibrary,
  EngineContext,
  noble,
  Pull,
  Push,
  type Runtime,
} from "../../../mod.ts";
import { text } from "../../kit/messages.ts";
import { Bag } from "../../kit/sockets.ts";
import { PATIENCE } from "../../kit/wait.ts";

const SERVER = curveKeyPair();
const CLIENT = curveKeyPair();
const MISSING = new Error("Cannot find module 'sodium-native'\nRequire stack:");

/** The runtime at hand, as if the package were not installed. */
const bare: Runtime = {
  ...detectRuntime(),
  loadAddon() {
    throw MISSING;
  },
};

/** The runtime at hand, as if it had no native code. */
function plainRuntime(): Runtime {
  const { name, transports, clock, options } = detectRuntime();
  return { name, transports, clock, options };
}

function pull(context: Context): Pull {
  return new Pull({
    context,
    curveServer: true,
    curveSecretKey: SERVER.secretKey,
  });
}

function push(context: Context): Push {
  return new Push({
    context,
    curveServerKey: SERVER.publicKey,
    curvePublicKey: CLIENT.publicKey,
    curveSecretKey: CLIENT.secretKey,
  });
}

/** What a context finds. */
async function found(context: EngineContext): Promise<string> {
  return (await context.services.loadCurve()).name;
}

describe("the cryptography of a Context", () => {
  it("is sodium where sodium-native is installed", async () => {
    assert.equal(await found(new Context()), "sodium");
    assert.equal(
      await found(new Context({ curveCrypto: undefined })),
      "sodium",
    );
  });

  it("is noble where it is not, and works", async () => {
    await using bag = new Bag();
    const context = new Context({ runtime: bare });
    assert.equal(await found(context), "noble");
    const receiver = bag.keep(pull(context));
    const sender = bag.keep(push(context));
    sender.connect(await receiver.bind("tcp://127.0.0.1:*"));
    await sender.send("x");
    const [frame] = await receiver.receive({ timeout: PATIENCE });
    assert.equal(text(frame), "x");
  });

  it("is noble where there is no native code", async () => {
    assert.equal(
      await found(new Context({ runtime: plainRuntime() })),
      "noble",
    );
  });

  it("is the one that was asked for", async () => {
    assert.equal(await found(new Context({ curveCrypto: noble() })), "noble");
    assert.equal(await found(new Context({ curveCrypto: sodium() })), "sodium");
  });

  it("is noble of an engine by itself", async () => {
    const runtime = detectRuntime();
    assert.equal(await found(new EngineContext({ runtime })), "noble");
  });

  it("is loaded once, and after a failure again", async () => {
    let count = 0;
    const curveCrypto: CurveLibrary = {
      name: "counted",
      load(host) {
        if (count++ === 0) throw new Error("Not yet");
        return noble().load(host);
      },
    };
    const { services } = new Context({ curveCrypto });
    await assert.rejects(services.loadCurve(), /Not yet/);
    const crypto = await services.loadCurve();
    assert.equal(await services.loadCurve(), crypto);
    assert.equal(count, 2);
  });
});

describe("sodium()", () => {
  it("says how to install what is missing", async () => {
    const context = new Context({ runtime: bare, curveCrypto: sodium() });
    await using bag = new Bag();
    await assert.rejects(bag.keep(pull(context)).bind("tcp://127.0.0.1:*"), {
      code: "ENOTSUP",
      message:
        /"sodium-native" \(npm install sodium-native@4\), got "Cannot find module 'sodium-native'"$/,
      cause: MISSING,
    });
  });

  it("tells a connecting socket so by an event", async () => {
    const context = new Context({ runtime: bare, curveCrypto: sodium() });
    await using bag = new Bag();
    const sender = bag.keep(push(context));
    const failed = sender.events.once("handshake:error:other");
    sender.connect("tcp://127.0.0.1:9");
    const { error } = await failed;
    assert.equal(error?.code, "ENOTSUP");
    assert.match(error.message, /sodium-native/);
  });

  it("names a runtime that has no native code", async () => {
    const runtime = { ...plainRuntime(), name: "toaster" };
    const { services } = new Context({ runtime, curveCrypto: sodium() });
    await assert.rejects(services.loadCurve(), {
      code: "ENOTSUP",
      message: /toaster runtime/,
    });
  });

  it("uses a package that it is given", async () => {
    const native = loadAddon("sodium-native") as SodiumNative;
    let calls = 0;
    const counted: SodiumNative = {
      crypto_scalarmult: native.crypto_scalarmult,
      crypto_scalarmult_base(q, n) {
        calls++;
        native.crypto_scalarmult_base(q, n);
      },
      crypto_secretbox_detached: native.crypto_secretbox_detached,
      crypto_secretbox_open_detached: native.crypto_secretbox_open_detached,
    };
    const runtime = plainRuntime();
    const crypto = await sodium(counted).load(runtime);
    crypto.publicKey(new Uint8Array(32).fill(1));
    assert.equal(calls, 1);
  });
});

describe("loadAddon()", () => {
  it("throws for a package that is not installed", () => {
    assert.throws(() => loadAddon("no-such-addon"), /no-such-addon/);
  });
});
