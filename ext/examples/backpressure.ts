// Backpressure: a fast sender and a slow receiver. At the high water mark,
// send() waits; trySend() says so instead. Nothing is lost, and memory stays
// where it is.
import { Pull, Push, ZmqError } from "../../mod.ts";

const pull = new Pull({ receiveHighWaterMark: 10 });
await pull.bind("inproc://slow");
const push = new Push({ sendHighWaterMark: 10 });
push.connect("inproc://slow");

let sent = 0;
while (push.trySend(`message ${sent}`)) sent++;
console.log(`Full after ${sent} messages`); // 10 on each side of an inproc pipe

try {
  await push.send("one more", { timeout: 20 });
} catch (error) {
  if (!(error instanceof ZmqError)) throw error;
  console.log(`No room within 20 ms: ${error.code}`);
}

const waiting = push.send("one more"); // waits for the receiver
const messages = await pull.receiveMany();
await waiting;
console.log(`Received ${messages.length}, the one that waited among them`);
await Promise.all([push.close(), pull.close()]);

// Prints:
// Full after 20 messages
// No room within 20 ms: EAGAIN
// Received 21, the one that waited among them
