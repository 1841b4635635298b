// What a peer of the tour does in each pattern, on any library with the
// classes of zeromq.js: IsoMQ on each runtime, and zeromq.js itself. The
// peer in Python, tour_peer.py, does the same.
import type * as isomq from "../../mod.ts";

/** A library with the classes of zeromq.js. */
export type Library = typeof isomq;

/** What the tour asks a peer to do. */
export interface Task {
  /** The number of the leg, to tell answers apart. */
  readonly leg: number;
  /** `pipeline`, `pubsub`, `reqrep`, `router` or `curve`. */
  readonly pattern: string;
  /** `a` sends or asks, `b` receives or answers. */
  readonly side: "a" | "b";
  /** Where the other side is bound; absent for the side that binds. */
  readonly endpoint?: string;
  /** How long `a` goes on, in milliseconds. */
  readonly milliseconds: number;
  /** Keys as Z85 text, under CURVE. */
  readonly keys?: {
    readonly serverPublic: string;
    readonly serverSecret: string;
    readonly clientPublic: string;
    readonly clientSecret: string;
  };
}

/** What a peer tells the tour. */
export type Answer =
  | { readonly hello: string }
  | { readonly leg: number; readonly endpoint: string }
  | {
    readonly leg: number;
    readonly count: number;
    readonly milliseconds: number;
  }
  | { readonly leg: number; readonly error: string };

/** Messages and the milliseconds that they took. */
export interface Count {
  readonly count: number;
  readonly milliseconds: number;
}

type Tell = (endpoint: string) => void;
type Role = (library: Library, task: Task, tell: Tell) => Promise<Count>;

const ANY_PORT = "tcp://127.0.0.1:*";
const END = "end";
/** What every numbered message begins with. */
const MARK = "message ";
/** The topic that nobody of the tour subscribes to. */
const UNWANTED = "coffee";
const TOPIC = "tea";
/** Questions that a dealer keeps under way. */
const WINDOW = 10;

const text = new TextDecoder();

function decode(frame: Uint8Array | undefined): string {
  return text.decode(frame);
}

/** Counts messages and checks that they come in order, each once. */
class Counter {
  count = 0;
  #start = 0;

  /** Takes a message; true when it was the last. */
  take(message: string): boolean {
    this.#start ||= performance.now();
    const expected = `${MARK}${this.count}`;
    if (message === `${END} ${this.count}`) return true;
    if (message !== expected) {
      throw new Error(`Expected "${expected}", got "${message.slice(0, 40)}"`);
    }
    this.count++;
    return false;
  }

  get result(): Count {
    const milliseconds = performance.now() - this.#start;
    return { count: this.count, milliseconds };
  }
}

/** Calls `send` with numbered messages for a while, then with the last. */
async function sendFor(
  task: Task,
  send: (message: string) => Promise<unknown>,
): Promise<Count> {
  const start = performance.now();
  let count = 0;
  do {
    for (let i = 0; i < 50; i++) await send(`${MARK}${count++}`);
  } while (performance.now() - start < task.milliseconds);
  await send(`${END} ${count}`);
  return { count, milliseconds: performance.now() - start };
}

async function push(library: Library, task: Task): Promise<Count> {
  const { keys } = task;
  const socket = new library.Push({
    linger: 5000,
    ...(keys && {
      curveServerKey: keys.serverPublic,
      curvePublicKey: keys.clientPublic,
      curveSecretKey: keys.clientSecret,
    }),
  });
  socket.connect(task.endpoint!);
  const sent = await sendFor(task, (message) => socket.send(message));
  await socket.close();
  return sent;
}

async function pull(library: Library, task: Task, tell: Tell): Promise<Count> {
  const { keys } = task;
  const socket = new library.Pull(
    keys && {
      curveServer: true,
      curvePublicKey: keys.serverPublic,
      curveSecretKey: keys.serverSecret,
    },
  );
  await socket.bind(ANY_PORT);
  tell(socket.lastEndpoint!);
  const counter = new Counter();
  for await (const [message] of socket) {
    if (counter.take(decode(message))) break;
  }
  await socket.close();
  return counter.result;
}

