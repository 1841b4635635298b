// The same security set up on both sides: ours by our options, libzmq's by
// its own. The side that binds is the server.
import { Context, curveKeyPair, type CurveLibrary } from "../../mod.ts";
import type { ForeignOptions } from "../kit/foreign.ts";

/** A mechanism of libzmq and of ours. */
export type Mechanism = "NULL" | "PLAIN" | "CURVE" | "GSSAPI";

/** The mechanisms that need nothing installed, in the order of the table. */
export const mechanisms: readonly Mechanism[] = ["NULL", "PLAIN", "CURVE"];

/** The ZAP domain of every server of these tests. */
export const DOMAIN = "interop";

/** Who may log in by PLAIN. */
export const USER = { name: "maria", password: "open sesame" } as const;

const server = curveKeyPair();
const client = curveKeyPair();

/** The keys of both sides. */
export const keys = { server, client } as const;

/** A context whose PLAIN servers know the one user, and every CURVE key. */
export function trustingContext(curveCrypto?: CurveLibrary): Context {
  return new Context({
    curveCrypto,
    authenticate: ({ mechanism, username, password }) =>
      mechanism === "CURVE" ||
      (username === USER.name && password === USER.password),
  });
}

/** Options of our socket. */
export function ourSecurity(mechanism: Mechanism, isServer: boolean): object {
  if (mechanism === "NULL") return {};
  if (mechanism === "GSSAPI") {
    return isServer
      ? { gssapiServer: true }
      : { gssapiServicePrincipal: "host@localhost" };
  }
  if (mechanism === "PLAIN") {
    return isServer
      ? { plainServer: true, zapDomain: DOMAIN }
      : { plainUsername: USER.name, plainPassword: USER.password };
  }
  return isServer
    ? {
      curveServer: true,
      curveSecretKey: server.secretKey,
      zapDomain: DOMAIN,
    }
    : {
      curveServerKey: server.publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    };
}

/** Options of the foreign socket. */
export function theirSecurity(
  mechanism: Mechanism,
  isServer: boolean,
): ForeignOptions {
  if (mechanism === "NULL") return {};
  if (mechanism === "GSSAPI") {
    return isServer
      ? { GSSAPI_SERVER: 1 }
      : { GSSAPI_SERVICE_PRINCIPAL: "host@localhost" };
  }
  if (mechanism === "PLAIN") {
    return isServer
      ? { PLAIN_SERVER: 1, ZAP_DOMAIN: DOMAIN }
      : { PLAIN_USERNAME: USER.name, PLAIN_PASSWORD: USER.password };
  }
  return isServer
    ? {
      CURVE_SERVER: 1,
      CURVE_PUBLICKEY: server.publicKey,
      CURVE_SECRETKEY: server.secretKey,
      ZAP_DOMAIN: DOMAIN,
    }
    : {
      CURVE_SERVERKEY: server.publicKey,
      CURVE_PUBLICKEY: client.publicKey,
      CURVE_SECRETKEY: client.secretKey,
    };
}
