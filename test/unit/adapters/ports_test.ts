// Sockets of a program and of its worker.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Worker as NodeWorker } from "node:worker_threads";
import { messagePort, Pair, type PortLike, Request } from "../../../mod.ts";
import { noise } from "../../kit/messages.ts";
import { runtimeName, scriptUrl } from "../../kit/runtime.ts";
import { Bag } from "../../kit/sockets.ts";
import { PATIENCE, within } from "../../kit/wait.ts";

const TIMEOUT = { timeout: PATIENCE };

/** A worker that answers over port:// and broadcast://. */
function startWorker(): PortLike & { terminate(): unknown } {
  const url = scriptUrl("../../kit/port_worker", import.meta.url);
  return runtimeName === "node"
    ? new NodeWorker(url)
    : new Worker(url, { type: "module" });
}

describe("port:// and broadcast://", () => {
  let bag = new Bag();
  afterEach(async () => {
    await bag[Symbol.asyncDispose]();
    bag = new Bag();
  });

  for (const endpoint of ["port://echo", "broadcast://worker echo"]) {
    it(`a worker answers 1 000 questions at ${endpoint}`, async () => {
      const worker = startWorker();
      try {
        const request = bag.keep(new Request());
        const isPort = endpoint.startsWith("port:");
        request.connect(
          endpoint,
          isPort ? { transport: messagePort(worker) } : {},
        );
        for (let i = 0; i < 1000; i++) {
          const question = noise(i, i + 1);
          const [answer] = await request.request(question, TIMEOUT);
          assert.deepEqual(answer, question);
        }
        await request.close();
      } finally {
        await worker.terminate();
      }
    });
  }

  it("a port that is also used for other messages carries both", async () => {
    const { port1, port2 } = new MessageChannel();
    const others: unknown[] = [];
    const both = new Promise<void>((resolve) => {
      port2.addEventListener("message", ({ data }) => {
        if ("isomq" in data) return;
        if (others.push(data) === 2) resolve();
      });
    });
    const near = bag.keep(new Pair());
    const far = bag.keep(new Pair());
    await near.bind("port://both", { transport: messagePort(port1) });
    port1.postMessage({ kind: "call", from: "nobody of ours" });
    far.connect("port://both", { transport: messagePort(port2) });
    await near.send("ours");
    port1.postMessage({ of: "the program" });
    assert.equal((await far.receive(TIMEOUT))[0]!.length, 4);
    await within(both, "both other messages");
    port1.close();
  });

  it("each end of a port may bind and connect", async () => {
    const { port1, port2 } = new MessageChannel();
    const one = { transport: messagePort(port1) };
    const other = { transport: messagePort(port2) };
    const [a, b, c, d] = Array.from({ length: 4 }, () => bag.keep(new Pair()));
    await a!.bind("port://name", one);
    await b!.bind("port://name", other);
    c!.connect("port://name", one); // to b
    d!.connect("port://name", other); // to a
    await c!.send("for b");
    await d!.send("for a!");
    assert.equal((await b!.receive(TIMEOUT))[0]!.length, 5);
    assert.equal((await a!.receive(TIMEOUT))[0]!.length, 6);
  });

  it("messagePort() refuses what is no port", () => {
    for (const value of [undefined, null, {}, 1]) {
      assert.throws(() => messagePort(value as unknown as PortLike), {
        code: "EINVAL",
        message: /as a message port/,
      });
    }
  });
});
