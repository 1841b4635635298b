/**
 * The opening handshake of WebSockets in both roles (RFC 6455 §4): what to
 * say, and whether what was said will do. Sans-I/O.
 *
 * libzmq reads with less care than HTTP allows: the order and the spelling of
 * what is written here is its own.
 *
 * @module
 */

import {
  concat,
  fromKey,
  printable,
  randomBytes,
  toBytes,
} from "../base/bytes.ts";
import { ZmqError } from "../base/errors.ts";
import { subprotocolOf } from "./websocket_names.ts";
import {
  headError,
  type HttpFields,
  type HttpHead,
  openingReason,
  requestLine,
  statusLine,
} from "./http_head.ts";

/** RFC 6455 §1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A request to open a WebSocket, however it was read. */
export interface OpeningRequest {
  /** `"GET"`, hopefully. */
  readonly method: string;
  /** The path and the query, or a whole URL. */
  readonly target: string;
  /** The version of HTTP: `"1.1"`. */
  readonly version: string;
  /** The fields. */
  readonly fields: HttpFields;
}

/** Who may open a WebSocket at one path. */
export interface OpeningPolicy {
  /** The subprotocols that are spoken there. */
  readonly subprotocols: readonly string[];
  /**
   * The origins of web pages that may connect, `"*"` for all; `null` for those
   * on the same host.
   */
  readonly origins: readonly string[] | null;
}

/** A request that is granted. */
export interface Grant<Policy extends OpeningPolicy> {
  /** The policy that it met. */
  readonly policy: Policy;
  /**
   * The subprotocol, as it was asked for: the first that names one of those
   * spoken.
   */
  readonly subprotocol: string;
  /** The client's key. */
  readonly key: string;
  /** The parameters behind the path. */
  readonly query: URLSearchParams;
}

/** A request that is refused. */
export interface Refusal {
  /** The status of the response. */
  readonly status: number;
  /** Why, in words that hold nothing of the request. */
  readonly why: string;
}

/** The request that a head holds. */
export function requestOf({ start, fields }: HttpHead): OpeningRequest {
  const [, method = "", target = "", version = ""] = requestLine.exec(start) ??
    [];
  return { method, target, version, fields };
}

/** The path of a request's target. */
export function pathOf(target: string): string {
  // RFC 9112 §3.2.2: a server has to understand the absolute form.
  const rest = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const path = rest.replace(/[?#].*$/s, "");
  return path === "" ? "/" : path;
}

/**
 * Judges a request (RFC 6455 §4.2.1).
 *
 * @param find the policy of a path, if there is one.
 */
export function judgeOpening<Policy extends OpeningPolicy>(
  request: OpeningRequest,
  find: (path: string) => Policy | undefined,
): Grant<Policy> | Refusal {
  const { fields } = request;
  const refusal = malformed(request);
  if (refusal !== undefined) return refusal;
  const policy = find(pathOf(request.target));
  if (policy === undefined) {
    return { status: 404, why: "No socket is bound to this path" };
  }
  if (!fields.has("Upgrade", "websocket")) {
    return { status: 426, why: "Expected a WebSocket" };
  }
  if (!fields.has("Connection", "upgrade")) {
    return { status: 400, why: "Expected the field Connection: Upgrade" };
  }
  if (fields.only("Sec-WebSocket-Version") !== "13") {
    return { status: 426, why: "Expected version 13 of WebSockets" };
  }
  const key = fields.only("Sec-WebSocket-Key") ?? "";
  // The base64 of 16 octets, RFC 6455 §4.1.
  if (!/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key)) {
    return { status: 400, why: "Expected a key of 16 octets" };
  }
  if (!mayEnter(fields, policy.origins)) {
    return { status: 403, why: "Pages of this origin may not connect" };
  }
  const offered = fields.list("Sec-WebSocket-Protocol");
  const subprotocol = offered.find((one) =>
    policy.subprotocols.includes(subprotocolOf(one))
  );
  if (subprotocol === undefined || new Set(offered).size < offered.length) {
    const spoken = policy.subprotocols.join(", ");
    return { status: 400, why: `Expected one of the subprotocols ${spoken}` };
  }
  const query = new URLSearchParams(/\?(.*)$/s.exec(request.target)?.[1]);
  return { policy, subprotocol, key, query };
}

/** What is wrong with a request as such, if anything is. */
function malformed(
  { method, version, fields }: OpeningRequest,
): Refusal | undefined {
  if (method !== "GET") return { status: 405, why: "Expected a GET request" };
  if (version !== "1.1") return { status: 505, why: "Expected HTTP/1.1" };
  // Servers that join the values of fields have two as "a, b".
  if (!/^[^\s,]+$/.test(fields.only("Host") ?? "")) {
    return { status: 400, why: "Expected one field Host" };
  }
  for (const name of ["Upgrade", "Origin"]) {
    if (fields.all(name).length > 1) {
      return { status: 400, why: `Expected the field ${name} once` };
    }
  }
  const length = fields.all("Content-Length");
  if (
    fields.all("Transfer-Encoding").length > 0 ||
    length.some((one) => !/^0+$/.test(one))
  ) return { status: 400, why: "Expected a request without a body" };
  return undefined;
}

/** True when the page that asks, if one does, may connect. */
function mayEnter(
  fields: HttpFields,
  origins: readonly string[] | null,
): boolean {
  const origin = fields.only("Origin")?.toLowerCase();
  if (origin === undefined || origins?.includes("*")) return true;
  if (origins !== null) {
    return origins.some((each) => each.toLowerCase() === origin);
  }
  const host = hostOf(`http://${fields.only("Host")}`);
  return host !== undefined && hostOf(origin) === host;
}

/** The host of an origin, without its port; `undefined` for what has none. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(:\d*)?$/
    .exec(origin.toLowerCase())?.[1];
}

/** What a server answers to a key (RFC 6455 §4.2.2). */
export async function acceptKey(key: string): Promise<string> {
  const octets = toBytes(key + GUID);
  const digest = await crypto.subtle.digest("SHA-1", octets as BufferSource);
  return toBase64(new Uint8Array(digest));
}

/** A key for a request: 16 random octets (RFC 6455 §4.1). */
export function openingKey(): string {
  return toBase64(randomBytes(16));
}

function toBase64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}

