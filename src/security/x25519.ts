/**
 * X25519, RFC 7748 §5: the scalar multiplication that makes a public key of a
 * secret one.
 *
 * It exists for key generation, which the API offers synchronously, while the
 * cryptography of connections is loaded on first use. It knows nothing of
 * boxes, keys as text or connections.
 *
 * A field element is 16 limbs of 16 bits, least significant first, in
 * doubles: no sum of limb products reaches 2^53. No branch and no index
 * depends on a secret.
 *
 * @module
 */

/** Octets of a scalar and of a coordinate. */
export const X25519_LENGTH = 32;

const LIMBS = 16;
const RADIX = 65536;
const TOP_BIT = 254;

type Element = Float64Array;

const product = new Float64Array(2 * LIMBS - 1);

/**
 * Multiplies the point with the u-coordinate by the scalar (both 32 octets).
 * A point of low order gives 32 zero octets, which the caller must refuse.
 */
export function x25519(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const k = new Uint8Array(scalar);
  // RFC 7748 §5, decodeScalar25519.
  k[0]! &= 248;
  k[31] = (k[31]! & 127) | 64;
  const x1 = unpack(point);
  const x2 = element(1);
  const z2 = element(0);
  const x3 = x1.slice();
  const z3 = element(1);
  const a = element(0);
  const b = element(0);
  const c = element(0);
  const d = element(0);
  let swap = 0;
  for (let t = TOP_BIT; t >= 0; t--) {
    const bit = (k[t >> 3]! >> (t & 7)) & 1;
    swap ^= bit;
    exchange(swap, x2, x3);
    exchange(swap, z2, z3);
    swap = bit;
    add(a, x2, z2); // A
    subtract(b, x2, z2); // B
    add(c, x3, z3); // C
    subtract(d, x3, z3); // D
    multiply(d, d, a); // DA
    multiply(c, c, b); // CB
    add(x3, d, c);
    multiply(x3, x3, x3);
    subtract(z3, d, c);
    multiply(z3, z3, z3);
    multiply(z3, z3, x1);
    multiply(a, a, a); // AA
    multiply(b, b, b); // BB
    multiply(x2, a, b);
    subtract(c, a, b); // E
    scale(d, c, 121665);
    add(d, d, a);
    multiply(z2, c, d);
  }
  exchange(swap, x2, x3);
  exchange(swap, z2, z3);
  invert(z2, z2);
  multiply(x2, x2, z2);
  k.fill(0);
  return pack(x2);
}

/** The public key of a secret key (32 octets): the multiple of the base 9. */
export function x25519PublicKey(secretKey: Uint8Array): Uint8Array {
  const base = new Uint8Array(X25519_LENGTH);
  base[0] = 9;
  return x25519(secretKey, base);
}

function element(value: number): Element {
  const limbs = new Float64Array(LIMBS);
  limbs[0] = value;
  return limbs;
}

function add(out: Element, a: Element, b: Element): void {
  for (let i = 0; i < LIMBS; i++) out[i] = a[i]! + b[i]!;
}

function subtract(out: Element, a: Element, b: Element): void {
  for (let i = 0; i < LIMBS; i++) out[i] = a[i]! - b[i]!;
}

function scale(out: Element, a: Element, factor: number): void {
  for (let i = 0; i < LIMBS; i++) out[i] = a[i]! * factor;
  carry(out);
}

function multiply(out: Element, a: Element, b: Element): void {
  const sums = product;
  sums.fill(0);
  for (let i = 0; i < LIMBS; i++) {
    const limb = a[i]!;
    for (let j = 0; j < LIMBS; j++) sums[i + j]! += limb * b[j]!;
  }
  // 2^256 = 38 modulo 2^255 - 19.
  for (let i = 0; i < LIMBS - 1; i++) {
    out[i] = sums[i]! + 38 * sums[i + LIMBS]!;
  }
  out[LIMBS - 1] = sums[LIMBS - 1]!;
  carry(out);
  carry(out);
}

/** Brings every limb near 16 bits; what leaves the top returns times 38. */
function carry(e: Element): void {
  let over = 0;
  for (let i = 0; i < LIMBS; i++) {
    const limb = e[i]! + over;
    over = Math.floor(limb / RADIX);
    e[i] = limb - over * RADIX;
  }
  e[0]! += 38 * over;
}

/** Exchanges two elements when `swap` is 1, in the time it takes when 0. */
function exchange(swap: number, a: Element, b: Element): void {
  // Limbs here come out of `carry`, so that they are 32-bit integers.
  const mask = -swap;
  for (let i = 0; i < LIMBS; i++) {
    const x = a[i]!;
    const y = b[i]!;
    const difference = mask & (x ^ y);
    a[i] = x ^ difference;
    b[i] = y ^ difference;
  }
}

/** `a` to the power of p - 2, the inverse. Every bit but 2 and 4 is one. */
function invert(out: Element, a: Element): void {
  const power = a.slice();
  for (let i = TOP_BIT - 1; i >= 0; i--) {
    multiply(power, power, power);
    if (i !== 2 && i !== 4) multiply(power, power, a);
  }
  out.set(power);
}

function unpack(bytes: Uint8Array): Element {
  const e = element(0);
  for (let i = 0; i < LIMBS; i++) {
    e[i] = bytes[2 * i]! + bytes[2 * i + 1]! * 256;
  }
  // RFC 7748 §5: the top bit MUST be masked.
  e[LIMBS - 1]! %= 32768;
  return e;
}

/** The canonical 32 octets: fully reduced modulo 2^255 - 19. */
function pack(e: Element): Uint8Array {
  const limbs = e.slice();
  carry(limbs);
  carry(limbs);
  carry(limbs);
  const reduced = element(0);
  // The value is below 2^256: subtracting p twice, where it is not below p.
  for (let round = 0; round < 2; round++) {
    let borrow = 0;
    for (let i = 0; i < LIMBS; i++) {
      const modulus = i === 0 ? 0xffed : i === LIMBS - 1 ? 0x7fff : 0xffff;
      const limb = limbs[i]! - modulus + borrow;
      borrow = Math.floor(limb / RADIX);
      reduced[i] = limb - borrow * RADIX;
    }
    exchange(1 + borrow, limbs, reduced);
  }
  const bytes = new Uint8Array(X25519_LENGTH);
  for (let i = 0; i < LIMBS; i++) {
    bytes[2 * i] = limbs[i]!;
    bytes[2 * i + 1] = limbs[i]! >> 8;
  }
  return bytes;
}
