// A multicast network in the hands of a test: nothing arrives, is lost or goes
// wrong before the test says so.
import assert from "node:assert/strict";
import { EngineContext } from "../../src/context/context.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type {
  MulticastSettings,
  MulticastSink,
  MulticastSocket,
  MulticastTransport,
} from "../../src/transport/multicast.ts";
import type { MulticastFraming } from "../../src/wire/multicast.ts";
import { Publisher, Subscriber, type XSubscriber } from "../../mod.ts";
import { FakeNetwork, FakeWorld } from "./fake_network.ts";
import { text } from "./messages.ts";
import { until } from "./wait.ts";

/** An endpoint of that network. */
export const THERE = "fake://group:5555";

/** A socket that a test moves by hand. */
export class FakeMulticastSocket implements MulticastSocket {
  readonly endpoint: string;
  readonly maxUnit: number;
  readonly settings: MulticastSettings;
  /** What was sent. */
  readonly units: Uint8Array[] = [];
  /** How many octets may be sent from now on. */
  room = Infinity;
  held = true;
  closed = false;
  /** How often it was asked to bring more. */
  resumed = 0;
  readonly #sink: MulticastSink;

  constructor(
    { text }: Endpoint,
    settings: MulticastSettings,
    sink: MulticastSink,
    maxUnit: number,
  ) {
    this.endpoint = text;
    this.settings = settings;
    this.maxUnit = maxUnit;
    this.#sink = sink;
  }

  send(octets: Uint8Array): number {
    if (octets.length > this.maxUnit) throw new Error("too large");
    if (octets.length > this.room) return 0;
    this.room -= octets.length;
    this.units.push(octets.slice());
    return octets.length;
  }

  resume(): void {
    this.resumed++;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  hold(keepsProcess: boolean): void {
    this.held = keepsProcess;
  }

  /** Takes more from now on. */
  open(room = Infinity): void {
    this.room = room;
    this.#sink.writable();
  }

  /** Lets units arrive; false when the last one was the last for now. */
  arrive(units: readonly Uint8Array[], source = "fake://one"): boolean {
    let goesOn = true;
    for (const unit of units) goesOn = this.#sink.received(source, unit);
    return goesOn;
  }

  /** Lets something get lost. */
  lose(source = "fake://one"): void {
    this.#sink.lost(source, "the test says so");
  }

  /** Goes away by itself. */
  vanish(error?: unknown): void {
    this.#sink.closed(error);
  }
}

/** The transport. */
export class FakeMulticast extends FakeNetwork<FakeMulticastSocket>
  implements MulticastTransport {
  readonly scheme: string = "fake";
  readonly framing: MulticastFraming;
  readonly options: ReadonlySet<string> = new Set(["rate", "multicastHops"]);
  /** Octets of the largest unit of the next socket. */
  maxUnit = 100;
  /** What the next socket is. */
  make: typeof FakeMulticastSocket = FakeMulticastSocket;

  constructor(framing: MulticastFraming) {
    super();
    this.framing = framing;
  }

  open(
    endpoint: Endpoint,
    settings: MulticastSettings,
    sink: MulticastSink,
  ): Promise<MulticastSocket> {
    return this.opened(() =>
      new this.make(endpoint, settings, sink, this.maxUnit)
    );
  }
}

/** A network, a clock, and a context with both. */
export class MulticastWorld extends FakeWorld {
  readonly network: FakeMulticast;
  readonly context: EngineContext;

  constructor(framing: MulticastFraming = "pgm") {
    super();
    this.network = new FakeMulticast(framing);
    this.context = new EngineContext({
      runtime: {
        name: "test",
        transports: [],
        clock: this.clock,
        options: new Set(),
      },
      transports: [this.network],
    });
  }
}

/** A publisher that is connected, and its socket. */
export async function publisherIn(world: MulticastWorld, options: object = {}) {
  const pub = new Publisher({ context: world.context, ...options });
  const told = world.watch(pub);
  pub.connect(THERE);
  await until(() => told.names.includes("connect"), "it is open");
  return { pub, socket: world.network.last, ...told };
}

/** A subscriber that is connected, and its socket. */
export async function subscriberIn(
  world: MulticastWorld,
  options: object = {},
) {
  const sub = new Subscriber({ context: world.context, ...options });
  const told = world.watch(sub);
  sub.subscribe("");
  sub.connect(THERE);
  await until(() => told.names.includes("connect"), "it is open");
  return { sub, socket: world.network.last, ...told };
}

/** The next message of one frame. */
export async function heard(sub: Subscriber | XSubscriber): Promise<string> {
  const message = await sub.receive();
  assert.equal(message.length, 1);
  return text(message[0]);
}

/** The units that a publisher makes of messages. */
export async function unitsOf(
  world: MulticastWorld,
  messages: (string | string[])[],
): Promise<Uint8Array[]> {
  const { pub, socket } = await publisherIn(world);
  for (const message of messages) await pub.send(message);
  await pub.close();
  return socket.units;
}
