// close() resolved while a bind() was under way, which then took the address
// for a moment longer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pull } from "../../mod.ts";
import { MemoryNetwork } from "../kit/memory_stream.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";

test("close() resolves when a bind() that was under way is over", async () => {
  await using bag = new Bag();
  const network = new MemoryNetwork();
  const steps: string[] = [];
  const listen = network.listen.bind(network);
  network.listen = async (...args) => {
    const listener = await listen(...args);
    const close = listener.close.bind(listener);
    listener.close = async () => {
      await close();
      steps.push("not bound");
    };
    steps.push("bound");
    return listener;
  };
  const pull = bag.keep(new Pull());
  const bound = pull.bind("tcp://127.0.0.1:1", { transport: network });
  const refused = assert.rejects(bound, { code: "EBADF" });
  await within(pull.close(), "close()");
  steps.push("closed");
  await within(refused, "bind()");
  assert.deepEqual(steps, ["bound", "not bound", "closed"]);
});

test("an address is free when close() resolves, a bind() under way or not", async () => {
  await using bag = new Bag();
  const first = bag.keep(new Pull());
  const endpoint = await first.bind("tcp://127.0.0.1:*");
  await first.close();
  const pull = bag.keep(new Pull());
  const refused = assert.rejects(pull.bind(endpoint), { code: "EBADF" });
  await pull.close();
  await bag.keep(new Pull()).bind(endpoint);
  await refused;
});
