/**
 * Finds the name that somebody meant.
 *
 * @module
 */

import type { LibzmqOption } from "./option.ts";

/**
 * The name nearest to a wrong one: the one of a libzmq constant (`ZMQ_SNDHWM`,
 * `sndhwm`), or one that differs by a few letters. `undefined` when none is
 * near.
 */
export function nearestName(
  wrong: string,
  options: Iterable<readonly [name: string, libzmq: readonly LibzmqOption[]]>,
): string | undefined {
  const plain = plainForm(wrong);
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(plain.length / 4)) + 1;
  for (const [name, libzmq] of options) {
    if (libzmq.some(([constant]) => plainForm(constant) === plain)) return name;
    const distance = editDistance(plain, plainForm(name), least);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

function plainForm(name: string): string {
  return name.slice(0, 64).replace(/^ZMQ_/i, "").replace(/[_\s-]/g, "")
    .toLowerCase();
}

/**
 * Letters to insert, remove or change to make one text the other; `enough`
 * when their lengths alone say that it is not less.
 */
function editDistance(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(
        Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + change),
      );
    }
    above = row;
  }
  return above[b.length]!;
}
