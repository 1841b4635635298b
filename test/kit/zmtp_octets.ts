// The octets of a ZMTP 3 handshake, put together by hand: what a raw peer
// says must not come from the code under test.
import { concat, fromHex, toBytes } from "../../src/base/bytes.ts";

/** A greeting of ZMTP 3 with a minor version, of a client. */
export function greeting(minor: 0 | 1, mechanism = "NULL"): Uint8Array {
  const octets = new Uint8Array(64);
  octets.set(fromHex("ff00000000000000017f03"));
  octets[11] = minor;
  octets.set(toBytes(mechanism), 12);
  return octets;
}

/** A command in a short frame. */
export function command(name: string, ...data: Uint8Array[]): Uint8Array {
  const body = concat([Uint8Array.of(name.length), toBytes(name), ...data]);
  return concat([Uint8Array.of(4, body.length), body]);
}

/** A READY command of a socket type, without an identity. */
export function ready(type: string): Uint8Array {
  const name = "Socket-Type";
  return command(
    "READY",
    Uint8Array.of(name.length),
    toBytes(name),
    Uint8Array.of(0, 0, 0, type.length),
    toBytes(type),
  );
}

/** A short frame of a message; the last one, unless `more`. */
export function frame(body: Uint8Array | string, more = false): Uint8Array {
  const octets = typeof body === "string" ? toBytes(body) : body;
  return concat([Uint8Array.of(more ? 1 : 0, octets.length), octets]);
}
