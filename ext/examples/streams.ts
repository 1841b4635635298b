// Web Streams: every socket that receives is a ReadableStream, every socket
// that sends a WritableStream, with backpressure through the whole chain.
import { type Message, Pull, Push } from "../../mod.ts";

const text = new TextDecoder();

const pull = new Pull();
const endpoint = await pull.bind("tcp://127.0.0.1:*");
const push = new Push();
push.connect(endpoint);

const words = new ReadableStream<string>({
  start(controller) {
    for (const word of ["plain", "web", "streams"]) controller.enqueue(word);
    controller.close();
  },
});
const piped = words.pipeTo(push.writable);

const upper = new TransformStream<Message, string>({
  transform([frame], controller) {
    controller.enqueue(text.decode(frame).toUpperCase());
  },
});
const reader = pull.readable.pipeThrough(upper).getReader();
for (let i = 0; i < 3; i++) console.log((await reader.read()).value);

await piped;
await Promise.all([push.close(), pull.close()]);

// Prints:
// PLAIN
// WEB
// STREAMS
