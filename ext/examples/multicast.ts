// Reliable multicast: one publisher, and subscribers that each get everything
// that is sent, on any number of hosts. It needs the library OpenPGM and the
// package koffi: apt install libpgm-5.3-0, npm install koffi@3.
import { Publisher, Subscriber } from "../../mod.ts";

const text = new TextDecoder();
// On a network: the address of an interface, "epgm://10.0.0.1;239.77.1.1:5556".
const endpoint = "epgm://127.0.0.1;239.77.1.1:15556";
// Kilobits a second; the same for all, since the repair window follows it.
const rate = 40_000;

const kitchen = new Subscriber({ rate });
const garden = new Subscriber({ rate });
kitchen.subscribe("");
garden.subscribe("weather");
for (const subscriber of [kitchen, garden]) {
  subscriber.events.on("gap", ({ error }) => console.log(error?.message));
  await subscriber.bind(endpoint);
}

const publisher = new Publisher({ rate });
await publisher.bind(endpoint);
await publisher.send(["news", "1 : 0"]);
await publisher.send(["weather", "sunny"]);

for (
  const [where, subscriber] of [
    ["kitchen", kitchen],
    ["kitchen", kitchen],
    ["garden", garden],
  ] as const
) {
  const message = await subscriber.receive();
  console.log(`${where}: ${message.map((frame) => text.decode(frame)).join()}`);
}
await Promise.all([publisher, kitchen, garden].map((each) => each.close()));

// Prints:
// kitchen: news,1 : 0
// kitchen: weather,sunny
// garden: weather,sunny
