/**
 * Browsers, and whatever else has the Web's globals, as a
 * {@linkcode Runtime}: WebSockets that are connected, names between the tabs
 * and workers of an origin, and a clock.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import type { Runtime } from "../../src/transport/runtime.ts";
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  Transport,
} from "../../src/transport/transport.ts";
import { systemClock } from "../clock.ts";
import type { LocksLike } from "./channel.ts";
import { broadcastTransport } from "./ports.ts";

/**
 * The runtime for browsers. Where a program has a `WebSocket` too, it may use
 * this one for its sake: `new Context({ runtime: webRuntime() })`.
 */
export function webRuntime(): Runtime {
  const clock = systemClock();
  const { locks } = (globalThis.navigator ?? {}) as { locks?: LocksLike };
  return {
    name: "web",
    transports: [
      new WebSocketTransport("ws", clock),
      new WebSocketTransport("wss", clock),
      broadcastTransport(() => clock, { locks }),
    ],
    clock,
    options: new Set(),
  };
}

/** Connects the platform's WebSockets. */
class WebSocketTransport implements Transport {
  readonly makesWebSockets = true;
  readonly scheme: string;
  readonly #clock: Clock;

  constructor(scheme: string, clock: Clock) {
    this.scheme = scheme;
    this.#clock = clock;
  }

  check(endpoint: Endpoint, role: "bind" | "connect"): void {
    if (role === "bind") throw cannotBind(endpoint);
    const { text } = endpoint;
    if (URL.canParse(text) && !/[*;#@]/.test(text)) return;
    throw new ZmqError(
      "EINVAL",
      `Cannot parse endpoint ${quote(text)}: expected ` +
        `"${this.scheme}://host:port/path"`,
      { address: text },
    );
  }

  async connect(
    endpoint: Endpoint,
    options: ConnectOptions,
  ): Promise<ByteStream> {
    this.check(endpoint, "connect");
    options.signal.throwIfAborted();
    const { dialWebSocket } = await import("./web_socket.ts");
    options.signal.throwIfAborted();
    return await dialWebSocket(endpoint, this.#clock, options);
  }

  listen(endpoint: Endpoint): Promise<Listener> {
    return Promise.reject(cannotBind(endpoint));
  }
}

function cannotBind({ text }: Endpoint): ZmqError {
  return new ZmqError(
    "ENOTSUP",
    `Cannot bind ${quote(text)}: the web runtime cannot listen; connect to a ` +
      "socket that does",
    { address: text },
  );
}
