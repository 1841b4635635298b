/**
 * What becomes of a conversation on its way: octets that flip, pieces that
 * are cut, doubled, swapped, lost or made up, lengths that lie.
 *
 * @module
 */

import fc from "fast-check";
import { concat } from "../../src/base/bytes.ts";

/** A change of a conversation, which is a list of pieces: frames mostly. */
export type Mutation = (pieces: Uint8Array[]) => void;

/** Sizes around which a reader can go wrong, as eight octets. */
const SIZES: readonly bigint[] = [
  0n,
  1n,
  255n,
  256n,
  0xffffn,
  0x10000n,
  0x10011n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const place = fc.nat(0xffff);
const octet = fc.nat(255);
const some = fc.uint8Array({ maxLength: 24 });

/** Names a mutation, so that a report of a failure can be read. */
function named(text: string, mutation: Mutation): Mutation {
  return Object.assign(mutation, { toString: () => text });
}

function at(pieces: Uint8Array[], position: number): number {
  return pieces.length === 0 ? -1 : position % pieces.length;
}

/** Replaces one piece by what a function makes of a copy of it. */
function changing(
  text: string,
  position: number,
  change: (piece: Uint8Array) => Uint8Array,
): Mutation {
  return named(`${text} in ${position}`, (pieces) => {
    const i = at(pieces, position);
    if (i >= 0) pieces[i] = change(pieces[i]!.slice());
  });
}

const flip = fc.tuple(place, place, fc.nat(7)).map(([piece, offset, bit]) =>
  changing(`flip bit ${bit} of ${offset}`, piece, (octets) => {
    if (octets.length > 0) octets[offset % octets.length]! ^= 1 << bit;
    return octets;
  })
);

const set = fc.tuple(place, place, octet).map(([piece, offset, value]) =>
  changing(`set ${offset} to ${value}`, piece, (octets) => {
    if (octets.length > 0) octets[offset % octets.length] = value;
    return octets;
  })
);

const cut = fc.tuple(place, place, place).map(([piece, from, to]) =>
  changing(`cut ${from} to ${to}`, piece, (octets) => {
    const [low, high] = [from, to].map((end) => end % (octets.length + 1))
      .sort((a, b) => a - b);
    return concat([octets.subarray(0, low), octets.subarray(high)]);
  })
);

const insert = fc.tuple(place, place, some).map(([piece, offset, more]) =>
  changing(`insert ${more.length} at ${offset}`, piece, (octets) => {
    const middle = offset % (octets.length + 1);
    return concat([
      octets.subarray(0, middle),
      more,
      octets.subarray(middle),
    ]);
  })
);

/** The frame's size is another one; what follows stays as it is. */
const resize = fc.tuple(place, fc.constantFrom(...SIZES), fc.boolean())
  .map(([piece, size, long]) =>
    changing(`size ${size}${long ? " long" : ""}`, piece, (octets) => {
      const flags = octets[0] ?? 0;
      const body = octets.subarray((flags & 2) !== 0 ? 9 : 2);
      const head = long || size > 255n
        ? new Uint8Array(9)
        : Uint8Array.of(flags & ~2, Number(size));
      if (head.length > 2) {
        head[0] = flags | 2;
        new DataView(head.buffer).setBigUint64(1, size);
      }
      return concat([head, body]);
    })
  );

const flags = fc.tuple(place, octet).map(([piece, value]) =>
  changing(`flags ${value}`, piece, (octets) => {
    if (octets.length > 0) octets[0] = value;
    return octets;
  })
);

const drop = place.map((piece) =>
  named(`drop ${piece}`, (pieces) => {
    if (pieces.length > 0) pieces.splice(at(pieces, piece), 1);
  })
);

const double = fc.tuple(place, place).map(([piece, to]) =>
  named(`double ${piece} to ${to}`, (pieces) => {
    if (pieces.length === 0) return;
    const copy = pieces[at(pieces, piece)]!;
    pieces.splice(to % (pieces.length + 1), 0, copy);
  })
);

const swap = fc.tuple(place, place).map(([one, other]) =>
  named(`swap ${one} and ${other}`, (pieces) => {
    const [i, j] = [at(pieces, one), at(pieces, other)];
    if (i < 0) return;
    [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
  })
);

const end = place.map((piece) =>
  named(`end at ${piece}`, (pieces) => {
    pieces.length = piece % (pieces.length + 1);
  })
);

/** A whole frame that nobody sent, of any kind. */
const forge = fc.tuple(place, fc.nat(7), some).map(([to, kind, body]) =>
  named(`forge ${kind} of ${body.length} at ${to}`, (pieces) => {
    const frame = concat([Uint8Array.of(kind & ~2, body.length), body]);
    pieces.splice(to % (pieces.length + 1), 0, frame);
  })
);

/** One change. */
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  flip,
  set,
  cut,
  insert,
  resize,
  flags,
  drop,
  double,
  swap,
  end,
  forge,
);

/** A few changes; none at times, so that the whole way is gone too. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, {
  maxLength: 4,
});

/** The pieces after all changes. */
export function mutated(
  pieces: readonly Uint8Array[],
  changes: readonly Mutation[],
): Uint8Array[] {
  const changed = [...pieces];
  for (const change of changes) change(changed);
  return changed;
}

/** Where octets are cut into chunks; the numbers are taken modulo them. */
export type Cuts = readonly number[] | "each";

/** Whole, octet by octet, or in a few chunks. */
export const cuts: fc.Arbitrary<Cuts> = fc.oneof(
  fc.constant([]),
  fc.constant("each" as const),
  fc.array(place, { maxLength: 8 }),
);

/** The octets in chunks of their own. */
export function chunks(octets: Uint8Array, where: Cuts): Uint8Array[] {
  if (where === "each") {
    return Array.from(octets, (value) => Uint8Array.of(value));
  }
  const ends = where.map((cut) => cut % (octets.length + 1));
  const places = [...new Set([...ends, octets.length])].sort((a, b) => a - b);
  let from = 0;
  return places.map((to) => octets.slice(from, from = to))
    .filter(({ length }) => length > 0);
}
