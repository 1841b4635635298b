// TCP's urgent data, which no ZMTP peer sends: it is no part of the stream,
// and whoever sends it costs nobody anything.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { Dealer, Router } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { until, within } from "../kit/wait.ts";
import { ROOT } from "../structure/project.ts";
import { arena } from "./arena.ts";
import { SERVICE_TIME } from "./encounter.ts";

const PYTHON = "/usr/bin/python3";

/** A peer that sends urgent data, in a process of its own. */
class UrgentPeer {
  readonly exited: Promise<number | null>;
  readonly #lines: AsyncIterator<string>;

  constructor(...args: readonly string[]) {
    const script = join(ROOT, "test/kit/peers/urgent_peer.py");
    const child: ChildProcess = spawn(PYTHON, [script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.exited = new Promise((resolve) => child.on("exit", resolve));
    this.#lines = createInterface({ input: child.stdout! })
      [Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async line(): Promise<string> {
    const { value } = await within(this.#lines.next(), "a line of the peer");
    return value;
  }
}

arena("hostile peers, TCP's urgent data", (shared) => {
  /** Answers what comes. */
  async function answer(socket: Router | Dealer, reply: string) {
    const message = await socket.receive({ timeout: 10_000 });
    assert.equal(text(message.pop()), "hello");
    await socket.send([...message, reply]);
  }

  async function leavesNothing(
    socket: Router | Dealer,
    peer: UrgentPeer,
  ): Promise<void> {
    assert.equal(await within(peer.exited, "the peer's end"), 0);
    await until(() => socket.peers.length === 0, "it is gone");
    assert.equal(socket.tryReceive(), undefined, "nothing else came");
    shared.check();
  }

  it("at a bound socket is passed by, in the handshake and in traffic", async () => {
    const { context } = shared;
    const router = new Router({ context, linger: 0 });
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const peer = new UrgentPeer("client", endpoint.split(":").at(-1)!);
    await answer(router, "fine");
    assert.equal(await peer.line(), "fine");
    await leavesNothing(router, peer);
    const good = new Dealer({ context, linger: 0 });
    good.connect(endpoint);
    await good.send("hello");
    await answer(router, "good");
    const [frame] = await within(good.receive(), "good", SERVICE_TIME);
    assert.equal(text(frame), "good");
    await Promise.all([good.close(), router.close()]);
  });

  it("at a connecting socket is passed by, in the handshake and in traffic", async () => {
    const { context } = shared;
    const dealer = new Dealer({
      context,
      linger: 0,
      reconnectInterval: -1,
    });
    const peer = new UrgentPeer("server");
    dealer.connect(`tcp://127.0.0.1:${await peer.line()}`);
    await answer(dealer, "fine");
    assert.equal(await peer.line(), "fine");
    await leavesNothing(dealer, peer);
    const good = new Router({ context, linger: 0 });
    dealer.connect(await good.bind("tcp://127.0.0.1:*"));
    await dealer.send("hello");
    await answer(good, "good");
    const [frame] = await within(dealer.receive(), "good", SERVICE_TIME);
    assert.equal(text(frame), "good");
    await Promise.all([good.close(), dealer.close()]);
  });

  it("that waits does not keep a process busy", async () => {
    const { context } = shared;
    const router = new Router({ context, linger: 0 });
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const peer = new UrgentPeer("client", endpoint.split(":").at(-1)!);
    const before = process.cpuUsage();
    const start = performance.now();
    await answer(router, "fine");
    await leavesNothing(router, peer);
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1000 / (performance.now() - start);
    assert.ok(share < 0.5, `${(share * 100).toFixed(0)} % of a processor`);
    await router.close();
  });
}, {
  skip: existsSync(PYTHON) ? false : "install python3: apt-get install python3",
});
