// Peers of ZMTP 1.0, 2.0 and 3.0, with the little of a socket type that the
// wire does not do by itself: the delimiter of a request, and subscriptions.
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteStream,
  Listener,
  Transport,
} from "../../src/transport/transport.ts";
import type { Foreign, ForeignOptions, ForeignSocket } from "./foreign.ts";
import { octets } from "./messages.ts";
import { type Introduction, type OldVersion, OldWire } from "./old_wire.ts";
import { within } from "./wait.ts";

/** An implementation of one old version. */
export class OldPeer implements Foreign {
  readonly name: string;
  readonly #version: OldVersion;
  readonly #transport: (scheme: string) => Transport;

  constructor(
    version: OldVersion,
    transport: (scheme: string) => Transport,
  ) {
    this.name = `a peer of ZMTP ${version}`;
    this.#version = version;
    this.#transport = transport;
  }

  socket(type: string, options: ForeignOptions = {}): Promise<OldSocket> {
    const socket = new OldSocket(type, options, this.#version, this.#transport);
    return Promise.resolve(socket);
  }
}

/** One socket, for one connection. */
export class OldSocket implements ForeignSocket {
  readonly #type: string;
  readonly #identity: Uint8Array;
  readonly #version: OldVersion;
  readonly #transport: (scheme: string) => Transport;
  readonly #topics: Uint8Array[] = [];
  // What a publisher's peer subscribed to.
  readonly #wanted = new Map<string, Uint8Array>();
  readonly #messages: Uint8Array[][] = [];
  #wake: () => void = () => {};
  #start!: (wire: OldWire) => void;
  readonly #wire: Promise<OldWire>;
  /** What the other side said of itself. */
  readonly told: Promise<Introduction>;
  #listener: Listener | undefined;
  #stream: ByteStream | undefined;

  constructor(
    type: string,
    options: ForeignOptions,
    version: OldVersion,
    transport: (scheme: string) => Transport,
  ) {
    this.#type = type;
    const { ROUTING_ID = "" } = options;
    this.#identity = octets(`${ROUTING_ID}`);
    this.#version = version;
    this.#transport = transport;
    const connected = new Promise<OldWire>((resolve) => this.#start = resolve);
    this.told = connected.then((wire) => wire.greet(type, this.#identity));
    this.#wire = this.told.then(() => connected);
    this.#wire.then((wire) => this.#read(wire)).catch(() => {});
  }

  async bind(endpoint: string): Promise<string> {
    const parsed = parseEndpoint(endpoint);
    this.#listener = await this.#transport(parsed.scheme).listen(
      parsed,
      { backlog: 1 },
      (stream) => this.#use(stream),
    );
    return this.#listener.endpoint;
  }

  async connect(endpoint: string): Promise<void> {
    const parsed = parseEndpoint(endpoint);
    const { signal } = new AbortController();
    const transport = this.#transport(parsed.scheme);
    this.#use(await transport.connect(parsed, { signal }));
  }

  async subscribe(...topics: Uint8Array[]): Promise<void> {
    this.#topics.push(...topics);
    // RFC 13: "A subscriber SHALL NOT send any content".
    if (this.#version === "1.0") return;
    const wire = await this.#online();
    for (const topic of topics) wire.sayMessage([Uint8Array.of(1, ...topic)]);
  }

  async send(...messages: (readonly Uint8Array[])[]): Promise<void> {
    const wire = await this.#online();
    for (const message of messages) {
      if (!this.#isWanted(message)) continue;
      const isRequest = this.#type === "REQ";
      wire.sayMessage(isRequest ? [octets(""), ...message] : message);
    }
  }

  async receive(
    count: number,
    skip?: readonly Uint8Array[],
  ): Promise<Uint8Array[][]> {
    const messages: Uint8Array[][] = [];
    while (messages.length < count) {
      const message = await this.#next();
      if (`${message}` !== `${skip}`) messages.push(message);
    }
    return messages;
  }

  async echo(count: number): Promise<void> {
    const wire = await this.#online();
    for (let i = 0; i < count; i++) wire.sayMessage(await this.#next());
  }

  /** Resolves once the other side has dropped the connection. */
  async dropped(): Promise<void> {
    const { octets } = await within(this.#wire, "the connection");
    while (!octets.gone) await new Promise<void>((wake) => this.#wake = wake);
  }

  async close(): Promise<void> {
    this.#stream?.close();
    await this.#listener?.close();
  }

  #use(stream: ByteStream): void {
    this.#stream = stream;
    this.#start(new OldWire(stream, this.#version));
  }

  #online(): Promise<OldWire> {
    return within(this.#wire, "the greeting");
  }

  async #next(): Promise<Uint8Array[]> {
    while (this.#messages.length === 0) {
      const more = new Promise<void>((resolve) => this.#wake = resolve);
      await within(more, "a message");
    }
    const message = this.#messages.shift()!;
    return this.#type === "REQ" ? message.slice(1) : message;
  }

  async #read(wire: OldWire): Promise<void> {
    try {
      for (;;) {
        const message = await wire.message();
        if (!this.#isTaken(message)) continue;
        this.#messages.push(message);
        this.#wake();
      }
    } finally {
      this.#wake();
    }
  }

  /** True when the application is to see a message. */
  #isTaken(message: readonly Uint8Array[]): boolean {
    const [first] = message as [Uint8Array];
    if (this.#type === "SUB") return begins(first, this.#topics);
    if (!this.#publishes || first.length === 0 || first[0]! > 1) return true;
    const topic = first.subarray(1);
    if (first[0] === 1) this.#wanted.set(`${topic}`, topic);
    else this.#wanted.delete(`${topic}`);
    return this.#type === "XPUB";
  }

  #isWanted(message: readonly Uint8Array[]): boolean {
    // RFC 13: whoever subscribes filters.
    if (!this.#publishes || this.#version === "1.0") return true;
    return begins(message[0]!, [...this.#wanted.values()]);
  }

  get #publishes(): boolean {
    return this.#type === "PUB" || this.#type === "XPUB";
  }
}

function begins(frame: Uint8Array, topics: readonly Uint8Array[]): boolean {
  return topics.some((topic) =>
    topic.every((octet, i) => frame[i] === octet) &&
    topic.length <= frame.length
  );
}
