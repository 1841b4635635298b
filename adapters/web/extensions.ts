/**
 * In place of `adapters/extensions.ts` in what is built for browsers: all
 * extensions are made of native code.
 *
 * @module
 */

/** There are none. */
export function transportsOf(): readonly never[] {
  return [];
}

/** There are none. */
export function mechanismsOf(): readonly never[] {
  return [];
}
