/**
 * Options of who may talk to whom: PLAIN, CURVE and ZAP. RFC 24, 26 and 27.
 *
 * @module
 */

import {
  flag,
  key,
  option,
  type OptionGroup,
  type SecurityMechanism,
  text,
} from "./option.ts";

/**
 * How every socket secures its connections. Setting an option of a mechanism
 * selects the mechanism; the last one set counts. A mechanism stays selected
 * while any of its options is set.
 */
export interface SecurityOptions {
  /**
   * The mechanism that the options set so far have selected; `null` is NULL.
   * Default: null. `ZMQ_MECHANISM`
   */
  readonly securityMechanism: SecurityMechanism;
  /**
   * True: the socket is a PLAIN server, whose peers need a user name and a
   * password. Default: false. `ZMQ_PLAIN_SERVER`
   */
  plainServer: boolean;
  /**
   * The user name for PLAIN servers, 1 to 255 octets. Makes the socket a PLAIN
   * client. Default: null. `ZMQ_PLAIN_USERNAME`
   */
  plainUsername: string | null;
  /**
   * The password for PLAIN servers, 1 to 255 octets. Makes the socket a PLAIN
   * client. Default: null. `ZMQ_PLAIN_PASSWORD`
   */
  plainPassword: string | null;
  /**
   * True: the socket is a CURVE server, and needs `curveSecretKey`. Default:
   * false. `ZMQ_CURVE_SERVER`
   */
  curveServer: boolean;
  /**
   * The socket's own public key, 40 characters of Z85 or 32 octets; reads as
   * Z85. Default: null. `ZMQ_CURVE_PUBLICKEY`
   */
  curvePublicKey: string | Uint8Array | null;
  /**
   * The socket's own secret key, 40 characters of Z85 or 32 octets; reads as
   * Z85. Default: null. `ZMQ_CURVE_SECRETKEY`
   */
  curveSecretKey: string | Uint8Array | null;
  /**
   * The public key of the server, 40 characters of Z85 or 32 octets; reads as
   * Z85. Makes the socket a CURVE client. Default: null. `ZMQ_CURVE_SERVERKEY`
   */
  curveServerKey: string | Uint8Array | null;
  /**
   * The ZAP domain of the socket's peers. With NULL, peers are authenticated
   * only when it is set. Default: null. `ZMQ_ZAP_DOMAIN`
   */
  zapDomain: string | null;
  /**
   * True: only a domain makes the socket ask about its peers. Without one, a
   * PLAIN server refuses all and a CURVE server admits whoever has a key.
   * Default: false. `ZMQ_ZAP_ENFORCE_DOMAIN`
   */
  zapEnforceDomain: boolean;
}

/** The rows of {@linkcode SecurityOptions}. */
export const securityOptions = (): OptionGroup<SecurityOptions> => ({
  securityMechanism: option<SecurityMechanism>({
    libzmq: [["ZMQ_MECHANISM", 43]],
    kind: "choice",
    access: "read-only",
    default: null,
  }),
  plainServer: flag({
    libzmq: [["ZMQ_PLAIN_SERVER", 44]],
    mechanism: "plain",
    role: "server",
  }),
  plainUsername: text({
    libzmq: [["ZMQ_PLAIN_USERNAME", 45]],
    mechanism: "plain",
    role: "client",
  }),
  plainPassword: text({
    libzmq: [["ZMQ_PLAIN_PASSWORD", 46]],
    mechanism: "plain",
    role: "client",
    secret: true,
  }),
  curveServer: flag({
    libzmq: [["ZMQ_CURVE_SERVER", 47]],
    mechanism: "curve",
    role: "server",
  }),
  curvePublicKey: key({
    libzmq: [["ZMQ_CURVE_PUBLICKEY", 48]],
    mechanism: "curve",
  }),
  curveSecretKey: key({
    libzmq: [["ZMQ_CURVE_SECRETKEY", 49]],
    mechanism: "curve",
    secret: true,
  }),
  curveServerKey: key({
    libzmq: [["ZMQ_CURVE_SERVERKEY", 50]],
    mechanism: "curve",
    role: "client",
  }),
  zapDomain: text({ libzmq: [["ZMQ_ZAP_DOMAIN", 55]], min: 0 }),
  zapEnforceDomain: flag({ libzmq: [["ZMQ_ZAP_ENFORCE_DOMAIN", 93]] }),
});
