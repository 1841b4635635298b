/**
 * Options as live properties of classes.
 *
 * @module
 */

import type { SocketType } from "./socket_type.ts";
import { optionNames, optionTable } from "./table.ts";

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
 * Gives a class the options of a socket type as enumerable properties; without
 * a type, those of all sockets. What the class or a base of it has already
 * stays as it is. Setting a read-only one reaches `set` too, for its error.
 */
export function defineOptionProperties(
  prototype: object,
  type: SocketType | undefined,
  accessors: OptionAccessors,
): void {
  defineProperties(prototype, optionNames(type), accessors);
  if (type !== undefined) refuseOthers(prototype, accessors);
}

/**
 * Makes setting an option that the type does not have reach `set`, for its
 * error: JavaScript would make a property of it, and nothing would happen.
 */
function refuseOthers(prototype: object, accessors: OptionAccessors): void {
  for (const name of Object.keys(optionTable)) {
    if (name in prototype) continue;
    Object.defineProperty(prototype, name, {
      get: () => undefined,
      set(this: object, value: unknown): void {
        accessors.set(this, name, value);
      },
      enumerable: false,
      configurable: true,
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
    if (name in prototype) continue;
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
