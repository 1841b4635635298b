// Radio and dish over a multicast group: one datagram reaches every dish that
// is bound to the group, on any host. There are no connections: who is bound
// hears, what is lost is lost.
import { Dish, Radio } from "../../mod.ts";

const text = new TextDecoder();

const kitchen = new Dish();
const garden = new Dish();
// On a network: "udp://eth0;239.77.0.1:5555", or the interface's address.
const endpoint = await kitchen.bind("udp://127.0.0.1;239.77.0.1:*");
await garden.bind(endpoint);
kitchen.join("news", "weather");
garden.join("weather");

const radio = new Radio();
radio.connect(endpoint);
await radio.send("1 : 0", { group: "news" });
await radio.send("sunny", { group: "weather" });

const heard = [
  ["kitchen", await kitchen.receive()],
  ["kitchen", await kitchen.receive()],
  ["garden", await garden.receive()],
] as const;
for (const [where, [data, { group }]] of heard) {
  console.log(`${where}: ${text.decode(group)}, ${text.decode(data)}`);
}

// Datagrams are at most 8192 octets, the group included.
try {
  await radio.send(new Uint8Array(10_000), { group: "news" });
} catch (error) {
  console.log((error as Error).message);
}
await Promise.all([radio.close(), kitchen.close(), garden.close()]);

// Prints:
// kitchen: news, 1 : 0
// kitchen: weather, sunny
// garden: weather, sunny
// Cannot send a datagram of 10005 octets: expected at most 8192, the limit of maxDatagramSize
