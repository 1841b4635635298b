/**
 * Options of transports and mechanisms that not every runtime has: GSSAPI,
 * SOCKS5, WebSocket, VMCI. Until an extension adds their names to the
 * runtime's, setting one throws `ENOTSUP`.
 *
 * @module
 */

import {
  choice,
  flag,
  integer,
  option,
  type OptionGroup,
  text,
} from "./option.ts";

/** What kind of name a GSSAPI principal is. */
export type GssapiNameType = "hostBased" | "userName" | "krb5Principal";

/** Options of every socket for transports and mechanisms of extensions. */
export interface ExtensionOptions {
  /**
   * True: the socket is a GSSAPI server. Default: false. `ZMQ_GSSAPI_SERVER`
   */
  gssapiServer: boolean;
  /**
   * The socket's own principal, 1 to 255 octets. Default: null.
   * `ZMQ_GSSAPI_PRINCIPAL`
   */
  gssapiPrincipal: string | null;
  /**
   * The server's principal, 1 to 255 octets. Makes the socket a GSSAPI client.
   * Default: null. `ZMQ_GSSAPI_SERVICE_PRINCIPAL`
   */
  gssapiServicePrincipal: string | null;
  /**
   * True: GSSAPI authenticates and does not encrypt; both sides have to set
   * it. Default: false.
   * `ZMQ_GSSAPI_PLAINTEXT`
   */
  gssapiPlainText: boolean;
  /**
   * The kind of name of `gssapiPrincipal`. Default: "hostBased".
   * `ZMQ_GSSAPI_PRINCIPAL_NAMETYPE`
   */
  gssapiPrincipalNameType: GssapiNameType;
  /**
   * The kind of name of `gssapiServicePrincipal`. Default: "hostBased".
   * `ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE`
   */
  gssapiServicePrincipalNameType: GssapiNameType;
  /**
   * The SOCKS5 proxy that TCP connections go through, `"host:port"` or
   * `"[ipv6]:port"`. It resolves the names of peers. Default: null.
   * `ZMQ_SOCKS_PROXY`
   */
  socksProxy: string | null;
  /**
   * The user name for the proxy, at most 255 octets. With one, the proxy must
   * ask for it; without, it must ask for nothing. Default: null.
   * `ZMQ_SOCKS_USERNAME`
   */
  socksUsername: string | null;
  /**
   * The password for the proxy, at most 255 octets. Default: null.
   * `ZMQ_SOCKS_PASSWORD`
   */
  socksPassword: string | null;
  /**
   * The secret key of a `wss` listener, as PEM, not encrypted. Default: null.
   * `ZMQ_WSS_KEY_PEM`
   */
  wssKeyPem: string | null;
  /**
   * The certificate of a `wss` listener, as PEM; those between it and the one
   * that clients trust follow it. Default: null. `ZMQ_WSS_CERT_PEM`
   */
  wssCertPem: string | null;
  /**
   * The certificates that `wss` connections trust, as PEM. Without them and
   * `wssTrustSystem` no server is trusted. Default: null. `ZMQ_WSS_TRUST_PEM`
   */
  wssTrustPem: string | null;
  /**
   * The host name that the certificate of a `wss` server must be for, and that
   * the server is told; null: that of the endpoint. Default: null; libzmq
   * checks no name then. `ZMQ_WSS_HOSTNAME`
   */
  wssHostname: string | null;
  /**
   * True: `wss` connections trust what the runtime trusts by default. Default:
   * false. `ZMQ_WSS_TRUST_SYSTEM`
   */
  wssTrustSystem: boolean;
  /**
   * The origins of web pages that a `ws` or `wss` listener lets in, such as
   * `"https://example.org"`, or `"*"` for all; `null`: those of the same host,
   * whatever their port. Who is no browser names no origin and comes in.
   * Default: null. libzmq lets all pages in.
   */
  webSocketOrigins: readonly string[] | null;
  /**
   * Octets of a VMCI connection's buffer; 0 leaves it to the system. Default:
   * 0. `ZMQ_VMCI_BUFFER_SIZE`
   */
  vmciBufferSize: number;
  /**
   * The least octets of a VMCI connection's buffer; 0 leaves it to the system.
   * Default: 0. `ZMQ_VMCI_BUFFER_MIN_SIZE`
   */
  vmciBufferMinSize: number;
  /**
   * The most octets of a VMCI connection's buffer; 0 leaves it to the system.
   * Default: 0. `ZMQ_VMCI_BUFFER_MAX_SIZE`
   */
  vmciBufferMaxSize: number;
  /**
   * Milliseconds that connecting over VMCI may take; -1 leaves it to the
   * system. Default: -1. `ZMQ_VMCI_CONNECT_TIMEOUT`
   */
  vmciConnectTimeout: number;
}

