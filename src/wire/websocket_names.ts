/**
 * Names of subprotocols as browsers can say them. RFC 45 names them
 * `ZWS2.0/NULL`; but RFC 6455 §4.1 wants tokens, in which there is no slash,
 * and what a browser is given for `new WebSocket()` must be one. So our
 * browsers ask for `ZWS2.0-NULL`, and our servers understand it.
 *
 * @module
 */

/** The name that a browser asks with. */
export function tokenOf(subprotocol: string): string {
  return subprotocol.replace("/", "-");
}

/** What a name means that was asked with. */
export function subprotocolOf(token: string): string {
  return token.replace(/^ZWS2\.0-/, "ZWS2.0/");
}