/** What a request is made of. */
export interface RequestParts {
  /** The host and, unless it is the scheme's own, the port. */
  readonly host: string;
  /** The path and the query. */
  readonly target: string;
  /** The key. */
  readonly key: string;
  /** The subprotocols, the preferred one first. */
  readonly subprotocols: readonly string[];
}

/** The octets of a request. */
export function encodeRequest(parts: RequestParts): Uint8Array {
  return encodeHead([
    `GET ${parts.target} HTTP/1.1`,
    `Host: ${parts.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${parts.key}`,
    `Sec-WebSocket-Protocol: ${parts.subprotocols.join(",")}`,
    "Sec-WebSocket-Version: 13",
  ]);
}

/** The octets of the response that opens a WebSocket. */
export function encodeGrant(accept: string, subprotocol: string): Uint8Array {
  return encodeHead([
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ]);
}

const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  426: "Upgrade Required",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/** The fields that belong to a refusal's status. */
export function refusalFields(
  status: number,
): readonly (readonly [name: string, value: string])[] {
  if (status === 405) return [["Allow", "GET"]];
  if (status !== 426) return [];
  // RFC 9110 §15.5.22 and RFC 6455 §4.4.
  return [["Upgrade", "websocket"], ["Sec-WebSocket-Version", "13"]];
}

/** The octets of the response that refuses. */
export function encodeRefusal({ status, why }: Refusal): Uint8Array {
  const body = `${why}\n`;
  const connection = status === 426 ? "Upgrade, close" : "close";
  const head = encodeHead([
    `HTTP/1.1 ${status} ${phrases[status]}`,
    ...refusalFields(status).map(([name, value]) => `${name}: ${value}`),
    `Connection: ${connection}`,
    "Content-Type: text/plain",
    `Content-Length: ${body.length}`,
  ]);
  return concat([head, toBytes(body)]);
}

/** The error that a refusal is to the server's events. */
export function refusalError({ status, why }: Refusal): ZmqError {
  return headError(`it was refused with status ${status}: ${why}`);
}

function encodeHead(lines: readonly string[]): Uint8Array {
  return toBytes(`${lines.join("\r\n")}\r\n\r\n`);
}

/**
 * Checks a response (RFC 6455 §4.1).
 *
 * @param accept what the server has to answer to the key.
 * @param subprotocols those that were asked for.
 * @returns the subprotocol.
 * @throws {ZmqError} `EACCES` when the client is not let in, else `EPROTO`.
 */
export function checkResponse(
  { start, fields }: HttpHead,
  accept: string,
  subprotocols: readonly string[],
): string {
  const [, version, status, phrase = ""] = statusLine.exec(start) ?? [];
  if (status !== "101") throw statusError(status!, phrase);
  if (version !== "1.1") throw headError("expected HTTP/1.1");
  const upgrade = fields.only("Upgrade");
  if (upgrade?.toLowerCase() !== "websocket") {
    throw headError("expected the field Upgrade: websocket");
  }
  if (!fields.has("Connection", "upgrade")) {
    throw headError("expected the field Connection: Upgrade");
  }
  if (fields.only("Sec-WebSocket-Accept") !== accept) {
    throw headError("the field Sec-WebSocket-Accept does not fit the key");
  }
  if (fields.all("Sec-WebSocket-Extensions").length > 0) {
    throw headError("it uses an extension that was not asked for");
  }
  const subprotocol = fields.only("Sec-WebSocket-Protocol") ?? "";
  if (subprotocols.includes(subprotocol)) return subprotocol;
  throw headError("it chose no subprotocol that was asked for");
}

function statusError(status: string, phrase: string): ZmqError {
  const said = printable(fromKey(phrase), 80);
  const what = `The server answered ${status} ${said}`.trimEnd();
  const why = status.startsWith("3")
    ? `${what}: redirections are not followed`
    : `${what}, expected 101 Switching Protocols`;
  if (status === "401" || status === "403") return new ZmqError("EACCES", why);
  return new ZmqError("EPROTO", why, { reason: openingReason });
}
