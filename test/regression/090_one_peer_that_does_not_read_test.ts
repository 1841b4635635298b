// One peer that did not read stopped what a socket sent to all others: calls
// that wait were served in one order, whoever they were for.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client, Dealer, Peer, Router, Server, Stream } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { nextTexts, TIMEOUT } from "../kit/stage.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { until, within } from "../kit/wait.ts";

const SMALL = { sendHighWaterMark: 1, receiveHighWaterMark: 1 } as const;
const BULK = new Uint8Array(100_000);

/** A ROUTER, and a DEALER of each name; there is no room for the first. */
async function scene(
  bag: Bag,
  ...names: string[]
): Promise<{ router: Router; dealers: Dealer[]; held: number }> {
  const router = bag.keep(new Router({ ...SMALL, mandatory: true }));
  const endpoint = `inproc://090-${names.join("-")}`;
  await router.bind(endpoint);
  const dealers = names.map((routingId) => {
    const dealer = bag.keep(new Dealer({ ...SMALL, routingId }));
    dealer.connect(endpoint);
    return dealer;
  });
  let held = 0;
  while (router.trySend([names[0]!, `${held}`])) held++;
  return { router, dealers, held };
}

describe("a peer that does not read", () => {
  it("does not stop what a mandatory ROUTER sends to others", async () => {
    await using bag = new Bag();
    const { router, dealers: [a, b], held } = await scene(bag, "A", "B");
    const waiting = router.send(["A", "waits"], TIMEOUT);
    await within(router.send(["B", "1"]), "a send to a peer with room");
    assert.deepEqual(await nextTexts(b!), ["1"]);
    assert.ok(router.trySend(["B", "2"]));
    assert.deepEqual(await nextTexts(b!), ["2"]);
    await assert.rejects(router.send(["C", "x"]), { code: "EHOSTUNREACH" });
    assert.equal(router.trySend(["A", "x"]), false);
    for (let i = 0; i < held; i++) {
      assert.deepEqual(await nextTexts(a!), [`${i}`]);
    }
    await waiting;
    assert.deepEqual(await nextTexts(a!), ["waits"]);
  });

  it("does not stop what SERVER and PEER send to others", async () => {
    await using bag = new Bag();
    for (const [many, One] of [[Server, Client], [Peer, Peer]] as const) {
      const server = bag.keep(new many(SMALL));
      const endpoint = `inproc://090-${many.name}`;
      await server.bind(endpoint);
      const [a, b] = [bag.keep(new One(SMALL)), bag.keep(new One(SMALL))];
      a.connect(endpoint);
      b.connect(endpoint);
      await until(() => server.peers.length === 2, "both are there");
      const [first, second] = server.peers.map(({ routingId }) => ({
        routingId: routingId as number,
      }));
      while (server.trySend("x", first!));
      const waiting = server.send("waits", first!);
      waiting.catch(() => {});
      await within(server.send("1", second!), "a send to a peer with room");
      const [received] = await b.receive(TIMEOUT);
      assert.equal(text(received as Uint8Array), "1");
    }
  });

  it("does not stop what a STREAM sends to others", async () => {
    await using bag = new Bag();
    const stream = bag.keep(new Stream({ sendHighWaterMark: 1 }));
    const endpoint = await stream.bind("tcp://127.0.0.1:*");
    await using a = await TcpPeer.connect(endpoint);
    a.pause();
    const [first] = await stream.receive(TIMEOUT);
    await using b = await TcpPeer.connect(endpoint);
    const [second] = await stream.receive(TIMEOUT);
    while (stream.trySend([first!, BULK]));
    const waiting = stream.send([first!, BULK]);
    waiting.catch(() => {});
    await within(stream.send([second!, "1"]), "a send to a peer with room");
    assert.equal(text(await b.read(1)), "1");
  });

  it("keeps the order of what waits for it, and for each other", async () => {
    await using bag = new Bag();
    const { router, dealers } = await scene(bag, "D", "E", "F");
    const names = ["D", "E", "F"];
    for (const name of names) while (router.trySend([name, "held"]));
    const order: string[] = [];
    const sent: Promise<unknown>[] = [];
    for (let i = 0; i < 5; i++) {
      for (const name of names) {
        const what = `${name}${i}`;
        sent.push(
          router.send([name, what], TIMEOUT).then(() => order.push(what)),
        );
      }
    }
    // The last of them reads first: the others go on waiting.
    for (const at of [2, 0, 1]) {
      const name = names[at]!;
      for (let i = 0; i < 5;) {
        const [what] = await nextTexts(dealers[at]!);
        if (what!.startsWith(name)) assert.equal(what, `${name}${i++}`);
      }
    }
    await Promise.all(sent);
    assert.deepEqual(
      order,
      ["F", "D", "E"].flatMap((name) => [0, 1, 2, 3, 4].map((i) => name + i)),
    );
  });

  it("is told of alone when it leaves", async () => {
    await using bag = new Bag();
    const { router, dealers: [g, h] } = await scene(bag, "G", "H");
    while (router.trySend(["H", "held"]));
    const lost = router.send(["G", "x"], TIMEOUT);
    const kept = router.send(["H", "y"], TIMEOUT);
    const end = assert.rejects(lost, { code: "EHOSTUNREACH" });
    await g!.close();
    await end;
    for (let last = ""; last !== "y";) [last] = await nextTexts(h!) as [string];
    await kept;
  });

  it("is not waited for by the sender any more that gives up", async () => {
    await using bag = new Bag();
    const { router, dealers: [i] } = await scene(bag, "I");
    const stop = new AbortController();
    const aborted = router.send(["I", "aborted"], { signal: stop.signal });
    const late = router.send(["I", "late"], { timeout: 1 });
    const next = router.send(["I", "next"], TIMEOUT);
    stop.abort();
    await assert.rejects(aborted, { name: "AbortError" });
    await assert.rejects(late, { code: "EAGAIN" });
    const got: string[] = [];
    while (got.at(-1) !== "next") got.push(...await nextTexts(i!));
    await next;
    assert.ok(!got.includes("aborted") && !got.includes("late"));
    assert.ok(router.trySend(["I", "again"]));
  });

  it("does not change who gets a message that waits", async () => {
    await using bag = new Bag();
    const server = bag.keep(new Server(SMALL));
    await server.bind("inproc://090-reused");
    const clients = [bag.keep(new Client(SMALL)), bag.keep(new Client(SMALL))];
    for (const client of clients) client.connect("inproc://090-reused");
    const [first, second] = server.peers.map(({ routingId }) =>
      routingId as number
    );
    const to = { routingId: first! };
    while (server.trySend("held", to));
    const waiting = server.send("for the first", { ...to, ...TIMEOUT });
    const reused = { routingId: first! };
    const other = server.send("for the first too", reused);
    reused.routingId = second!;
    const got: string[] = [];
    while (got.at(-1) !== "for the first too") {
      got.push(...await nextTexts(clients[0]!));
    }
    await waiting;
    await other;
    assert.equal(clients[1]!.tryReceive(), undefined);
  });
});