const GSSAPI = { needs: "the GSSAPI mechanism" } as const;
const GSSAPI_CREDENTIAL = { ...GSSAPI, mechanism: "gssapi" } as const;
const SOCKS = { platform: true } as const;
const WSS = { platform: true } as const;
const VMCI = { needs: "the VMCI transport" } as const;
const VMCI_SIZE = {
  ...VMCI,
  max: Number.MAX_SAFE_INTEGER,
  default: 0,
  unit: "octets",
} as const;
const PEM = { ...WSS, min: 0, max: 1048576 } as const;
const NAME_TYPES = {
  ...GSSAPI,
  choices: ["hostBased", "userName", "krb5Principal"],
  default: "hostBased",
} as const;

/** The rows of {@linkcode ExtensionOptions}. */
export const extensionOptions = (): OptionGroup<ExtensionOptions> => ({
  gssapiServer: flag({
    libzmq: [["ZMQ_GSSAPI_SERVER", 62]],
    ...GSSAPI_CREDENTIAL,
    role: "server",
  }),
  gssapiPrincipal: text({
    libzmq: [["ZMQ_GSSAPI_PRINCIPAL", 63]],
    ...GSSAPI_CREDENTIAL,
  }),
  gssapiServicePrincipal: text({
    libzmq: [["ZMQ_GSSAPI_SERVICE_PRINCIPAL", 64]],
    ...GSSAPI_CREDENTIAL,
    role: "client",
  }),
  gssapiPlainText: flag({ libzmq: [["ZMQ_GSSAPI_PLAINTEXT", 65]], ...GSSAPI }),
  gssapiPrincipalNameType: choice<GssapiNameType>({
    libzmq: [["ZMQ_GSSAPI_PRINCIPAL_NAMETYPE", 90]],
    ...NAME_TYPES,
  }),
  gssapiServicePrincipalNameType: choice<GssapiNameType>({
    libzmq: [["ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE", 91]],
    ...NAME_TYPES,
  }),
  socksProxy: text({
    libzmq: [["ZMQ_SOCKS_PROXY", 68]],
    ...SOCKS,
    form: "host:port",
  }),
  socksUsername: text({
    libzmq: [["ZMQ_SOCKS_USERNAME", 99]],
    ...SOCKS,
    min: 0,
  }),
  socksPassword: text({
    libzmq: [["ZMQ_SOCKS_PASSWORD", 100]],
    ...SOCKS,
    min: 0,
    secret: true,
  }),
  wssKeyPem: text({ libzmq: [["ZMQ_WSS_KEY_PEM", 103]], ...PEM, secret: true }),
  wssCertPem: text({ libzmq: [["ZMQ_WSS_CERT_PEM", 104]], ...PEM }),
  wssTrustPem: text({ libzmq: [["ZMQ_WSS_TRUST_PEM", 105]], ...PEM }),
  wssHostname: text({ libzmq: [["ZMQ_WSS_HOSTNAME", 106]], ...WSS, min: 0 }),
  wssTrustSystem: flag({ libzmq: [["ZMQ_WSS_TRUST_SYSTEM", 107]], ...WSS }),
  webSocketOrigins: option<readonly string[] | null>({
    platform: true,
    kind: "origins",
    default: null,
  }),
  vmciBufferSize: integer({
    libzmq: [["ZMQ_VMCI_BUFFER_SIZE", 85]],
    ...VMCI_SIZE,
  }),
  vmciBufferMinSize: integer({
    libzmq: [["ZMQ_VMCI_BUFFER_MIN_SIZE", 86]],
    ...VMCI_SIZE,
  }),
  vmciBufferMaxSize: integer({
    libzmq: [["ZMQ_VMCI_BUFFER_MAX_SIZE", 87]],
    ...VMCI_SIZE,
  }),
  vmciConnectTimeout: integer({
    libzmq: [["ZMQ_VMCI_CONNECT_TIMEOUT", 88]],
    ...VMCI,
    min: -1,
    lowest: "the system's default",
    default: -1,
    unit: "ms",
  }),
});
