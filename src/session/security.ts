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
  type Mechanism,
  type MechanismSetup,
  MESSAGE_OVERHEAD,
} from "../security/mechanism.ts";
import { NullMechanism } from "../security/null.ts";
import { PlainClient, PlainServer } from "../security/plain.ts";

/** Makes one mechanism for each connection of an endpoint. */
export interface MechanismMaker {
  /** The name in the greeting. */
  readonly name: string;
  /** The as-server octet of the greeting. */
  readonly asServer: boolean;
  /**
   * Makes the mechanism for one connection.
   *
   * @param authenticate NULL: true when the peer needs to be admitted.
   */
  make(setup: MechanismSetup, authenticate: boolean): Mechanism;
}

/** A mechanism that is not built in, `"gssapi"`. */
export interface MechanismFactory {
  /** The value of the `securityMechanism` option that it is for. */
  readonly name: string;
  /**
   * Loads what the mechanism needs.
   *
   * @throws {ZmqError} `EINVAL` for options that do not fit together.
   */
  prepare(options: Options): MechanismMaker | Promise<MechanismMaker>;
}

const NULL_MAKER: MechanismMaker = {
  name: "NULL",
  asServer: false,
  make: (setup, authenticate) => new NullMechanism(setup, { authenticate }),
};

/**
 * Prepares the mechanism that the options ask for. Done once an endpoint:
 * only CURVE has to wait, for its cryptography.
 *
 * @param loadCurve loads the cryptography of CURVE.
 * @throws {ZmqError} `EINVAL` for options that do not fit together, `ENOTSUP`
 * for a mechanism that is not there.
 */
export function prepareMechanism(
  options: Options,
  extra: readonly MechanismFactory[] = [],
  loadCurve: () => Promise<CurveCrypto> = loadNoble,
): MechanismMaker | Promise<MechanismMaker> {
  const name = options.securityMechanism;
  switch (name) {
    case null:
      return NULL_MAKER;
    case "plain":
      return plainMaker(options);
    case "curve":
      return curveMaker(options, loadCurve);
  }
  const factory = extra.find((each) => each.name === name);
  if (factory !== undefined) return factory.prepare(options);
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

function plainMaker(options: Options): MechanismMaker {
  const credentials = {
    username: octetsOf(options.plainUsername),
    password: octetsOf(options.plainPassword),
  };
  const asServer = options.plainServer;
  return {
    name: "PLAIN",
    asServer,
    make: (setup) =>
      asServer ? new PlainServer(setup) : new PlainClient(setup, credentials),
  };
}

function curveMaker(
  options: Options,
  load: () => Promise<CurveCrypto>,
): Promise<MechanismMaker> {
  const { curveSecretKey, curvePublicKey, curveServerKey } = options;
  const asServer = options.curveServer;
  if (curveSecretKey === null) throw missing("curveSecretKey");
  const keys = toCurveKeys(curveSecretKey, curvePublicKey ?? undefined);
  if (!asServer && curveServerKey === null) throw missing("curveServerKey");
  const serverKey = curveServerKey ?? EMPTY;
  return Promise.all([load(), import("../security/curve.ts")]).then(
    ([crypto, { CurveClient, CurveServer }]) => ({
      name: "CURVE",
      asServer,
      make: (setup) =>
        asServer
          ? new CurveServer(setup, { crypto, keys })
          : new CurveClient(setup, { crypto, keys, serverKey }),
    }),
  );
}

function octetsOf(text: string | null): Uint8Array {
  return text === null ? EMPTY : toBytes(text);
}

function missing(option: string): ZmqError {
  return new ZmqError("EINVAL", `Cannot use CURVE: "${option}" is not set`);
}
