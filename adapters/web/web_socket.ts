/**
 * Opens a WebSocket of the platform.
 *
 * @module
 */

import type { Clock } from "../../src/base/clock.ts";
import { quote, ZmqError } from "../../src/base/errors.ts";
import type { Endpoint } from "../../src/endpoint/endpoint.ts";
import { PlatformWebSocketStream } from "../../src/transport/platform_web_socket.ts";
import { tokenOf } from "../../src/wire/websocket_names.ts";
import type {
  ByteStream,
  ConnectOptions,
} from "../../src/transport/transport.ts";

/**
 * Opens a WebSocket.
 *
 * @throws {ZmqError} `ECONNREFUSED` for whatever reason: the platform tells
 * none, so that pages cannot look around in the networks of their visitors.
 */
export function dialWebSocket(
  { scheme, text }: Endpoint,
  clock: Clock,
  { signal, subprotocols = [], maxQueuedBytes = -1 }: ConnectOptions,
): Promise<ByteStream> {
  if (typeof WebSocket !== "function") {
    throw new ZmqError(
      "ENOTSUP",
      `Cannot connect to ${quote(text)}: the runtime has no WebSocket`,
      { address: text },
    );
  }
  return new Promise((resolve, reject) => {
    const refuse = (cause: unknown): void => {
      const what = `Cannot connect to ${quote(text)}: nothing listens there, ` +
        "or it refused, or it speaks no ZeroMQ";
      const options = { address: text, cause };
      reject(new ZmqError("ECONNREFUSED", what, options));
    };
    let socket: WebSocket;
    try {
      socket = new WebSocket(text, subprotocols.map(tokenOf));
    } catch (cause) {
      // A page that came by https may not open a WebSocket without TLS.
      refuse(cause);
      return;
    }
    socket.addEventListener("open", () => {
      const remoteAddress = `${scheme}://${new URL(text).host}`;
      resolve(
        new PlatformWebSocketStream(socket, {
          role: "client",
          localAddress: `${scheme}://*:0`,
          remoteAddress,
          clock,
          maxHeldBytes: maxQueuedBytes < 0 ? Infinity : maxQueuedBytes,
        }),
      );
    });
    const failed = ({ type }: Event): void =>
      refuse(new Error(`The WebSocket told of "${type}" before "open"`));
    // Not every platform tells of both.
    socket.addEventListener("error", failed);
    socket.addEventListener("close", failed);
    signal.addEventListener("abort", () => {
      reject(signal.reason);
      if (socket.readyState === 0) socket.close();
    });
  });
}
