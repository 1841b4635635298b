/**
 * Packages with native code, which are optional all of them. They are
 * required instead of imported: no bundler can pack them, and none shall try.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

/**
 * What a package with native code exports, as `Runtime.loadAddon` wants it.
 *
 * @throws when it is not installed.
 */
export function loadAddon(name: string): unknown {
  return builtin("node:module").createRequire(import.meta.url)(name);
}
