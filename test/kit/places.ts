// Endpoints that nobody else uses: one folder a test file for ipc, ports that
// the system chooses, names that are counted.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A transport that sockets of one process can use with each other. */
export type Scheme =
  | "tcp"
  | "ws"
  | "ipc"
  | "inproc"
  | "broadcast"
  | "tipc";

let services = 0;

/** Fresh endpoints to bind to. */
export class Places {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "isomq-"));
  #count = 0;

  /** An endpoint that was not given out before. */
  fresh(scheme: Scheme): string {
    if (scheme === "tcp" || scheme === "ws") return `${scheme}://127.0.0.1:*`;
    // To bind, and to connect to. A guest has no other programs with services.
    if (scheme === "tipc") return `tipc://{5560,${++services}}`;
    const name = `place_${++this.#count}`;
    return scheme === "ipc"
      ? `ipc://${join(this.#folder, name)}`
      : `${scheme}://${this.#folder}/${name}`;
  }

  /** Removes the folder; libzmq leaves socket files behind. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
