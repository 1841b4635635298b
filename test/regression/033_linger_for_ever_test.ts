// There was no way out of a linger time for ever: a second close() returned
// the promise of the first, and shutdown() took no linger.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Pull, Push } from "../../mod.ts";
import { fromHex } from "../../src/base/bytes.ts";
import { greeting, ready } from "../kit/session_host.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { TcpListener, TcpPeer } from "../kit/tcp_peer.ts";
import { until, within } from "../kit/wait.ts";

/** More than the system holds for a peer that does not read. */
const MUCH = new Uint8Array(32 << 20);

/** Milliseconds in which what waits for ever does not end. */
const A_WHILE = 50;

/** Lets a peer in that reads nothing, and sends it more than there is room for. */
async function feed(
  peer: TcpPeer,
  push: Push,
  hold: AsyncDisposable[],
): Promise<void> {
  hold.push(peer);
  peer.write(fromHex(greeting() + ready("PULL")));
  await until(() => push.peers.length === 1, "the peer is there");
  peer.pause();
  await push.send(MUCH);
}

/** Sockets that cannot get rid of what they have. */
const stuck = {
  "that nobody is bound for": async (push: Push) => {
    const pull = new Pull();
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    await pull.close();
    push.connect(endpoint);
    await push.send("x");
  },
  "whose inproc name nobody has": async (push: Push) => {
    push.connect("inproc://nobody");
    await push.send("x");
  },
  "connected to who does not read": async (
    push: Push,
    hold: AsyncDisposable[],
  ) => {
    const listener = await TcpListener.listen();
    hold.push(listener);
    push.connect(listener.endpoint);
    await feed(await listener.accept(), push, hold);
  },
  "bound for who does not read": async (
    push: Push,
    hold: AsyncDisposable[],
  ) => {
    const endpoint = await push.bind("tcp://127.0.0.1:*");
    await feed(await TcpPeer.connect(endpoint), push, hold);
  },
} as const;

for (const [name, fill] of Object.entries(stuck)) {
  describe(`a socket ${name}, closed with a linger time for ever`, () => {
    for (const linger of [0, 2 * A_WHILE]) {
      for (const end of ["close", "shutdown"] as const) {
        it(`ends by ${end}({ linger: ${linger} })`, async () => {
          const hold: AsyncDisposable[] = [];
          const context = new Context();
          const push = new Push({ context });
          try {
            await fill(push, hold);
            const closed = push.close({ linger: -1 });
            await assert.rejects(within(closed, "close()", A_WHILE), /Waited/);
            const ended = end === "close"
              ? push.close({ linger })
              : context.shutdown({ linger });
            // What takes longer changes nothing.
            const longer = push.close({ linger: 1_000_000 });
            await within(ended, `${end}()`);
            await within(closed, "the first close()");
            await within(longer, "the last close()");
          } finally {
            for (const each of hold.reverse()) {
              await each[Symbol.asyncDispose]();
            }
          }
        });
      }
    }
  });
}

it("a second shutdown() with no linger ends the first", async () => {
  const context = new Context();
  const push = new Push({ context });
  const pull = new Pull();
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await pull.close();
  push.connect(endpoint);
  await push.send("x");
  const first = context.shutdown();
  await assert.rejects(within(first, "shutdown()", A_WHILE), /Waited/);
  await within(context.shutdown({ linger: 0 }), "the second shutdown()");
  await within(first, "the first shutdown()");
});

it("close() without a linger takes nothing from an earlier one", async () => {
  await using bag = new Bag();
  const push = new Push({ reconnectInterval: 20 });
  const pull = bag.keep(new Pull());
  const endpoint = await pull.bind("tcp://127.0.0.1:*");
  await pull.unbind(endpoint);
  push.connect(endpoint);
  await push.send("x");
  const closed = push.close({ linger: -1 });
  push.linger = 0;
  void push.close();
  await pull.bind(endpoint);
  await pull.receive();
  await within(closed, "close()");
});

it("a later close() takes no name from who has it since", async () => {
  await using context = new Context();
  const first = new Pull({ context });
  await first.bind("inproc://name");
  const closed = first.close();
  const next = new Pull({ context });
  await Promise.all([
    next.bind("inproc://name"),
    first.close({ linger: 0 }),
    closed,
  ]);
  const push = new Push({ context });
  push.connect("inproc://name");
  await push.send("to the next", TIMEOUT);
  assert.deepEqual(await nextTexts(next), ["to the next"]);
});

it("a linger that is none is refused, at any time", async () => {
  const context = new Context();
  const push = new Push({ context });
  for (const linger of [-2, 0.5, 2 ** 31, "1" as never]) {
    await assert.rejects(context.shutdown({ linger }), { code: "EINVAL" });
    await assert.rejects(push.close({ linger }), { code: "EINVAL" });
  }
  assert.ok(!context.closed && !push.closed);
  await push.close();
  await assert.rejects(push.close({ linger: -2 }), { code: "EINVAL" });
});
