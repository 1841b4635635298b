// One process of a row of plain TCP on node:net: no ZeroMQ, messages with
// four octets of length before them, written in batches. What is left to win.
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import {
  askFor,
  isLast,
  readTask,
  Receipt,
  sendFor,
  type Task,
  tell,
} from "../macro/load.ts";

const BATCH = 65536;
const HEADER = 4;
/** Messages beyond this size are not copied, as in the other programs. */
const COPY_LIMIT = 8192;

/** Calls back with each message of a connection. */
function onMessages(
  socket: Socket,
  take: (message: Uint8Array) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    let at = 0;
    const octets = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (octets.length - at >= HEADER) {
      const length = octets.readUInt32LE(at);
      if (octets.length - at - HEADER < length) break;
      at += HEADER;
      take(octets.subarray(at, at + length));
      at += length;
    }
    rest = octets.subarray(at);
  });
}

/** Collects messages and writes them in batches. */
class BatchWriter {
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.allocUnsafe(BATCH);
  #end = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Takes a message; a promise when the connection is behind. */
  write(message: Uint8Array): Promise<void> | undefined {
    const isLarge = message.length > COPY_LIMIT;
    const needed = HEADER + (isLarge ? 0 : message.length);
    let waits: Promise<void> | undefined;
    if (this.#buffer.length - this.#end < needed) waits = this.flush();
    this.#end = this.#buffer.writeUInt32LE(message.length, this.#end);
    if (isLarge) {
      void this.flush();
      return this.#write(message);
    }
    this.#buffer.set(message, this.#end);
    this.#end += message.length;
    return waits;
  }

  flush(): Promise<void> | undefined {
    const batch = this.#buffer.subarray(0, this.#end);
    this.#buffer = this.#buffer.subarray(this.#end);
    if (this.#buffer.length < BATCH / 2) {
      this.#buffer = Buffer.allocUnsafe(BATCH);
    }
    this.#end = 0;
    return batch.length === 0 ? undefined : this.#write(batch);
  }

  #write(octets: Uint8Array): Promise<void> | undefined {
    if (this.#socket.write(octets)) return undefined;
    return new Promise((resolve) => this.#socket.once("drain", resolve));
  }
}

/** Waits for one connection and hands it over. */
function listen(serve: (socket: Socket) => void): void {
  const server = createServer({ noDelay: true }, (socket) => {
    server.close();
    serve(socket);
  });
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as { port: number };
    tell({ endpoint: `${port}` });
  });
}

function dial(task: Task): Socket {
  const port = Number(task.endpoint);
  return connect({ port, host: "127.0.0.1", noDelay: true });
}

const ROLES: Readonly<Record<string, (task: Task) => void | Promise<void>>> = {
  pull(task) {
    const receipt = new Receipt(task);
    listen((socket) =>
      onMessages(socket, (message) => {
        if (receipt.take(message)) tell({ result: receipt.result });
      })
    );
  },
  async push(task) {
    const socket = dial(task);
    const writer = new BatchWriter(socket);
    await sendFor(task, (message) => writer.write(message));
    await writer.flush();
    socket.end();
  },
  rep() {
    listen((socket) => {
      const writer = new BatchWriter(socket);
      onMessages(socket, (message) => {
        const isEnd = isLast(message);
        void writer.write(message);
        void writer.flush();
        if (isEnd) socket.end();
      });
    });
  },
  async req(task) {
    const socket = dial(task);
    const writer = new BatchWriter(socket);
    let answered: (reply: Uint8Array) => void;
    onMessages(socket, (reply) => answered(reply));
    const result = await askFor(task, (message) => {
      const reply = new Promise<Uint8Array>((resolve) => answered = resolve);
      void writer.write(message);
      void writer.flush();
      return reply;
    });
    socket.end();
    tell({ result });
  },
};

const task: Task = readTask(process.argv.slice(2));
await ROLES[task.role]!(task);
