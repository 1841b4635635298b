// What libzmq's test_radio_dish and test_dgram assert over udp.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Datagram, Dish, Radio } from "../../mod.ts";
import { text, texts } from "../kit/messages.ts";
import { skipUnlessIPv6 } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE } from "../kit/wait.ts";

const TIMEOUT = { timeout: PATIENCE } as const;

const families = [
  { name: "IPv4", host: "127.0.0.1", options: {}, skip: false },
  {
    name: "IPv6",
    host: "[::1]",
    options: { ipv6: true },
    skip: skipUnlessIPv6,
  },
] as const;

describe("RADIO and DISH over udp", () => {
  for (const { name, host, options, skip } of families) {
    it(`a DISH cannot connect, over ${name}`, async () => {
      await using bag = new Bag();
      const dish = bag.keep(new Dish(options));
      assert.throws(() => dish.connect(`udp://${host}:5556`), {
        code: "ENOCOMPATPROTO",
      });
    });

    it(`a RADIO cannot bind, over ${name}`, async () => {
      await using bag = new Bag();
      const radio = bag.keep(new Radio(options));
      await assert.rejects(radio.bind("udp://*:5556"), {
        code: "ENOCOMPATPROTO",
      });
    });

    it(`a DISH on every interface hears a RADIO, over ${name}`, {
      skip,
    }, async () => {
      await using bag = new Bag();
      const dish = bag.keep(new Dish(options));
      const radio = bag.keep(new Radio(options));
      const endpoint = await dish.bind("udp://*:*");
      radio.connect(`udp://${host}:${/\d+$/.exec(endpoint)![0]}`);
      dish.join("TV");
      await radio.send("Friends", { group: "TV" });
      const [data, { group }] = await dish.receive(TIMEOUT);
      assert.deepEqual(texts([group, data]), ["TV", "Friends"]);
    });
  }

  it("a DISH that joined late hears its group, over multicast", async () => {
    await using bag = new Bag();
    const dish = bag.keep(new Dish());
    const radio = bag.keep(new Radio());
    const endpoint = await dish.bind("udp://127.0.0.1;226.8.5.5:*");
    radio.connect(endpoint);
    dish.join("TV");
    await radio.send("Friends", { group: "TV" });
    assert.equal(text((await dish.receive(TIMEOUT))[0]), "Friends");
  });
});

describe("DGRAM", () => {
  it("cannot connect", async () => {
    await using bag = new Bag();
    const dgram = bag.keep(new Datagram());
    assert.throws(() => dgram.connect("udp://127.0.0.1:5557"), {
      code: "ENOCOMPATPROTO",
    });
  });

  it("asks and is answered, by the address that came with the question", async () => {
    await using bag = new Bag();
    const sender = bag.keep(new Datagram());
    const listener = bag.keep(new Datagram());
    const there = (await listener.bind("udp://127.0.0.1:*")).slice(6);
    const here = (await sender.bind("udp://127.0.0.1:*")).slice(6);
    await sender.send([there, "Is someone there ?"]);
    const question = await listener.receive(TIMEOUT);
    assert.deepEqual(texts(question), [here, "Is someone there ?"]);
    await listener.send([question[0]!, "Yes, there is !"]);
    const answer = await sender.receive(TIMEOUT);
    assert.deepEqual(texts(answer), [there, "Yes, there is !"]);
  });
});
