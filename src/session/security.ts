/**
 * Which mechanism a socket's options ask for, and how one is made for each
 * connection.
 *
 * @module
 */

import { EMPTY, toBytes } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import { loadNoble } from "../security/crypto.ts";
import type { CurveCrypto } from "../security/curve_crypto.ts";
import { toCurveKeys } from "../security/curve_keys.ts";
import {
  type MechanismFactory,
  type MechanismMaker,
  MESSAGE_OVERHEAD,
} from "../security/mechanism.ts";
import type { NullMechanism } from "../security/null.ts";
import type { PlainClient, PlainServer } from "../security/plain.ts";

/** The mechanisms that are loaded with the first endpoint. */
export interface Mechanisms {
  /** NULL. */
  readonly NullMechanism: typeof NullMechanism;
  /** The client of PLAIN. */
  readonly PlainClient: typeof PlainClient;
  /** The server of PLAIN. */
  readonly PlainServer: typeof PlainServer;
}

/** Makes the maker of a mechanism from what has been loaded for it. */
export type MechanismChoice = (
  mechanisms: Mechanisms,
) => MechanismMaker | Promise<MechanismMaker>;

/**
 * Chooses the mechanism that the options ask for. Done once an endpoint:
 * what it needs is loaded afterwards.
 *
 * @param loadCurve loads the cryptography of CURVE.
 * @throws {ZmqError} `EINVAL` for options that do not fit together, `ENOTSUP`
 * for a mechanism that is not there.
 */
export function chooseMechanism(
  options: Options,
  extra: readonly MechanismFactory[] = [],
  loadCurve: () => Promise<CurveCrypto> = loadNoble,
): MechanismChoice {
  const name = options.securityMechanism;
  switch (name) {
    case null:
      return nullMaker;
    case "plain":
      return plainChoice(options);
    case "curve":
      return curveChoice(options, loadCurve);
  }
  const factory = extra.find((each) => each.name === name);
  if (factory !== undefined) return made(factory.prepare(options));
  throw new ZmqError(
    "ENOTSUP",
    `Cannot use the mechanism ${quote(name)}: the context does not have it`,
  );
}

/**
 * Octets that a pipe's frames leave free before their bodies, so that they
 * can be sealed in place; 0 where they are not sealed, or not in place.
 */
export function sealRoom(type: SocketType, options: Options): number {
  const isSealed = type !== "STREAM" && options.securityMechanism === "curve";
  return isSealed ? MESSAGE_OVERHEAD : 0;
}

/** What was begun may fail before anybody asks for it. */
function made(
  maker: MechanismMaker | Promise<MechanismMaker>,
): MechanismChoice {
  if (maker instanceof Promise) maker.catch(() => {});
  return () => maker;
}

const nullMaker: MechanismChoice = ({ NullMechanism }) => ({
  name: "NULL",
  asServer: false,
  make: (setup, authenticate) => new NullMechanism(setup, { authenticate }),
});

function plainChoice(options: Options): MechanismChoice {
  const credentials = {
    username: octetsOf(options.plainUsername),
    password: octetsOf(options.plainPassword),
  };
  const asServer = options.plainServer;
  return ({ PlainClient, PlainServer }) => ({
    name: "PLAIN",
    asServer,
    make: (setup) =>
      asServer ? new PlainServer(setup) : new PlainClient(setup, credentials),
  });
}

function curveChoice(
  options: Options,
  load: () => Promise<CurveCrypto>,
): MechanismChoice {
  const { curveSecretKey, curvePublicKey, curveServerKey } = options;
  const asServer = options.curveServer;
  if (curveSecretKey === null) throw missing("curveSecretKey");
  const keys = toCurveKeys(curveSecretKey, curvePublicKey ?? undefined);
  if (!asServer && curveServerKey === null) throw missing("curveServerKey");
  const serverKey = curveServerKey ?? EMPTY;
  return async () => {
    const [crypto, { CurveClient, CurveServer }] = await Promise.all([
      load(),
      import("../security/curve.ts"),
    ]);
    return {
      name: "CURVE",
      asServer,
      make: (setup) =>
        asServer
          ? new CurveServer(setup, { crypto, keys })
          : new CurveClient(setup, { crypto, keys, serverKey }),
    };
  };
}

function octetsOf(text: string | null): Uint8Array {
  return text === null ? EMPTY : toBytes(text);
}

function missing(option: string): ZmqError {
  return new ZmqError("EINVAL", `Cannot use CURVE: "${option}" is not set`);
}
