/**
 * Options as live properties of the socket classes. They are defined when the
 * first socket of a type is made: for all classes while they are loaded, it
 * would take longer than all else.
 *
 * @module
 */

import {
  defineOptionProperties,
  type OptionAccessors,
} from "../options/properties.ts";
import type { SocketType } from "../options/socket_type.ts";

const waiting = new Map<SocketType, object>();
let isBaseDone = false;

/** Says which class is to have the properties of a type's options. */
export function liveOptions(prototype: object, type: SocketType): void {
  waiting.set(type, prototype);
}

/**
 * Defines the properties of a type's options, once; what all types share
 * stands on the base class.
 */
export function defineLiveOptions(
  type: SocketType,
  base: object,
  accessors: OptionAccessors,
): void {
  if (!isBaseDone) defineOptionProperties(base, undefined, accessors);
  isBaseDone = true;
  const own = waiting.get(type);
  if (own === undefined) return;
  waiting.delete(type);
  defineOptionProperties(own, type, accessors);
}
