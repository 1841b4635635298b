// A program that uses tipc and then has nothing more to do: a test watches
// whether its process ends.
import process from "node:process";
import { Pull, Push } from "../../mod.ts";

const way = process.argv[2];
const pull = new Pull();
const push = new Push();
push.connect(await pull.bind("tipc://<*>"));
await push.send("x");
await pull.receive();
if (way === "closed") await Promise.all([push.close(), pull.close()]);
else {
  push.unref();
  pull.unref();
}
console.log("done");
