// libzmq with its drafts, by way of zeromq.js, in a process of its own: it
// crashes some runtimes, and has to run in other network namespaces. Commands
// and answers are lines of JSON; draft_peer.ts is the other side.
import { Buffer } from "node:buffer";
import process from "node:process";
import { createInterface } from "node:readline";
import * as zmq from "zeromq";
import * as draft from "zeromq/draft.js";

const classes = {
  RADIO: draft.Radio,
  DISH: draft.Dish,
  DGRAM: draft.Datagram,
};
const sockets = new Map();

/** The two halves of a message, as base64. */
const halves = {
  DISH: ([body, { group }]) => [group, body],
  DGRAM: (message) => message,
};

const operations = {
  version: () => zmq.version,
  socket: ({ socket, type, options }) => {
    const made = new classes[type]({ linger: 0, ...options });
    if ("receiveTimeout" in made) made.receiveTimeout = 10_000;
    sockets.set(socket, { made, type });
  },
  bind: async ({ made }, { endpoint }) => {
    await made.bind(endpoint);
  },
  connect: ({ made }, { endpoint }) => made.connect(endpoint),
  join: ({ made }, { groups }) => made.join(...groups),
  leave: ({ made }, { groups }) => made.leave(...groups),
  send: async ({ made, type }, { messages }) => {
    for (const [where, body] of messages) {
      const frame = Buffer.from(body, "base64");
      if (type === "DGRAM") await made.send([where, frame]);
      else await made.send(frame, { group: where });
    }
  },
  receive: async ({ made, type }, { count, timeout }) => {
    made.receiveTimeout = timeout;
    const messages = [];
    while (messages.length < count) {
      const message = halves[type](await made.receive());
      messages.push(message.map((frame) => frame.toString("base64")));
    }
    return messages;
  },
  // Counts what comes until a while passes in which nothing does.
  count: async ({ made }, { timeout }) => {
    made.receiveTimeout = timeout;
    let count = 0;
    try {
      for (;; count++) await made.receive();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
    return count;
  },
  close: ({ made }) => made.close(),
};

async function run({ op, socket, ...fields }) {
  if (op === "version" || op === "socket") {
    return await operations[op]({ socket, ...fields });
  }
  return await operations[op](sockets.get(socket), fields);
}

// Each socket has its own queue of commands.
const queues = new Map();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { id, ...command } = JSON.parse(line);
  const before = queues.get(command.socket) ?? Promise.resolve();
  const done = before.then(() => run(command)).then(
    (ok) => ({ id, ok }),
    (error) => ({ id, error: { code: error.code, message: error.message } }),
  ).then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
  queues.set(command.socket, done);
});
lines.on("close", () => process.exit(0));
