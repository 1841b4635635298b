// A program that uses norm and then has nothing more to do: norm_test.ts
// watches whether its process ends.
import process from "node:process";
import { Publisher, Subscriber } from "../../../mod.ts";

const [endpoint = "", way] = process.argv.slice(2);
if (way === "looked up") {
  // Nothing else is going on.
  const pub = new Publisher({ normMode: "fixed", rate: 40_000 });
  await pub.bind(endpoint).catch(() => {});
  await pub.close();
  console.log("done");
  process.exit();
}
const sub = new Subscriber();
sub.subscribe("");
await sub.bind(endpoint);
const pub = new Publisher({ normMode: "fixed", rate: 40_000 });
await pub.bind(endpoint);
await pub.send("x");
await sub.receive();
if (way === "closed") await Promise.all([pub.close(), sub.close()]);
else {
  pub.unref();
  sub.unref();
}
console.log("done");
