// A process of its own with one socket of ours (resource_victim.ts), and what
// the system says of the process: memory, time, descriptors.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { limitDescriptors } from "../kit/descriptors.ts";
import { Script, scriptUrl } from "../kit/runtime.ts";
import { until } from "../kit/wait.ts";
import type { OwnType } from "./traffic_scene.ts";

/** An error that the socket told of. */
export interface Told {
  readonly type: string;
  readonly code: string;
}

/** How to start a victim. */
export interface VictimOptions {
  /** The type of its socket. */
  readonly type: OwnType;
  /** The options of its socket. */
  readonly socket?: object;
  /** How many descriptors the process may have. */
  readonly descriptors?: number;
}

/** A process that hostile peers are set on. */
export class Victim implements AsyncDisposable {
  /** Where its socket is bound. */
  readonly endpoint: string;
  /** What its socket told of so far. */
  readonly told: Told[] = [];
  readonly #script: Script;
  readonly #proc: string;
  #isGone = false;

  private constructor(script: Script, endpoint: string) {
    this.#script = script;
    this.#proc = `/proc/${script.child.pid}`;
    this.endpoint = endpoint;
    void this.#listen();
  }

  /** Starts one. */
  static async start(
    { type, socket = {}, descriptors }: VictimOptions,
  ): Promise<Victim> {
    const script = new Script(
      scriptUrl("resource_victim", import.meta.url),
      [type, JSON.stringify(socket)],
    );
    const endpoint = await script.line();
    if (descriptors !== undefined) {
      limitDescriptors(script.child.pid!, descriptors);
    }
    return new Victim(script, endpoint);
  }

  /** Starts a proxy of subscribers, whose publisher is elsewhere. */
  static async proxy(publisher: string): Promise<Victim> {
    const url = scriptUrl("proxy_victim", import.meta.url);
    const script = new Script(url, [publisher]);
    return new Victim(script, await script.line());
  }

  /** True once the process has ended, which it should not. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Octets in memory now. */
  get memory(): number {
    return this.#kilobytes("VmRSS") * 1024;
  }

  /** The most octets in memory since `forgetPeak`. */
  get peak(): number {
    return this.#kilobytes("VmHWM") * 1024;
  }

  /** Begins to look for the peak anew. */
  forgetPeak(): void {
    writeFileSync(`${this.#proc}/clear_refs`, "5");
  }

  /** Milliseconds of the processor that were used. */
  get time(): number {
    const fields = readFileSync(`${this.#proc}/stat`, "utf8").split(") ")[1]!
      .split(" ");
    // In hundredths of a second, of the program and of the system.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** How many descriptors it has. */
  get descriptors(): number {
    return readdirSync(`${this.#proc}/fd`).length;
  }

  /** Waits until its socket told of an error. */
  tells(code: string, count = 1): Promise<void> {
    return until(
      () => this.told.filter((told) => told.code === code).length >= count,
      `${code} was told of`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#script.kill();
  }

  #kilobytes(name: string): number {
    const status = readFileSync(`${this.#proc}/status`, "utf8");
    return Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)![1]);
  }

  async #listen(): Promise<void> {
    try {
      for (;;) this.told.push(JSON.parse(await this.#script.line()));
    } catch {
      this.#isGone = true;
    }
  }
}
