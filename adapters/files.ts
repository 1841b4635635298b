/**
 * The files of Unix domain sockets.
 *
 * @module
 */

import { builtin } from "./builtin.ts";
import { systemCode } from "./errors.ts";

/** Makes a fresh temporary directory that only this user can enter. */
export function makeTemporaryDirectory(prefix: string): Promise<string> {
  const base = builtin("node:os").tmpdir();
  return builtin("node:fs/promises").mkdtemp(`${base}/${prefix}`);
}

/** Removes a file; that it is gone already is fine. */
export async function unlinkFile(path: string): Promise<void> {
  try {
    await builtin("node:fs/promises").unlink(path);
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
  }
}
