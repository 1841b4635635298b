// A process with a proxy between subscribers and a publisher, which does not
// read: it says where subscribers connect. Its argument is the publisher.
import process from "node:process";
import { Context, proxy, XPublisher, XSubscriber } from "../../mod.ts";

// Deno waits with its own descriptors for signals until it is idle for a
// second, and panics when there are none left by then.
process.on("SIGHUP", () => {});

const context = new Context();
const front = new XPublisher({ context });
const back = new XSubscriber({ context });
back.connect(process.argv[2]!);
proxy(back, front);
console.log(await front.bind("tcp://127.0.0.1:*"));
