// Draft socket types against zeromq.js's, both ways.
// runtimes: node
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import {
  Client,
  Dish,
  Gather,
  Radio,
  Scatter,
  Server,
  type Socket,
} from "../../mod.ts";
import { MEBIOCTET, noise, octets, text } from "../kit/messages.ts";
import { Places } from "../kit/places.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import { draft, noZeromqJs } from "../kit/zeromq_js_peer.ts";

const TIMEOUT = { timeout: PATIENCE } as const;

const frames = [
  octets(""),
  octets("hello"),
  noise(255, 1),
  noise(256, 2),
  noise(MEBIOCTET, 3),
];

/** A foreign socket as far as all of them go. */
interface Foreign {
  bind(endpoint: string): Promise<void>;
  connect(endpoint: string): void;
  readonly lastEndpoint: string | null;
}

/** Compares without making a message of a million octets. */
function same(found: Uint8Array, expected: Uint8Array): void {
  assert.equal(found.length, expected.length);
  assert.ok(found.every((octet, i) => octet === expected[i]));
}

describe("draft sockets with zeromq.js's", { skip: noZeromqJs }, () => {
  const places = new Places();

  after(() => places.remove());

  async function join(
    ours: Socket,
    theirs: Foreign,
    scheme: "tcp" | "ipc",
    weBind: boolean,
  ): Promise<void> {
    const place = places.fresh(scheme);
    if (weBind) theirs.connect(await ours.bind(place));
    else {
      await theirs.bind(place);
      ours.connect(theirs.lastEndpoint!);
    }
  }

  for (const scheme of ["tcp", "ipc"] as const) {
    for (const weBind of [true, false]) {
      const how = `over ${scheme}, ${weBind ? "we" : "they"} bind`;

      it(`our CLIENT talks to their SERVER ${how}`, async () => {
        await using bag = new Bag();
        const client = bag.keep(new Client());
        const server = new draft.Server({ linger: 0 });
        await join(client, server, scheme, weBind);
        for (const frame of frames) {
          await client.send(frame, TIMEOUT);
          const [request, { routingId }] = await server.receive();
          same(request, frame);
          await server.send(request, { routingId });
          same((await client.receive(TIMEOUT))[0]!, frame);
        }
        server.close();
      });

      it(`our SERVER talks to their CLIENT ${how}`, async () => {
        await using bag = new Bag();
        const server = bag.keep(new Server());
        const client = new draft.Client({ linger: 0 });
        await join(server, client, scheme, weBind);
        for (const frame of frames) {
          await client.send(frame);
          const [request, { routingId }] = await server.receive(TIMEOUT);
          same(request, frame);
          await server.send(request, { routingId, ...TIMEOUT });
          same((await client.receive())[0], frame);
        }
        client.close();
      });

      it(`our SCATTER feeds their GATHER ${how}`, async () => {
        await using bag = new Bag();
        const scatter = bag.keep(new Scatter());
        const gather = new draft.Gather({ linger: 0 });
        await join(scatter, gather, scheme, weBind);
        for (const frame of frames) {
          await scatter.send(frame, TIMEOUT);
          same((await gather.receive())[0], frame);
        }
        gather.close();
      });

      it(`our GATHER takes from their SCATTER ${how}`, async () => {
        await using bag = new Bag();
        const gather = bag.keep(new Gather());
        const scatter = new draft.Scatter({ linger: 0 });
        await join(gather, scatter, scheme, weBind);
        for (const frame of frames) {
          await scatter.send(frame);
          same((await gather.receive(TIMEOUT))[0]!, frame);
        }
        scatter.close();
      });

      it(`our RADIO reaches the groups of their DISH ${how}`, async () => {
        await using bag = new Bag();
        const radio = bag.keep(new Radio());
        const dish = new draft.Dish({ linger: 0 });
        dish.join("sync", "music");
        await join(radio, dish, scheme, weBind);
        let isThere = false;
        const first = dish.receive().finally(() => isThere = true);
        while (!isThere) {
          await radio.send("", { group: "sync" });
          await pause(2);
        }
        await first;
        await radio.send("unheard", { group: "news" });
        for (const frame of frames) await radio.send(frame, { group: "music" });
        for (const frame of frames) {
          let [data, { group }] = await dish.receive();
          while (group.toString() === "sync") {
            [data, { group }] = await dish.receive();
          }
          assert.equal(group.toString(), "music");
          same(data, frame);
        }
        dish.close();
      });

      it(`our DISH hears the groups of their RADIO ${how}`, async () => {
        await using bag = new Bag();
        const dish = bag.keep(new Dish());
        const radio = new draft.Radio({ linger: 0 });
        dish.join("sync", "music");
        await join(dish, radio, scheme, weBind);
        while (dish.tryReceive() === undefined) {
          await radio.send("", { group: "sync" });
          await pause(2);
        }
        await radio.send("unheard", { group: "news" });
        for (const frame of frames) await radio.send(frame, { group: "music" });
        for (const frame of frames) {
          let [data, { group }] = await dish.receive(TIMEOUT);
          while (text(group) === "sync") {
            [data, { group }] = await dish.receive(TIMEOUT);
          }
          assert.equal(text(group), "music");
          same(data, frame);
        }
        radio.close();
      });
    }
  }
});
