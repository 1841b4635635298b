// connect() and bind() were accepted while close() was at work, and never let
// go of again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, type ZmqError } from "../../mod.ts";
import { MemoryNetwork } from "../kit/memory_stream.ts";
import { Bag } from "../kit/sockets.ts";

describe("a socket that is being closed", () => {
  it("takes no endpoint from a listener", async () => {
    await using context = new Context();
    const pull = new Pull({ context });
    await pull.bind("inproc://name");
    const codes: unknown[] = [];
    pull.events.on("close", () => {
      for (const place of ["inproc://other", "tcp://127.0.0.1:9"]) {
        try {
          pull.connect(place);
        } catch (error) {
          codes.push((error as ZmqError).code);
        }
      }
      pull.bind("inproc://other").catch(({ code }) => codes.push(code));
    });
    await pull.close();
    assert.deepEqual(codes, ["EBADF", "EBADF", "EBADF"]);
  });

  it("takes no endpoint from a transport that it closes", async () => {
    await using bag = new Bag();
    const pull = bag.keep(new Pull());
    let code = "not asked";
    const network = new MemoryNetwork();
    const listen = network.listen.bind(network);
    network.listen = async (...args) => {
      const listener = await listen(...args);
      const close = listener.close.bind(listener);
      listener.close = () => {
        try {
          pull.connect("inproc://name");
        } catch (error) {
          ({ code } = error as ZmqError);
        }
        return close();
      };
      return listener;
    };
    await pull.bind("tcp://127.0.0.1:1", { transport: network });
    const closed = pull.close();
    assert.ok(pull.closed);
    await closed;
    assert.equal(code, "EBADF");
  });
});
