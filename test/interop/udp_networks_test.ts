// udp between two network namespaces: unicast, groups and broadcast, ours with
// ours and with libzmq's, and what comes back to the host that sends.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Actor } from "../kit/actor.ts";
import { DraftPeer, noDraftPeer } from "../kit/draft_peer.ts";
import { octets, text } from "../kit/messages.ts";
import { scriptUrl } from "../kit/runtime.ts";
import { BROADCAST, noVeth, VethCable, type VethEnd } from "../kit/veth.ts";
import { PATIENCE, pause } from "../kit/wait.ts";

const GROUP = "239.77.3.1";

/** A process of ours at one end, as one that has one socket of each type. */
class Side {
  readonly actor: Actor;
  readonly end: VethEnd;

  constructor(end: VethEnd) {
    this.end = end;
    const { launcher } = end;
    this.actor = new Actor(scriptUrl("../kit/udp_actor", import.meta.url), [], {
      launcher,
    });
  }

  /** A DISH that joined "g" and "sync", bound. */
  async dish(endpoint: string, options: object = {}): Promise<string> {
    const dish = await this.actor.ask<string>("open", "DISH", options);
    await this.actor.ask("join", dish, "g", "sync");
    await this.actor.ask("bind", dish, endpoint);
    return dish;
  }

  /** A RADIO, connected. */
  async radio(endpoint: string, options: object = {}): Promise<string> {
    const radio = await this.actor.ask<string>("open", "RADIO", options);
    await this.actor.ask("connect", radio, endpoint);
    return radio;
  }

  send(socket: string, where: string, body: string): Promise<unknown> {
    return this.actor.ask("send", socket, where, body);
  }

  receive(socket: string): Promise<string[]> {
    return this.actor.ask<string[]>("receive", socket, PATIENCE);
  }
}

let port = 40_000;

