// Request-reply: a question, an answer. request() asks again when the answer
// does not come in time, which plain send() and receive() do not.
import { Reply, Request } from "../../mod.ts";

const text = new TextDecoder();

const server = new Reply();
const endpoint = await server.bind("tcp://127.0.0.1:*");

/** Answers two questions, but sleeps through the first. */
async function serve(): Promise<void> {
  await server.receive();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await server.send("sorry, I slept");
  const [question] = await server.receive();
  await server.send(`"${text.decode(question)}" is a good question`);
}
const served = serve();

// correlate: an answer that comes too late is told from the one asked for.
const client = new Request({ correlate: true });
client.connect(endpoint);
const [answer] = await client.request("why?", { timeout: 200, retries: 3 });
console.log(text.decode(answer));

await served;
await Promise.all([client.close(), server.close()]);

// Prints:
// "why?" is a good question
