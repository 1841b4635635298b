// Listeners ran in the middle of a step of the engine, which went on as if
// nothing had happened: a socket that one of them closed kept connections,
// timers, names and pipes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Dealer, Pull, Push, Router, type Socket } from "../../mod.ts";
import { nextTexts } from "../kit/stage.ts";
import { Bag } from "../kit/sockets.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { within } from "../kit/wait.ts";

/** Milliseconds in which nothing may come. */
const SILENCE = 300;

/** Does something at the first event of a kind; resolves when it is done. */
function atFirst(
  socket: Socket,
  type: Parameters<Socket["events"]["on"]>[0],
  action: () => Promise<void>,
): Promise<void> {
  const done = new Promise<void>((resolve) => {
    socket.events.addEventListener(type, () => resolve(action()), {
      once: true,
    });
  });
  return within(done, `what is done at ${type}`);
}

describe("a listener that lets go of what is connected", () => {
  for (const type of ["connect:delay", "connect", "connect:retry"] as const) {
    for (const how of ["close", "disconnect"] as const) {
      it(`by ${how}() at ${type} leaves no connection`, async () => {
        await using bag = new Bag();
        const push = bag.keep(new Push());
        const endpoint = await push.bind("tcp://127.0.0.1:*");
        if (type === "connect:retry") await push.unbind(endpoint);
        const pull = bag.keep(new Pull({ reconnectInterval: 20 }));
        const done = atFirst(
          pull,
          type,
          () => how === "close" ? pull.close() : pull.disconnect(endpoint),
        );
        pull.connect(endpoint);
        await done;
        if (type === "connect:retry") await push.bind(endpoint);
        await assert.rejects(push.send("stolen", { timeout: SILENCE }), {
          code: "EAGAIN",
        });
      });
    }
  }

  it("by disconnect() at handshake leaves no pipe", async () => {
    await using bag = new Bag();
    for (
      const [from, to] of [[Push, Pull], [Dealer, Router]] as const
    ) {
      const sender = bag.keep(new from());
      const endpoint = await bag.keep(new to()).bind("tcp://127.0.0.1:*");
      const done = atFirst(
        sender,
        "handshake",
        () => sender.disconnect(endpoint),
      );
      sender.connect(endpoint);
      await done;
      assert.equal(sender.trySend("to nobody"), false);
      assert.deepEqual(sender.peers, []);
    }
  });
});

describe("a listener that lets go of what is bound", () => {
  for (const how of ["close", "unbind"] as const) {
    it(`by ${how}() at accept ends the connection`, async () => {
      await using bag = new Bag();
      const pull = bag.keep(new Pull({ handshakeInterval: 0 }));
      const endpoint = await pull.bind("tcp://127.0.0.1:*");
      const done = atFirst(
        pull,
        "accept",
        () => how === "close" ? pull.close() : pull.unbind(endpoint),
      );
      await using peer = await TcpPeer.connect(endpoint);
      await done;
      await within(peer.ended, "the end of the connection");
    });
  }

  it("by close() at bind frees an inproc name", async () => {
    await using context = new Context();
    const pull = new Pull({ context });
    const done = atFirst(pull, "bind", () => pull.close());
    await pull.bind("inproc://name");
    await done;
    const next = new Pull({ context });
    await next.bind("inproc://name");
    const push = new Push({ context });
    push.connect("inproc://name");
    await push.send("to the next");
    assert.deepEqual(await nextTexts(next), ["to the next"]);
  });
});
