// ROUTER and STREAM gave users the octets by which they know a peer: one write
// to them, or a transfer of their buffer, renamed the peer, and locked it out
// when it came again. `connect()` kept the caller's octets, and notices were
// the option's.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dealer, Router, Stream } from "../../mod.ts";
import { octets, text } from "../kit/messages.ts";
import { Stage, TIMEOUT } from "../kit/stage.ts";
import { takeAway } from "../kit/take_away.ts";
import { until } from "../kit/wait.ts";

const USES: Readonly<Record<string, (id: Uint8Array) => void>> = {
  "written to": (id) => void id.fill(90),
  "transferred": takeAway,
};

describe("a routing id that was received", () => {
  for (const [use, apply] of Object.entries(USES)) {
    for (const scheme of ["tcp", "inproc"] as const) {
      it(`may be ${use}, over ${scheme}`, async () => {
        await using stage = new Stage(scheme);
        const router = stage.make(Router, { mandatory: true });
        const dealer = stage.make(Dealer, { routingId: "ada" });
        const endpoint = await stage.join(router, dealer);
        for (let i = 0; i < 3; i++) {
          await dealer.send("question");
          const { message, peer } = await router.receiveFrom(TIMEOUT);
          assert.equal(text(message[0]), "ada");
          assert.equal(text(peer.routingId as Uint8Array), "ada");
          apply(message[0]!);
          apply(peer.routingId as Uint8Array);
          apply(router.peers[0]!.routingId as Uint8Array);
        }
        await router.send(["ada", "answer"]);
        assert.equal(text((await dealer.receive(TIMEOUT))[0]), "answer");
        await dealer.close();
        await until(() => router.peers.length === 0, "the peer is gone");
        const again = stage.make(Dealer, { routingId: "ada" });
        again.connect(endpoint);
        await again.send("back");
        const message = await router.receive(TIMEOUT);
        assert.deepEqual(message.map(text), ["ada", "back"]);
      });
    }
  }

  it("may be transferred while others wait", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, {});
    const dealer = stage.make(Dealer, { routingId: "ada" });
    await stage.join(router, dealer);
    for (let i = 0; i < 3; i++) await dealer.send("question");
    await until(() => router.stats.queued.incoming === 3, "all have arrived");
    for (let i = 0; i < 3; i++) {
      const [id] = await router.receive(TIMEOUT);
      assert.equal(text(id), "ada");
      takeAway(id!);
    }
  });

  it("may be written to where a STREAM gave it", async () => {
    await using stage = new Stage("tcp");
    const server = stage.make(Stream, {});
    const client = stage.make(Stream, {});
    await stage.join(server, client);
    const [id] = await server.receive(TIMEOUT);
    const kept = id!.slice();
    id!.fill(90);
    const [own] = await client.receive(TIMEOUT);
    await client.send([own!, "octets"]);
    const message = await server.receive(TIMEOUT);
    assert.deepEqual(message[0], kept);
    assert.equal(text(message[1]), "octets");
  });
});

describe("octets that were passed as", () => {
  it("the routing id of connect() are the caller's again", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { mandatory: true });
    const other = stage.make(Router, {});
    const endpoint = await other.bind(stage.place());
    const routingId = octets("srv");
    router.connect(endpoint, { routingId });
    routingId.fill(90);
    await router.send(["srv", "question"]);
    const [id] = await other.receive(TIMEOUT);
    await other.send([id!, "answer"]);
    const answer = await router.receive(TIMEOUT);
    assert.deepEqual(answer.map(text), ["srv", "answer"]);
  });

  it("a disconnectMessage are the option's", async () => {
    await using stage = new Stage("tcp");
    const router = stage.make(Router, { disconnectMessage: "bye" });
    const endpoint = await router.bind(stage.place());
    for (let i = 0; i < 2; i++) {
      const dealer = stage.make(Dealer, {});
      dealer.connect(endpoint);
      await dealer.send("here");
      await router.receive(TIMEOUT);
      await dealer.close();
      const notice = (await router.receive(TIMEOUT))[1]!;
      assert.equal(text(notice), "bye");
      takeAway(notice);
    }
  });
});
