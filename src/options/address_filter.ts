/**
 * Ranges of IP addresses, `192.168.0.0/16` or `fe80::/10`, and whether an
 * address is in one of them. RFC 4632 and RFC 4291.
 *
 * @module
 */

/** A range of addresses. */
export interface AddressFilter {
  /** The range as it was given. */
  readonly text: string;
  /** An address of the range: 4 or 16 octets. */
  readonly octets: Uint8Array;
  /** How many leading bits of an address must be the same. */
  readonly bits: number;
}

/** Reads a range, or an address; `undefined` when it is none. */
export function parseAddressFilter(text: string): AddressFilter | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const octets = parseIp(address);
  if (octets === undefined || rest.length > 0) return undefined;
  const most = octets.length * 8;
  if (length === undefined) return { text, octets, bits: most };
  if (!/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= most ? { text, octets, bits } : undefined;
}

/**
 * True when there is no filter, or when the address is in one of the ranges.
 *
 * @param address an IP address, or an endpoint: `tcp://192.168.1.2:49152`. What
 * is no IP address is in no range.
 */
export function acceptsAddress(
  filters: readonly AddressFilter[],
  address: string,
): boolean {
  if (filters.length === 0) return true;
  const octets = parseIp(hostOf(address));
  if (octets === undefined) return false;
  return filters.some((filter) => contains(filter, octets));
}

function contains(filter: AddressFilter, octets: Uint8Array): boolean {
  if (filter.octets.length !== octets.length) return false;
  for (let bit = 0; bit < filter.bits; bit += 8) {
    const at = bit >> 3;
    const ignored = Math.max(0, 8 - (filter.bits - bit));
    if ((filter.octets[at]! ^ octets[at]!) >> ignored !== 0) return false;
  }
  return true;
}

/** The host of an endpoint, without brackets; an address is its own. */
function hostOf(address: string): string {
  const rest = address.replace(/^[a-z]+:\/\//, "");
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(rest);
  if (bracketed !== null) return bracketed[1]!;
  return /^[^:]*:\d+$/.test(rest) ? rest.slice(0, rest.indexOf(":")) : rest;
}

function parseIp(text: string): Uint8Array | undefined {
  const octets = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  if (octets === undefined || octets.length === 4) return octets;
  // RFC 4291 §2.5.5.2: how a socket of both families shows an IPv4 peer.
  const isMapped = octets.subarray(0, 12).every((octet, i) =>
    octet === (i < 10 ? 0 : 255)
  );
  return isMapped ? octets.slice(12) : octets;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  // A leading zero is octal to some and decimal to others.
  const isOctet = (part: string) =>
    /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255;
  return parts.every(isOctet) ? Uint8Array.from(parts, Number) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.replace(/%.*$/, "").split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0]!, halves.length === 1);
  if (head === undefined) return undefined;
  if (halves.length === 1) {
    return head.length === 16 ? Uint8Array.from(head) : undefined;
  }
  const tail = groupsOf(halves[1]!, true);
  // "::" stands for one group of zeros at least.
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  const octets = new Uint8Array(16);
  octets.set(head);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The octets of groups between colons; the last may be written as IPv4. */
function groupsOf(text: string, mayEndInIpv4: boolean): number[] | undefined {
  const octets: number[] = [];
  const groups = text === "" ? [] : text.split(":");
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 255);
      continue;
    }
    const isLast = mayEndInIpv4 && i === groups.length - 1;
    const last = isLast ? parseIpv4(group) : undefined;
    if (last === undefined) return undefined;
    octets.push(...last);
  }
  return octets;
}
