// Publish-subscribe: everybody gets what they subscribed to. A subscription is
// a prefix of the message's first frame; without one, nothing arrives.
import { Subscriber, XPublisher } from "../../mod.ts";

const text = new TextDecoder();

// A Publisher would do. An XPublisher is one that also sees its subscribers
// come, so that nothing is published before they are there.
const publisher = new XPublisher();
const endpoint = await publisher.bind("tcp://127.0.0.1:*");

const teaLover = new Subscriber();
teaLover.connect(endpoint);
teaLover.subscribe("tea");
await publisher.receive();

const allDrinks = new Subscriber();
allDrinks.connect(endpoint);
allDrinks.subscribe("tea", "coffee");
await publisher.receive(); // "coffee": the first subscription of its kind

await publisher.send(["coffee", "3.20"]);
await publisher.send(["tea", "2.50"]);
await publisher.send(["water", "0.00"]); // nobody wants it, nobody gets it

for (
  const [name, socket, count] of [
    ["tea lover", teaLover, 1],
    ["all drinks", allDrinks, 2],
  ] as const
) {
  for (let i = 0; i < count; i++) {
    const [topic, price] = await socket.receive();
    console.log(`${name}: ${text.decode(topic)} is ${text.decode(price)}`);
  }
}
await Promise.all([publisher.close(), teaLover.close(), allDrinks.close()]);

// Prints:
// tea lover: tea is 2.50
// all drinks: coffee is 3.20
// all drinks: tea is 2.50
