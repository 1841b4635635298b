/**
 * The client's side of SOCKS version 5 (RFC 1928), with the user name and
 * password of RFC 1929: what to say, and what the answers mean. Sans-I/O.
 *
 * As with libzmq, one method is offered: the password where there is a user
 * name, else none. Names go to the proxy as they are, which resolves them.
 *
 * @module
 */

import { concat, EMPTY, toBytes } from "../base/bytes.ts";
import { type ErrorCode, ZmqError } from "../base/errors.ts";
import type { TcpAddress } from "../endpoint/tcp.ts";
import { parseAddressFilter } from "../options/address_filter.ts";

/** What is asked of a proxy. */
export interface Socks5Request {
  /** Where it is to connect to. */
  readonly destination: TcpAddress;
  /** The user name, at most 255 octets; none asks for no authentication. */
  readonly username?: string | null | undefined;
  /** The password, at most 255 octets. */
  readonly password?: string | null | undefined;
}

/** RFC 1928, section 3: the version. */
const VERSION = 5;
/** RFC 1929, section 2: the version of the negotiation. */
const LOGIN_VERSION = 1;
/** RFC 1928, section 3: the methods. */
const NO_AUTHENTICATION = 0;
const PASSWORD = 2;
const NONE_ACCEPTABLE = 255;
/** RFC 1928, section 4: the command, and the types of addresses. */
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** RFC 1928, section 6: what replies mean, in its words. */
const replies: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [1, ["EHOSTUNREACH", "general SOCKS server failure"]],
  [2, ["EACCES", "connection not allowed by ruleset"]],
  [3, ["EHOSTUNREACH", "network unreachable"]],
  [4, ["EHOSTUNREACH", "host unreachable"]],
  [5, ["ECONNREFUSED", "connection refused"]],
  [6, ["ETIMEDOUT", "TTL expired"]],
  [7, ["ENOTSUP", "command not supported"]],
  [8, ["ENOTSUP", "address type not supported"]],
]);

/** One exchange with a proxy. */
export class Socks5Exchange {
  readonly #request: Socks5Request;
  #next: () => Uint8Array | undefined = this.#readMethod;
  #read: Uint8Array = EMPTY;
  #rest: Uint8Array | undefined;

  /** Takes what is asked. */
  constructor(request: Socks5Request) {
    this.#request = request;
  }

  /** What came behind the reply; `undefined` until the proxy has connected. */
  get rest(): Uint8Array | undefined {
    return this.#rest;
  }

  /** True once the proxy was told where to connect to. */
  get asked(): boolean {
    return this.#next === this.#readReply;
  }

  /** What to say first. */
  hello(): Uint8Array {
    return Uint8Array.of(VERSION, 1, this.#method);
  }

  /**
   * Takes octets of the proxy.
   *
   * @returns what to say next, if anything.
   * @throws {ZmqError} when the proxy refuses, or does not speak SOCKS.
   */
  take(octets: Uint8Array): Uint8Array | undefined {
    this.#read = this.#read.length === 0
      ? octets
      : concat([this.#read, octets]);
    return this.#next();
  }

  get #method(): number {
    return this.#request.username ? PASSWORD : NO_AUTHENTICATION;
  }

  /** RFC 1928, section 3: `VER METHOD`. */
  #readMethod(): Uint8Array | undefined {
    const [version, method] = this.#read;
    this.#expectVersion(version);
    if (method === undefined) return undefined;
    if (method === NONE_ACCEPTABLE) {
      const offered = this.#method === PASSWORD
        ? "a user name and a password"
        : "no authentication";
      throw new ZmqError("EACCES", `The proxy does not accept ${offered}`, {
        reason: "ERR_SOCKS_METHOD",
      });
    }
    if (method !== this.#method) {
      throw broken(`it chose method ${method}, expected ${this.#method}`);
    }
    this.#expectNoMore();
    if (method === NO_AUTHENTICATION) return this.#ask();
    this.#next = this.#readLogin;
    return this.#login();
  }

  /** RFC 1929, section 2: `VER ULEN UNAME PLEN PASSWD`. */
  #login(): Uint8Array {
    const username = toBytes(this.#request.username!);
    const password = toBytes(this.#request.password ?? "");
    return concat([
      Uint8Array.of(LOGIN_VERSION, username.length),
      username,
      Uint8Array.of(password.length),
      password,
    ]);
  }

  /** RFC 1929, section 2: `VER STATUS`. */
  #readLogin(): Uint8Array | undefined {
    const [version, status] = this.#read;
    if (version !== undefined && version !== LOGIN_VERSION) {
      throw broken(
        `its answer to the password begins with ${version}, expected ` +
          LOGIN_VERSION,
      );
    }
    if (status === undefined) return undefined;
    if (status !== 0) {
      throw new ZmqError(
        "EACCES",
        "The proxy does not accept the user name or the password",
        { reason: "ERR_SOCKS_LOGIN" },
      );
    }
    this.#expectNoMore();
    return this.#ask();
  }

  /** RFC 1928, section 4: `VER CMD RSV ATYP DST.ADDR DST.PORT`. */
  #ask(): Uint8Array {
    this.#next = this.#readReply;
    const { kind, host, port } = this.#request.destination;
    const name = toBytes(host);
    const ip = kind === "name" ? undefined : parseAddressFilter(host)!.octets;
    const address = ip === undefined
      ? [Uint8Array.of(NAME, name.length), name]
      : [Uint8Array.of(ip.length === 4 ? IPV4 : IPV6), ip];
    return concat([
      Uint8Array.of(VERSION, CONNECT, 0),
      ...address,
      Uint8Array.of(port >> 8, port & 255),
    ]);
  }

  /** RFC 1928, section 6: `VER REP RSV ATYP BND.ADDR BND.PORT`. */
  #readReply(): undefined {
    const [version, reply, reserved, type, nameLength] = this.#read;
    this.#expectVersion(version);
    if (reply !== undefined && reply !== 0) {
      const [code, words] = replies.get(reply) ??
        ["EHOSTUNREACH", "which RFC 1928 does not name"];
      throw new ZmqError(code, `The proxy replied ${reply}, ${words}`, {
        reason: `ERR_SOCKS_REPLY_${reply}`,
      });
    }
    if (reserved !== undefined && reserved !== 0) {
      throw broken(`the reserved octet of its reply is ${reserved}, not 0`);
    }
    if (type === undefined) return;
    const length = addressLength(type, nameLength);
    const end = 4 + length + 2;
    if (this.#read.length < end) return;
    this.#rest = this.#read.subarray(end);
  }

  /** What has been answered is two octets; nothing else was asked yet. */
  #expectNoMore(): void {
    if (this.#read.length > 2) throw broken("it answers before it is asked");
    this.#read = EMPTY;
  }

  #expectVersion(version: number | undefined): void {
    if (version === undefined || version === VERSION) return;
    throw broken(`its answer begins with ${version}, expected ${VERSION}`);
  }
}

/** How long the address of a reply is, behind its type. */
function addressLength(type: number, nameLength: number = 0): number {
  switch (type) {
    case IPV4:
      return 4;
    case IPV6:
      return 16;
    case NAME:
      return 1 + nameLength;
  }
  throw broken(`the address of its reply is of the unknown type ${type}`);
}

function broken(why: string): ZmqError {
  return new ZmqError("EPROTO", `The proxy does not speak SOCKS 5: ${why}`, {
    reason: "ERR_SOCKS_PROTOCOL",
  });
}
