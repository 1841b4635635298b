// Events: who came, who left and why. And heartbeats, which find out that a
// peer is gone when the network does not say so.
import { Pull, Push } from "../../mod.ts";

const pull = new Pull({ heartbeatInterval: 1000, heartbeatTimeout: 3000 });
const arrived = pull.events.once("handshake");
const left = pull.events.once("disconnect");
const endpoint = await pull.bind("tcp://127.0.0.1:*");

const push = new Push();
push.connect(endpoint);
const { peer } = await arrived;
console.log(`A ${peer?.socketType} came, with ${peer?.mechanism} security`);
console.log(`Connected: ${pull.peers.length}`);

await push.send("hello");
await pull.receive();
await push.close();
await left;
console.log(`Connected: ${pull.peers.length}`);
console.log(`Received: ${pull.stats.received.messages}`);
await pull.close();

// Prints:
// A PUSH came, with NULL security
// Connected: 1
// Connected: 0
// Received: 1
