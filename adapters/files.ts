/**
 * The files of Unix domain sockets, and whether there can be more files.
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

/** True when the directory that a path names a file in exists. */
export async function hasDirectory(path: string): Promise<boolean> {
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  return await inodeOf(directory === "" ? "." : directory) !== undefined;
}

/** The file of a socket, told from any that takes its place later. */
export class SocketFile {
  readonly #path: string;
  readonly #inode: number;

  private constructor(path: string, inode: number) {
    this.#path = path;
    this.#inode = inode;
  }

  /** The file that is there now, `undefined` when it has gone already. */
  static async at(path: string): Promise<SocketFile | undefined> {
    const inode = await inodeOf(path);
    return inode === undefined ? undefined : new SocketFile(path, inode);
  }

  /** Removes the file, unless another one is there. */
  async remove(): Promise<void> {
    if (await inodeOf(this.#path) === this.#inode) await unlinkFile(this.#path);
  }
}

/**
 * Why no other descriptor can be opened; `undefined` when one can.
 *
 * Who is asked after each connection that was accepted always has one to
 * spare: without any, a system's accept fails again and again, and a runtime
 * that does not tell of that spins.
 */
export function lackOfDescriptors(): unknown {
  const files = builtin("node:fs");
  try {
    files.closeSync(files.openSync("/dev/null", "r"));
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EMFILE" || code === "ENFILE") return cause;
  }
  return undefined;
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await builtin("node:fs/promises").lstat(path)).ino;
  } catch {
    return undefined;
  }
}
