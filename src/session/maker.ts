/**
 * Makes the connections of an endpoint. What they are made of is loaded for
 * the first endpoint: a program that imports the library does not wait for it.
 *
 * @module
 */

import { ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import type {
  Connection,
  ConnectionOwner,
  ConnectionSetup,
} from "./connection.ts";
import type { SessionHost } from "./host.ts";
import type * as Parts from "./parts.ts";
import type { MechanismMaker } from "../security/mechanism.ts";
import { chooseMechanism } from "./security.ts";

/** Makes one connection over a stream. */
export type ConnectionMaker = (
  setup: ConnectionSetup,
  owner: ConnectionOwner,
) => Connection;

type WebSockets = typeof import("./websocket_session.ts");

let loaded: typeof Parts | undefined;
let loadedWebSockets: WebSockets | undefined;

/**
 * Prepares what the options ask for. Done once an endpoint; at once when all
 * of it was loaded before.
 *
 * @param makesWebSockets true when the streams are going to be WebSockets.
 * @throws {ZmqError} `EINVAL` for security options that do not fit together,
 * `ENOTSUP` for a mechanism that is not there.
 */
export function prepareConnections(
  host: SessionHost,
  options: Options,
  makesWebSockets = false,
): ConnectionMaker | Promise<ConnectionMaker> {
  const mechanism = host.type === "STREAM"
    ? undefined
    : chooseMechanism(options, host.mechanisms, host.loadCurve);
  const make = (
    parts: typeof Parts,
  ): ConnectionMaker | Promise<ConnectionMaker> => {
    if (mechanism === undefined) {
      return (setup, owner) => new parts.RawSession(setup, owner);
    }
    const maker = mechanism(parts);
    return maker instanceof Promise
      ? maker.then((ready) => sessions(parts, ready))
      : sessions(parts, maker);
  };
  const isLoaded = loaded !== undefined &&
    (loadedWebSockets !== undefined || !makesWebSockets);
  return isLoaded ? make(loaded!) : loadParts(makesWebSockets).then(make);
}

function sessions(
  parts: typeof Parts,
  maker: MechanismMaker,
): ConnectionMaker {
  return (setup, owner) => {
    if (setup.stream.webSocket === undefined) {
      return new parts.Session(setup, maker, owner);
    }
    if (loadedWebSockets === undefined) {
      throw new ZmqError(
        "ENOTSUP",
        "Cannot speak over a WebSocket whose transport does not say that it " +
          'makes them: expected "makesWebSockets"',
      );
    }
    return new loadedWebSockets.WebSocketSession(setup, maker, owner);
  };
}

async function loadParts(withWebSockets: boolean): Promise<typeof Parts> {
  if (withWebSockets) {
    loadedWebSockets ??= await import("./websocket_session.ts");
  }
  return loaded ??= await import("./parts.ts");
}
