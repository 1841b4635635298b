// A network of datagrams in the hands of a test: nothing leaves, arrives or
// goes wrong before the test says so.
import { toBytes, toKey } from "../../src/base/bytes.ts";
import { EngineContext } from "../../src/context/context.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { type DatagramAddress, parseUdp } from "../../src/endpoint/udp.ts";
import type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "../../src/transport/datagram.ts";
import type { ZmqError } from "../../mod.ts";
import { FakeNetwork, FakeWorld } from "./fake_network.ts";

/** Where strange datagrams come from. */
export const STRANGER: DatagramAddress = { host: "192.0.2.9", port: 9 };

/** A socket that a test moves by hand. */
export class FakeDatagramSocket implements DatagramSocket {
  readonly endpoint: string;
  readonly settings: DatagramSettings;
  /** What was sent and has not left. */
  readonly flying: { readonly octets: Uint8Array; readonly to: string }[] = [];
  held = true;
  closed = false;
  /** What close() waits for. */
  closing: Promise<void> = Promise.resolve();
  readonly #sink: DatagramSink;

  constructor(
    { text }: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ) {
    this.endpoint = text.replace(/:(0|\*)$/, ":4000");
    this.settings = settings;
    this.#sink = sink;
  }

  send(octets: Uint8Array, to?: DatagramAddress): void {
    const where = to === undefined ? "" : `${to.host}:${to.port}`;
    this.flying.push({ octets, to: where });
  }

  close(): Promise<void> {
    this.closed = true;
    return this.closing;
  }

  hold(keepsProcess: boolean): void {
    this.held = keepsProcess;
  }

  /** Lets what was sent leave; the texts of it. */
  leave(count: number = this.flying.length, error?: unknown): string[] {
    const left = this.flying.splice(0, count);
    for (const _ of left) this.#sink.sent(error);
    return left.map(({ octets, to }) => `${to}${toKey(octets)}`);
  }

  /** Lets a datagram arrive. */
  arrive(octets: Uint8Array | string, from: DatagramAddress = STRANGER): void {
    const bytes = typeof octets === "string" ? toBytes(octets) : octets;
    this.#sink.received(bytes, from);
  }

  /** Goes away by itself. */
  vanish(error?: unknown): void {
    this.#sink.closed(error);
  }
}

/** The transport, under the name of udp. */
export class FakeDatagrams extends FakeNetwork<FakeDatagramSocket>
  implements DatagramTransport {
  readonly scheme: string = "udp";
  readonly options: ReadonlySet<string> = new Set(["multicastHops"]);

  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    parseUdp(endpoint, role);
  }

  open(
    endpoint: Endpoint,
    settings: DatagramSettings,
    sink: DatagramSink,
  ): Promise<DatagramSocket> {
    return this.opened(() => new FakeDatagramSocket(endpoint, settings, sink));
  }
}

/** A network, a clock, and a context with both. */
export class DatagramWorld extends FakeWorld {
  readonly network: FakeDatagrams = new FakeDatagrams();
  readonly context: EngineContext = new EngineContext({
    runtime: {
      name: "test",
      transports: [],
      datagrams: [this.network],
      clock: this.clock,
      options: new Set(),
    },
  });
}

/** What a call comes to: "done", or the code of its error. */
export async function outcome(sent: () => unknown): Promise<string> {
  try {
    await sent();
    return "done";
  } catch (error) {
    return (error as ZmqError).code;
  }
}