async function publish(
  library: Library,
  task: Task,
  tell: Tell,
): Promise<Count> {
  // So that no message of a leg is dropped, however slow the subscriber is.
  const socket = new library.XPublisher({
    sendHighWaterMark: 0,
    linger: 5000,
  });
  await socket.bind(ANY_PORT);
  tell(socket.lastEndpoint!);
  await socket.receive();
  const sent = await sendFor(task, async (message) => {
    await socket.send([UNWANTED, message]);
    await socket.send([TOPIC, message]);
  });
  await socket.close();
  return sent;
}

async function subscribe(library: Library, task: Task): Promise<Count> {
  const socket = new library.Subscriber({ receiveHighWaterMark: 0 });
  socket.subscribe(TOPIC);
  socket.connect(task.endpoint!);
  const counter = new Counter();
  for await (const [topic, message] of socket) {
    if (decode(topic) !== TOPIC) throw new Error("Got what nobody wanted");
    if (counter.take(decode(message))) break;
  }
  await socket.close();
  return counter.result;
}

async function ask(library: Library, task: Task): Promise<Count> {
  const socket = new library.Request();
  socket.connect(task.endpoint!);
  const result = await sendFor(task, async (message) => {
    await socket.send(message);
    const [reply] = await socket.receive();
    if (decode(reply) !== `re: ${message}`) throw new Error("A wrong reply");
  });
  await socket.close();
  return result;
}

async function answer(
  library: Library,
  _task: Task,
  tell: Tell,
): Promise<Count> {
  const socket = new library.Reply({ linger: 5000 });
  await socket.bind(ANY_PORT);
  tell(socket.lastEndpoint!);
  const counter = new Counter();
  for (let ended = false; !ended;) {
    const [message] = await socket.receive();
    ended = counter.take(decode(message));
    await socket.send(`re: ${decode(message)}`);
  }
  await socket.close();
  return counter.result;
}

async function deal(library: Library, task: Task): Promise<Count> {
  const socket = new library.Dealer({ routingId: `dealer ${task.leg}` });
  socket.connect(task.endpoint!);
  const open: string[] = [];
  const settle = async (): Promise<void> => {
    const [reply] = await socket.receive();
    if (decode(reply) !== `re: ${open.shift()}`) {
      throw new Error("A wrong reply");
    }
  };
  const result = await sendFor(task, async (message) => {
    open.push(message);
    await socket.send(message);
    while (open.length >= WINDOW) await settle();
  });
  while (open.length > 0) await settle();
  await socket.close();
  return result;
}

async function route(library: Library, task: Task, tell: Tell): Promise<Count> {
  const socket = new library.Router({ linger: 5000 });
  await socket.bind(ANY_PORT);
  tell(socket.lastEndpoint!);
  const counter = new Counter();
  for (let ended = false; !ended;) {
    const [id, message] = await socket.receive();
    if (decode(id) !== `dealer ${task.leg}`) throw new Error("A wrong id");
    ended = counter.take(decode(message));
    await socket.send([id!, `re: ${decode(message)}`]);
  }
  await socket.close();
  return counter.result;
}

const ROLES: Readonly<Record<string, Readonly<Record<"a" | "b", Role>>>> = {
  pipeline: { a: push, b: pull },
  pubsub: { a: publish, b: subscribe },
  reqrep: { a: ask, b: answer },
  router: { a: deal, b: route },
  curve: { a: push, b: pull },
};

/** Does what the tour asks for. */
export async function play(
  library: Library,
  task: Task,
  tell: Tell,
): Promise<Count> {
  const role = ROLES[task.pattern]?.[task.side];
  if (role === undefined) throw new Error(`Unknown leg "${task.pattern}"`);
  return await role(library, task, tell);
}
