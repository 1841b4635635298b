// Request-reply: a question, an answer. request() asks again when the answer
// does not come in time, which plain send() and receive() do not.
import { Reply, Request } from "../../mod.ts";

const text = new TextDecoder();

const server = new Reply();
const endpoint = await server.bind("tcp://127.0.0.1:*");

/** Answers until the socket is closed, but sleeps through the first question. */
async function serve(): Promise<void> {
  let isAsleep = true;
  for await (const [question] of server) {
    if (isAsleep) await new Promise((resolve) => setTimeout(resolve, 300));
    const reply = isAsleep
      ? "sorry, I slept"
      : `"${text.decode(question)}" is a good question`;
    isAsleep = false;
    await server.send(reply);
  }
}
const served = serve().catch((error) => {
  // Closed while it was about to answer a question that was asked again.
  if (error.code !== "EBADF") throw error;
});

// correlate: an answer that comes too late is told from the one asked for.
const client = new Request({ correlate: true });
client.connect(endpoint);
const [answer] = await client.request("why?", { timeout: 200, retries: 50 });
console.log(text.decode(answer));

await Promise.all([client.close(), server.close()]);
await served;

// Prints:
// "why?" is a good question
