// libzmq by way of zeromq.js, in this very process. It crashes Bun, so only
// files for Node and Deno may import this.
import { Buffer } from "node:buffer";
import process from "node:process";
import * as zmq from "zeromq";
import * as draft from "zeromq/draft.js";
import type { Foreign, ForeignOptions, ForeignSocket } from "./foreign.ts";
import { PATIENCE } from "./wait.ts";

/** Why tests with zeromq.js cannot run here; `false`: they can. */
export const noZeromqJs: string | false = process.versions.bun === undefined
  ? false
  : "zeromq.js crashes Bun: oven-sh/bun#18546";

// Types that libzmq has and zeromq.js has no class for, by libzmq's numbers.

class Peer extends zmq.Socket {
  constructor(options: object) {
    super(19 as never, options);
  }
}

class Channel extends zmq.Socket {
  constructor(options: object) {
    super(20 as never, options);
  }
}

const classes: Readonly<Record<string, new (options: object) => zmq.Socket>> = {
  PAIR: zmq.Pair,
  PUB: zmq.Publisher,
  SUB: zmq.Subscriber,
  REQ: zmq.Request,
  REP: zmq.Reply,
  DEALER: zmq.Dealer,
  ROUTER: zmq.Router,
  PULL: zmq.Pull,
  PUSH: zmq.Push,
  XPUB: zmq.XPublisher,
  XSUB: zmq.XSubscriber,
  STREAM: zmq.Stream,
  CLIENT: draft.Client,
  SERVER: draft.Server,
  RADIO: draft.Radio,
  DISH: draft.Dish,
  SCATTER: draft.Scatter,
  GATHER: draft.Gather,
  PEER: Peer,
  CHANNEL: Channel,
};

/** The options of the tests, from libzmq's names to zeromq.js's. */
const optionNames: Readonly<Record<string, string>> = {
  ROUTING_ID: "routingId",
  ROUTER_MANDATORY: "mandatory",
  PLAIN_SERVER: "plainServer",
  PLAIN_USERNAME: "plainUsername",
  PLAIN_PASSWORD: "plainPassword",
  CURVE_SERVER: "curveServer",
  CURVE_SERVERKEY: "curveServerKey",
  CURVE_PUBLICKEY: "curvePublicKey",
  CURVE_SECRETKEY: "curveSecretKey",
  ZAP_DOMAIN: "zapDomain",
};

interface Both {
  send(message: readonly Uint8Array[]): Promise<void>;
  receive(): Promise<Uint8Array[]>;
}

/** What zeromq.js has beside the frames of drafts. */
type Beside = { readonly group: Uint8Array };

/** A group in front of the one frame of a RADIO or a DISH, as on the wire. */
function grouped(socket: zmq.Socket): Both {
  const radio = socket as unknown as draft.Radio;
  const dish = socket as unknown as draft.Dish;
  return {
    send: ([group, frame]) =>
      radio.send(frame as Buffer, { group: group as Buffer }),
    async receive() {
      const [frame, { group }] = await dish.receive() as [Buffer, Beside];
      return [group, frame];
    },
  };
}

/** A SERVER answers whoever it heard last. */
function answering(socket: zmq.Socket): Both {
  const server = socket as unknown as draft.Server;
  let last: { readonly routingId: number } = { routingId: 0 };
  return {
    send: ([frame]) => server.send(frame as Buffer, last),
    async receive() {
      const [frame, from] = await server.receive();
      last = from;
      return [frame];
    },
  };
}

function bothOf(socket: zmq.Socket): Both {
  if (socket instanceof draft.Radio || socket instanceof draft.Dish) {
    return grouped(socket);
  }
  if (socket instanceof draft.Server) return answering(socket);
  return socket as unknown as Both;
}

