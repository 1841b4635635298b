// Radio and dish: publish-subscribe by exact name of a group, one frame a
// message.
import { Dish, Radio } from "../../mod.ts";

const text = new TextDecoder();

const dish = new Dish();
dish.join("news", "weather");
const endpoint = await dish.bind("tcp://127.0.0.1:*");

const radio = new Radio();
const connected = radio.events.once("handshake");
radio.connect(endpoint);
await connected;

// What a dish joined travels to the radio; until it is there, nothing comes.
let heard = false;
const first = dish.receive().then(() => heard = true);
while (!heard) {
  await radio.send("are you there?", { group: "news" });
  await new Promise((resolve) => setTimeout(resolve, 5));
}
await first;

await radio.send("1 : 0", { group: "sports" }); // not joined
await radio.send("sunny", { group: "weather" });
for await (const [data, { group }] of dish) {
  if (text.decode(group) !== "weather") continue;
  console.log(`${text.decode(group)}: ${text.decode(data)}`);
  break;
}
await Promise.all([radio.close(), dish.close()]);

// Prints:
// weather: sunny