describe("udp between two namespaces", { skip: noVeth }, () => {
  let cable: VethCable;
  let near: Side;
  let far: Side;

  before(() => {
    cable = new VethCable();
    const [a, b] = cable.ends;
    near = new Side(a);
    far = new Side(b);
  });
  after(async () => {
    await Promise.all([near.actor.kill(), far.actor.kill()]);
    await cable[Symbol.asyncDispose]();
  });

  /** What a RADIO connects to, and a DISH at that end binds to. */
  const places: readonly (readonly [
    name: string,
    to: (dish: VethEnd, radio: VethEnd) => readonly [string, string],
  ])[] = [
    ["unicast", (dish) => [dish.address, dish.address]],
    [
      "unicast over IPv6",
      (dish) => [`[${dish.address6}]`, `[${dish.address6}]`],
    ],
    [
      "a group, interfaces by address",
      (dish, radio) => [
        `${dish.address};${GROUP}`,
        `${radio.address};${GROUP}`,
      ],
    ],
    [
      "a group, interfaces by name",
      (dish, radio) => [`${dish.device};${GROUP}`, `${radio.device};${GROUP}`],
    ],
    ["a group that has a route", () => [GROUP, GROUP]],
    [
      "an IPv6 group, interfaces by name",
      (dish, radio) => [
        `${dish.device};[ff02::7a65]`,
        `${radio.device};[ff02::7a65]`,
      ],
    ],
    [
      "an IPv6 group with zones",
      (dish, radio) => [
        `[ff02::7a66%${dish.device}]`,
        `[ff02::7a66%${radio.device}]`,
      ],
    ],
    [
      "an IPv6 group, interfaces by address",
      (dish, radio) => [
        `[${dish.address6}];[ff02::7a67]`,
        `[${radio.address6}];[ff02::7a67]`,
      ],
    ],
    ["broadcast", () => ["*", BROADCAST]],
  ];

  for (const [name, to] of places) {
    it(`RADIO reaches DISH: ${name}`, async () => {
      const [bound, target] = to(near.end, far.end);
      port++;
      const dish = await near.dish(`udp://${bound}:${port}`);
      const radio = await far.radio(`udp://${target}:${port}`);
      await far.send(radio, "other", "unheard");
      await far.send(radio, "g", "hello");
      const [group, body, from] = await near.receive(dish);
      assert.deepEqual([group, body], ["g", "hello"]);
      const isIPv6 = bound.includes(":");
      const { address } = far.end;
      assert.match(from!, isIPv6 ? /^udp:\/\/\[f[de]/ : RegExp(address));
    });
  }

  it("an address of the link alone keeps its zone", async () => {
    const dgrams: string[] = [];
    const places: string[] = [];
    for (const side of [near, far]) {
      const dgram = await side.actor.ask<string>("open", "DGRAM");
      const bound = `udp://[${side.end.linkLocal}]:*`;
      const endpoint = await side.actor.ask<string>("bind", dgram, bound);
      assert.ok(endpoint.startsWith(bound.slice(0, -1)), endpoint);
      dgrams.push(dgram);
      places.push(endpoint.slice("udp://".length));
    }
    // Its zone is that of who sends.
    const to = places[1]!.replace(far.end.device, near.end.device);
    await near.send(dgrams[0]!, to, "ping");
    const [from, body] = await far.receive(dgrams[1]!);
    assert.equal(body, "ping");
    await far.send(dgrams[1]!, from!, "pong");
    assert.deepEqual(await near.receive(dgrams[0]!), [to, "pong"]);
  });

  it("DGRAM sends to a group and to all, and is answered", async () => {
    const here = `${near.end.address}:${++port}`;
    const ours = await near.actor.ask<string>("open", "DGRAM");
    await near.actor.ask("bind", ours, `udp://${here}`);
    port++;
    const groups = [`${far.end.address};${GROUP}`, "*"];
    for (const [i, target] of [GROUP, BROADCAST].entries()) {
      const theirs = await far.actor.ask<string>("open", "DGRAM");
      await far.actor.ask("bind", theirs, `udp://${groups[i]}:${port + i}`);
      await near.send(ours, `${target}:${port + i}`, "who is there?");
      assert.deepEqual(await far.receive(theirs), [here, "who is there?"]);
      await far.send(theirs, here, "me");
      const [from, body] = await near.receive(ours);
      assert.equal(from, `${far.end.address}:${port + i}`);
      assert.equal(body, "me");
    }
  });

  for (const multicastLoop of [true, false]) {
    const heard = multicastLoop ? "hears" : "does not hear";
    it(`the sender's host ${heard} its group when multicastLoop is ${multicastLoop}`, async () => {
      const at = ({ address }: VethEnd) => `udp://${address};${GROUP}:${port}`;
      port += 10;
      const [there, home] = [
        await near.dish(at(near.end)),
        await far.dish(at(far.end)),
      ];
      const radio = await far.radio(at(far.end), { multicastLoop });
      await far.send(radio, "g", "1");
      assert.equal((await near.receive(there))[1], "1");
      if (multicastLoop) {
        assert.equal((await far.receive(home))[1], "1");
        return;
      }
      // What would have come would be here before what is sent later.
      const other = await far.radio(at(far.end));
      await far.send(other, "g", "2");
      assert.equal((await far.receive(home))[1], "2");
    });
  }

  describe("with libzmq at the other end", { skip: noDraftPeer }, () => {
    let peer: DraftPeer;

    before(() => {
      peer = new DraftPeer(cable.ends[1].launcher);
    });
    after(() => peer[Symbol.asyncDispose]());

    const kinds = [
      ["unicast", (end: VethEnd) => end.address],
      ["a group", (end: VethEnd) => `${end.address};${GROUP}`],
    ] as const;

    for (const [name, place] of kinds) {
      it(`our DISH hears their RADIO: ${name}`, async () => {
        const { end } = near;
        port++;
        const dish = await near.dish(`udp://${place(end)}:${port}`);
        const radio = await peer.socket("RADIO");
        const there = name === "unicast" ? end : far.end;
        await radio.connect(`udp://${place(there)}:${port}`);
        await radio.send(["other", octets("unheard")], ["g", octets("hello")]);
        const [group, body] = await near.receive(dish);
        assert.deepEqual([group, body], ["g", "hello"]);
        await radio.close();
      });

      it(`their DISH hears our RADIO: ${name}`, async () => {
        port++;
        const dish = await peer.socket("DISH");
        await dish.join("g");
        await dish.bind(`udp://${place(far.end)}:${port}`);
        const here = name === "unicast" ? far.end : near.end;
        const radio = await near.radio(`udp://${place(here)}:${port}`);
        let isHeard = false;
        const first = dish.receive(1).finally(() => isHeard = true);
        // libzmq binds in its own time.
        while (!isHeard) {
          await near.send(radio, "other", "unheard");
          await near.send(radio, "g", "hello");
          await pause(5);
        }
        const [group, body] = (await first)[0]!;
        assert.deepEqual([group, text(body)], ["g", "hello"]);
        await dish.close();
      });
    }
  });
});
