/**
 * ZeroMQ between tabs and workers: transports over message ports and over
 * `BroadcastChannel`. What they are made of is loaded for the first endpoint.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  Transport,
} from "../../src/transport/transport.ts";
import type { BroadcastWays, Channels, PortLike } from "./channel.ts";
import type * as PortTransport from "./port_transport.ts";

/** The longest name, as with inproc. */
const MAX_NAME = 256;

/** The transport to the other end of a port, `port://name`. */
export function portTransport(port: PortLike, clock: () => Clock): Transport {
  if (typeof port?.postMessage !== "function") {
    throw new ZmqError(
      "EINVAL",
      `Cannot use ${quote(port)} as a message port: expected a MessagePort, ` +
        "a Worker, or the scope of a worker",
    );
  }
  return new NamedTransport(
    "port",
    clock,
    ({ PortChannels }) => PortChannels.of(port),
  );
}

/** The transport between the tabs and workers of an origin. */
export function broadcastTransport(
  clock: () => Clock,
  ways: BroadcastWays = {},
): Transport {
  let channels: Channels | undefined;
  return new NamedTransport(
    "broadcast",
    clock,
    ({ BroadcastChannels }) => channels ??= new BroadcastChannels(ways),
  );
}

type Parts = typeof PortTransport;

class NamedTransport implements Transport {
  readonly scheme: string;
  readonly #clock: () => Clock;
  readonly #channels: (parts: Parts) => Channels;

  constructor(
    scheme: string,
    clock: () => Clock,
    channels: (parts: Parts) => Channels,
  ) {
    this.scheme = scheme;
    this.#clock = clock;
    this.#channels = channels;
  }

  check({ address, text }: Endpoint, role: "bind" | "connect"): void {
    const isAny = address === "*" && role === "bind";
    if (isAny || (!address.includes("*") && address.length <= MAX_NAME)) return;
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: expected a name without "*" of ` +
        `at most ${MAX_NAME} characters${role === "bind" ? ', or "*"' : ""}`,
      { address: text },
    );
  }

  async connect(
    endpoint: Endpoint,
    { signal }: ConnectOptions,
  ): Promise<ByteStream> {
    this.check(endpoint, "connect");
    signal.throwIfAborted();
    const parts = await import("./port_transport.ts");
    signal.throwIfAborted();
    const channels = this.#channels(parts);
    return await parts.callName(channels, this.#clock(), endpoint, signal);
  }

  async listen(
    endpoint: Endpoint,
    _options: ListenOptions,
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    this.check(endpoint, "bind");
    const parts = await import("./port_transport.ts");
    const channels = this.#channels(parts);
    return await parts.bindName(channels, this.#clock(), endpoint, accept);
  }
}
