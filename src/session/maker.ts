/**
 * Makes the connections of an endpoint. What they are made of is loaded for
 * the first endpoint: a program that imports the library does not wait for it.
 *
 * @module
 */

import type { Options } from "../options/options.ts";
import type {
  Connection,
  ConnectionOwner,
  ConnectionSetup,
} from "./connection.ts";
import type { SessionHost } from "./host.ts";
import type * as Parts from "./parts.ts";
import { chooseMechanism, type MechanismMaker } from "./security.ts";

/** Makes one connection over a stream. */
export type ConnectionMaker = (
  setup: ConnectionSetup,
  owner: ConnectionOwner,
) => Connection;

let loaded: typeof Parts | undefined;

/**
 * Prepares what the options ask for. Done once an endpoint; at once when all
 * of it was loaded before.
 *
 * @throws {ZmqError} `EINVAL` for security options that do not fit together,
 * `ENOTSUP` for a mechanism that is not there.
 */
export function prepareConnections(
  host: SessionHost,
  options: Options,
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
    const sessions = (maker: MechanismMaker): ConnectionMaker =>
    (
      setup,
      owner,
    ) => new parts.Session(setup, maker, owner);
    const maker = mechanism(parts);
    return maker instanceof Promise ? maker.then(sessions) : sessions(maker);
  };
  return loaded === undefined ? loadParts().then(make) : make(loaded);
}

async function loadParts(): Promise<typeof Parts> {
  return loaded ??= await import("./parts.ts");
}
