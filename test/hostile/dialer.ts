// A process without a descriptor left that connects to each endpoint of its
// arguments: it says what its sockets tell, closes its files once each has
// failed twice, and says how long it takes until all of them have an answer.
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { Context, Dealer } from "../../mod.ts";
import { until } from "../kit/wait.ts";

// As in resource_victim.ts.
process.on("SIGHUP", () => {});

const endpoints = process.argv.slice(2);
const context = new Context();
const files: number[] = [];

// What is loaded with the first connection, and what the runtime takes then.
for (const endpoint of endpoints) await ask(endpoint);

exhaust();
// What is given back late, by connections from before, is taken as well.
const taking = setInterval(exhaust, 1);
const told: string[][] = endpoints.map(() => []);
const answers = endpoints.map((endpoint, i) => ask(endpoint, told[i]));
await until(() => told.every((codes) => codes.length >= 2), "all failed twice");
console.log(JSON.stringify(told));
clearInterval(taking);
const start = performance.now();
for (const file of files) closeSync(file);
await Promise.all(answers);
console.log(JSON.stringify(performance.now() - start));
await context.shutdown();

function exhaust(): void {
  for (;;) {
    try {
      files.push(openSync("/dev/null", "r"));
    } catch (error) {
      if ((error as { code?: unknown }).code === "EMFILE") return;
      throw error;
    }
  }
}

async function ask(endpoint: string, codes: string[] = []): Promise<void> {
  const dealer = new Dealer({
    context,
    linger: 0,
    reconnectInterval: 20,
    reconnectMaxInterval: 0,
    // No descriptor is no refusal: it does not give up.
    reconnectStop: ["connectionRefused"],
  });
  dealer.events.on("connect:retry", ({ error }) => {
    codes.push(error?.code ?? "none");
  });
  dealer.connect(endpoint);
  await dealer.send("question");
  await dealer.receive();
  await dealer.close();
}
