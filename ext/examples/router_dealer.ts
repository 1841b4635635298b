// Router and dealer: many clients, each with several questions under way, and
// one server that answers in any order. A ROUTER gets the sender's routing id
// as the first frame, and sends to whom the first frame names.
import { Dealer, Router } from "../../mod.ts";

const text = new TextDecoder();

const server = new Router();
const endpoint = await server.bind("tcp://127.0.0.1:*");

const clients = ["Ada", "Bob"].map((name) => {
  const client = new Dealer({ routingId: name });
  client.connect(endpoint);
  return client;
});
for (const client of clients) {
  for (const number of [3, 1, 2]) {
    await client.send(["square", String(number)]);
  }
}

// The server collects all questions and answers the smallest first.
const questions: { id: Uint8Array; number: number }[] = [];
while (questions.length < 6) {
  const [id, , number] = await server.receive();
  questions.push({ id: id!, number: Number(text.decode(number)) });
}
questions.sort((a, b) => a.number - b.number);
for (const { id, number } of questions) {
  await server.send([id, `${number} × ${number} = ${number * number}`]);
}

for (const client of clients) {
  const answers: string[] = [];
  for (let i = 0; i < 3; i++) {
    answers.push(text.decode((await client.receive())[0]));
  }
  console.log(`${client.routingId}: ${answers.join(", ")}`);
}
await Promise.all([server.close(), ...clients.map((client) => client.close())]);

// Prints:
// Ada: 1 × 1 = 1, 2 × 2 = 4, 3 × 3 = 9
// Bob: 1 × 1 = 1, 2 × 2 = 4, 3 × 3 = 9
