/**
 * A second reader of WebSocket messages, as simple as can be: all octets at
 * once, one frame after the other. What the engine makes of octets is compared
 * with it.
 *
 * @module
 */

import { concat, toKey } from "../../src/base/bytes.ts";

/** What octets hold. */
export interface NaiveMessages {
  /** Messages, Pings and the Close, up to the end or what is wrong. */
  readonly heard: readonly string[];
  /** True when what follows must be refused. */
  readonly isBroken: boolean;
  /** True when there is a Close, right or wrong. */
  readonly hasClose: boolean;
}

const ZMTP_FLAGS = [0, 1, 4];

/** Octets, short enough to be compared quickly. */
export function digest(octets: Uint8Array): string {
  let sum = 0;
  for (const octet of octets) sum = (Math.imul(sum, 31) + octet) | 0;
  return `${octets.length} ${sum}`;
}

/** Reads octets, to their end or to the first that is wrong. */
export function readWebSocket(
  octets: Uint8Array,
  masked: boolean,
  limits: { readonly message: number; readonly command: number },
): NaiveMessages {
  const view = new DataView(
    octets.buffer,
    octets.byteOffset,
    octets.byteLength,
  );
  const heard: string[] = [];
  const end = (isBroken: boolean, hasClose = false) => (
    { heard, isBroken, hasClose }
  );
  let parts: Uint8Array[] | undefined;
  for (let at = 0; at < octets.length;) {
    const first = octets[at]!;
    const opcode = first & 15;
    const isFinal = first >= 128;
    if ((first & 0x70) !== 0 || ![0, 2, 8, 9, 10].includes(opcode)) {
      return end(true);
    }
    if (opcode >= 8 ? !isFinal : (opcode === 0) !== (parts !== undefined)) {
      return end(true);
    }
    if (at + 1 === octets.length) return end(false);
    const second = octets[at + 1]!;
    if ((second >= 128) !== masked) return end(true);
    let length = BigInt(second & 127);
    if (opcode >= 8 && length > 125n) return end(true);
    at += 2;
    if (length === 126n) {
      if (at + 2 > octets.length) return end(false);
      length = BigInt(view.getUint16(at));
      at += 2;
    } else if (length === 127n) {
      if (at + 8 > octets.length) return end(false);
      length = view.getBigUint64(at);
      if (length >= 2n ** 53n) return end(true);
      at += 8;
    }
    const from = at + (masked ? 4 : 0);
    if (from > octets.length) return end(false);
    const key = octets.subarray(at, from);
    const to = Math.min(octets.length, from + Number(length));
    const isWhole = BigInt(to - from) === length;
    const payload = octets.slice(from, to)
      .map((octet, i) => masked ? octet ^ key[i % 4]! : octet);
    at = to;
    if (opcode >= 8) {
      if (!isWhole) return end(false);
      if (opcode === 9) heard.push(`ping ${digest(payload)}`);
      if (opcode !== 8) continue;
      if (payload.length === 0) {
        heard.push("close undefined");
        return end(false, true);
      }
      const code = payload[0]! * 256 + (payload[1] ?? 0);
      const isRight = payload.length > 1 && isMeant(code) &&
        isUtf8(payload.slice(2));
      if (isRight) heard.push(`close ${code}`);
      return end(!isRight, true);
    }
    // The flag is the first octet of the message, in whatever frame it is.
    const before = concat(parts ?? []);
    const all = concat([before, payload]);
    const announced = BigInt(before.length) + length;
    if (announced > 0n && all.length === 0) return end(false);
    if (announced > 0n) {
      const flag = all[0]!;
      if (flag > 2) return end(true);
      const limit = flag === 2 ? limits.command : limits.message;
      if (announced - 1n > BigInt(limit)) return end(true);
    } else if (isFinal) return end(true);
    if (!isWhole) return end(false);
    parts = isFinal ? undefined : [all];
    if (isFinal) heard.push(`${ZMTP_FLAGS[all[0]!]} ${digest(all.slice(1))}`);
  }
  return end(false);
}

function isMeant(code: number): boolean {
  return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013]
    .concat(1014).includes(code) || (code >= 3000 && code < 5000);
}

function isUtf8(octets: Uint8Array): boolean {
  // What is no UTF-8 becomes another character there and back.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets);
  return toKey(new TextEncoder().encode(text)) === toKey(octets);
}
