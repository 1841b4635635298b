// The captures in test/golden, with the types that the tests need.
import { fromHex } from "../../../src/base/bytes.ts";
import { readJson } from "../../structure/project.ts";

/** One unit of an exchange: a greeting, a command or a message. */
export interface Unit {
  readonly from: string;
  readonly kind?: string;
  readonly hex?: string;
  readonly decoded?: {
    readonly name?: string;
    readonly malformedName?: string;
    readonly [key: string]: unknown;
  };
}

/** One capture. */
export interface Capture {
  readonly name: string;
  readonly hex?: string | null;
  readonly exchange?: readonly Unit[];
  readonly curveServer?: string;
  readonly keys?: Readonly<Record<string, string>>;
  readonly decoded?: Readonly<Record<string, string>>;
  readonly zap?: readonly {
    readonly request: readonly string[];
    readonly reply: readonly string[];
  }[];
}

/** The captures of a file in test/golden. */
export function captures(file: string): readonly Capture[] {
  return readJson(`test/golden/${file}`).captures as Capture[];
}

/** One capture of a file in test/golden. */
export function capture(file: string, name: string): Capture {
  const found = captures(file).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no capture ${name} in ${file}`);
  return found;
}

/** The body of a unit that is one frame: what follows flags and size. */
export function bodyOf(unit: Unit): Uint8Array {
  const octets = fromHex(unit.hex!);
  return octets.subarray((octets[0]! & 2) !== 0 ? 9 : 2);
}

/** All command frames of all exchanges in some files. */
export function commandsIn(files: readonly string[]): Unit[] {
  return files.flatMap(captures)
    .flatMap((entry) => entry.exchange ?? [])
    .filter((unit) => unit.kind === "command");
}
