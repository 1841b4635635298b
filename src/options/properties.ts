/**
 * Options as live properties of classes.
 *
 * @module
 */

import type { SocketType } from "./socket_type.ts";
import { optionNames, specialOptionNames } from "./table.ts";

/** How the options of an object are read and set. */
export interface OptionAccessors {
  /** Reads an option of the object. */
  get(owner: object, name: string): unknown;
  /** Sets an option of the object. */
  set(owner: object, name: string, value: unknown): void;
}

const descriptors = new WeakMap<
  OptionAccessors,
  Map<string, PropertyDescriptor>
>();

/**
 * Gives a class options as enumerable properties: without a type, those that
 * every socket has; with one, those that its sockets have beside them, for a
 * class that is derived from the former. What a class already has stays as it
 * is. Setting a read-only one reaches `set` too, for its error.
 */
export function defineOptionProperties(
  prototype: object,
  type: SocketType | undefined,
  accessors: OptionAccessors,
): void {
  if (type !== undefined) {
    defineProperties(prototype, specialOptionNames(type), accessors);
    return;
  }
  defineProperties(prototype, optionNames(), accessors);
  refuse(prototype, specialOptionNames(), accessors);
}

/**
 * Makes setting an option that the type does not have reach `set`, for its
 * error: JavaScript would make a property of it, and nothing would happen.
 */
function refuse(
  prototype: object,
  names: readonly string[],
  accessors: OptionAccessors,
): void {
  for (const name of names) {
    const descriptor = descriptorOf(name, accessors);
    Object.defineProperty(prototype, name, {
      ...descriptor,
      get: () => undefined,
      enumerable: false,
    });
  }
}

/**
 * Gives a class enumerable properties of these names. Classes with the same
 * accessors share what a property is made of.
 */
export function defineProperties(
  prototype: object,
  names: readonly string[],
  accessors: OptionAccessors,
): void {
  let known = descriptors.get(accessors);
  if (known === undefined) descriptors.set(accessors, known = new Map());
  for (const name of names) {
    if (Object.hasOwn(prototype, name)) continue;
    let descriptor = known.get(name);
    if (descriptor === undefined) {
      descriptor = descriptorOf(name, accessors);
      known.set(name, descriptor);
    }
    Object.defineProperty(prototype, name, descriptor);
  }
}

function descriptorOf(
  name: string,
  accessors: OptionAccessors,
): PropertyDescriptor {
  return {
    get(this: object): unknown {
      return accessors.get(this, name);
    },
    set(this: object, value: unknown): void {
      accessors.set(this, name, value);
    },
    enumerable: true,
    configurable: true,
  };
}
