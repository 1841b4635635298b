// What a program of the benchmark does in each role, on any library with the
// classes of zeromq.js: ours and zeromq.js itself run this very code.
import type * as isomq from "../../mod.ts";
import { curveOptions } from "./curve.ts";
import {
  askFor,
  isLast,
  readTask,
  Receipt,
  sendFor,
  type Task,
  tell,
} from "./load.ts";

/** A library with the classes of zeromq.js. */
export type Library = typeof isomq;

/** The mode that goes over WebSockets: who connects masks what it sends. */
export const WS = "ws";

const ANY_PORT = "tcp://127.0.0.1:*";
const ANY_WS_PORT = "ws://127.0.0.1:*";
const SUBSCRIBED = 0x01;
/** The first octet of the topics that tell a subscriber is there. */
const PRESENT = 0xfe;

/** What the command line asks for, and the options of every socket. */
interface Job extends Task {
  readonly options: object;
}

/** Does what the command line asks for. */
export async function run(
  library: Library,
  words: readonly string[],
  options: object = {},
): Promise<void> {
  const task = { ...readTask(words), options };
  const role = ROLES[task.role];
  if (role === undefined) throw new Error(`Unknown role "${task.role}"`);
  await role(library, task);
}

const ROLES: Readonly<
  Record<string, (library: Library, task: Job) => Promise<void>>
> = { pull, push, rep, req, sub, pub, inproc };

async function bound(
  socket: InstanceType<Library["Pull"]> | InstanceType<Library["Reply"]>,
  mode: string,
): Promise<void> {
  await socket.bind(mode === WS ? ANY_WS_PORT : ANY_PORT);
  tell({ endpoint: socket.lastEndpoint! });
}

async function pull(library: Library, task: Job): Promise<void> {
  const socket = new library.Pull({
    ...task.options,
    ...curveOptions(task.mode, true),
  });
  await bound(socket, task.mode);
  tell({ result: await receiveAll(socket, task) });
  await socket.close();
}

async function receiveAll(
  socket: InstanceType<Library["Pull"]>,
  task: Task,
): Promise<Receipt["result"]> {
  const receipt = new Receipt(task);
  if (task.mode === "many") {
    for (;;) {
      for (const [message] of await socket.receiveMany()) {
        if (receipt.take(message!)) return receipt.result;
      }
    }
  }
  for await (const [message] of socket) {
    if (receipt.take(message!)) break;
  }
  return receipt.result;
}

async function push(library: Library, task: Job): Promise<void> {
  const socket = new library.Push({
    ...task.options,
    ...curveOptions(task.mode, false),
  });
  socket.connect(task.endpoint);
  await sendAll(socket, task);
  await socket.close();
}

function sendAll(
  socket: InstanceType<Library["Push"]>,
  task: Task,
): Promise<void> {
  return task.mode === "many"
    ? sendFor(
      task,
      (message) => socket.trySend(message) ? undefined : socket.send(message),
    )
    : sendFor(task, (message) => socket.send(message));
}

async function inproc(library: Library, task: Task): Promise<void> {
  const pull = new library.Pull();
  await pull.bind("inproc://bench");
  const push = new library.Push();
  push.connect("inproc://bench");
  const sent = sendAll(push, task);
  const result = await receiveAll(pull, task);
  await sent;
  await push.close();
  await pull.close();
  tell({ result });
}

async function rep(library: Library, task: Task): Promise<void> {
  const socket = new library.Reply();
  await bound(socket, task.mode);
  for (;;) {
    const [message] = await socket.receive();
    await socket.send(message!);
    if (isLast(message!)) break;
  }
  await socket.close();
}

async function req(library: Library, task: Task): Promise<void> {
  const socket = new library.Request();
  socket.connect(task.endpoint);
  const result = await askFor(task, async (message) => {
    await socket.send(message);
    const [reply] = await socket.receive();
    return reply!;
  });
  await socket.close();
  tell({ result });
}

async function pub(library: Library, task: Task): Promise<void> {
  const socket = new library.XPublisher({ noDrop: true });
  await socket.bind(ANY_PORT);
  tell({ endpoint: socket.lastEndpoint! });
  for (let there = 0; there < task.peers;) {
    const [message] = await socket.receive();
    if (message![0] === SUBSCRIBED && message![1] === PRESENT) there++;
  }
  await sendFor(task, (message) => publish(socket, message));
  await socket.close();
}

/** Sends when nobody would lose it: zeromq.js fails then, instead of waiting. */
async function publish(
  socket: InstanceType<Library["XPublisher"]>,
  message: Uint8Array,
): Promise<void> {
  for (;;) {
    try {
      return await socket.send(message);
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

async function sub(library: Library, task: Task): Promise<void> {
  const all = await Promise.all(
    Array.from({ length: task.peers }, (_, i) => subscriber(library, task, i)),
  );
  const sum = (pick: (each: Receipt["result"]) => number) =>
    all.reduce((total, each) => total + pick(each), 0);
  tell({
    result: {
      count: sum((each) => each.count),
      milliseconds: sum((each) => each.milliseconds) / all.length,
      total: sum((each) => each.total),
    },
  });
}

async function subscriber(
  library: Library,
  task: Task,
  number: number,
): Promise<Receipt["result"]> {
  const socket = new library.Subscriber();
  socket.connect(task.endpoint);
  // Subscriptions keep their order: the second tells that the first is there.
  socket.subscribe("");
  socket.subscribe(new Uint8Array([PRESENT, number]));
  const receipt = new Receipt(task);
  for await (const [message] of socket) {
    if (receipt.take(message!)) break;
  }
  await socket.close();
  return receipt.result;
}