/** zeromq.js, with a ZAP handler that admits who shows the one password. */
export class ZeromqJsPeer implements Foreign {
  readonly name: string = `zeromq.js, libzmq ${zmq.version}`;
  readonly #context: zmq.Context = new zmq.Context();
  readonly #handler: zmq.Reply;

  private constructor() {
    this.#handler = new zmq.Reply({ context: this.#context });
  }

  /** Begins to answer ZAP requests. */
  static async start(
    user: { readonly name: string; readonly password: string },
  ): Promise<ZeromqJsPeer> {
    const peer = new ZeromqJsPeer();
    await peer.#handler.bind("inproc://zeromq.zap.01");
    void peer.#answer(user.name, user.password);
    return peer;
  }

  socket(type: string, options: ForeignOptions = {}): Promise<ForeignSocket> {
    const named: Record<string, unknown> = {
      linger: 0,
      context: this.#context,
    };
    for (const [name, value] of Object.entries(options)) {
      const own = optionNames[name];
      if (own === undefined) throw new Error(`No zeromq.js option for ${name}`);
      const isFlag = own.endsWith("Server") || own === "mandatory";
      named[own] = isFlag ? value === 1 : value;
    }
    const socket = new classes[type]!(named);
    return Promise.resolve(new ZeromqJsSocket(socket));
  }

  /** Stops answering. */
  end(): void {
    this.#handler.close();
  }

  async #answer(name: string, password: string): Promise<void> {
    for await (const request of this.#handler) {
      const [version, id, , , , mechanism, user, secret] = request.map(String);
      const ok = mechanism !== "PLAIN" ||
        (user === name && secret === password);
      await this.#handler.send([
        version!,
        id!,
        ok ? "200" : "400",
        "",
        // No user id: libzmq's REQ breaks off as a server when a peer has one.
        "",
        "",
      ]);
    }
  }
}

/** A socket of zeromq.js. */
class ZeromqJsSocket implements ForeignSocket {
  readonly #socket: zmq.Socket;
  readonly #both: Both;

  constructor(socket: zmq.Socket) {
    this.#socket = socket;
    this.#both = bothOf(socket);
    if ("receiveTimeout" in socket) socket.receiveTimeout = PATIENCE;
    if ("sendTimeout" in socket) socket.sendTimeout = PATIENCE;
  }

  async bind(endpoint: string): Promise<string> {
    await this.#socket.bind(endpoint);
    return this.#socket.lastEndpoint!;
  }

  connect(endpoint: string): Promise<void> {
    this.#socket.connect(endpoint);
    return Promise.resolve();
  }

  subscribe(...topics: Uint8Array[]): Promise<void> {
    const socket = this.#socket as zmq.Subscriber | draft.Dish;
    const buffers = topics.map((topic) => Buffer.from(topic));
    if (socket instanceof draft.Dish) socket.join(...buffers);
    else socket.subscribe(...buffers);
    return Promise.resolve();
  }

  async send(...messages: (readonly Uint8Array[])[]): Promise<void> {
    for (const message of messages) {
      // Copies: libzmq has them from now on, and the tests use theirs again.
      await this.#both.send(message.map((frame) => Buffer.from(frame)));
    }
  }

  async receive(
    count: number,
    skip?: readonly Uint8Array[],
  ): Promise<Uint8Array[][]> {
    const messages: Uint8Array[][] = [];
    while (messages.length < count) {
      const message = await this.#both.receive();
      if (!isSame(message, skip)) messages.push(message);
    }
    return messages;
  }

  async echo(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.#both.send(await this.#both.receive());
    }
  }

  close(): Promise<void> {
    this.#socket.close();
    return Promise.resolve();
  }
}

function isSame(
  message: readonly Uint8Array[],
  other: readonly Uint8Array[] | undefined,
): boolean {
  return other !== undefined && message.length === other.length &&
    message.every((frame, i) => Buffer.compare(frame, other[i]!) === 0);
}

/** zeromq.js's own classes, for tests that run its idioms. */
export { draft, zmq };
