/**
 * Memory that is not cleared before it is filled: clearing costs as much as
 * filling.
 *
 * @module
 */

/** So many octets of any value, in an `ArrayBuffer` of their own. */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  const { buffer } = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer);
}
