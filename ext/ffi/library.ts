/**
 * Libraries of the system: found by a list of names, their functions called
 * on the main thread or off it.
 *
 * @module
 */

import { ZmqError } from "../../mod.ts";
import {
  firstLine,
  type Koffi,
  type KoffiFunction,
  type KoffiLibrary,
} from "./koffi.ts";
import { Loan } from "./loan.ts";
import type {
  CallConditions,
  Outcome,
  ThreadCall,
  Threads,
} from "./threads.ts";
import {
  type ArgumentsOf,
  type ArgumentType,
  koffiTypes,
  type Results,
  type ResultType,
} from "./types.ts";

const RTLD_NOW = 2;
const RTLD_NODELETE: Readonly<Record<string, number>> = {
  linux: 0x1000,
  darwin: 0x80,
};

/** Where a library is, and where it comes from. */
export interface LibrarySource {
  /** What people call it: `"OpenPGM"`. */
  readonly name: string;
  /**
   * Names of its file or paths to it, tried in this order; by Node's names of
   * operating systems. Those of `linux` are tried on every other Unix too.
   */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** The command that installs it, by the name of the system. */
  readonly install: Readonly<Record<string, string>>;
}

/** A function of a library. */
export interface NativeFunction<Parameters extends unknown[], Result> {
  /** Calls it at once: nothing else happens until it returns. */
  (...values: Parameters): Result;
  /**
   * Calls it on a thread of its own, for what may take long. Never keeps the
   * process running, however long it blocks. Memory that is passed must stay
   * as it is until the promise resolves; views are copied for the call, each
   * for itself, and have what it wrote after it.
   */
  async(...values: Parameters): Promise<Outcome<Result>>;
  /**
   * The same, unless nobody wants it any more when its turn has come: then
   * it rejects with the reason of the signal.
   */
  when(
    conditions: CallConditions,
    ...values: Parameters
  ): Promise<Outcome<Result>>;
  /**
   * The same on the thread that gave an outcome: libraries keep the texts of
   * errors for each thread. On any thread where that one is gone.
   */
  after(
    outcome: Outcome<unknown>,
    ...values: Parameters
  ): Promise<Outcome<Result>>;
}

/** A library that is loaded. */
export class Library {
  /** The file that it was loaded from. */
  readonly file: string;
  readonly #library: KoffiLibrary;
  readonly #koffi: Koffi;
  readonly #threads: Threads;

  /** Takes what koffi loaded. */
  constructor(
    koffi: Koffi,
    threads: Threads,
    file: string,
    library: KoffiLibrary,
  ) {
    this.#koffi = koffi;
    this.#threads = threads;
    this.#library = library;
    this.file = file;
  }

  /**
   * Declares a function of the library.
   *
   * @throws {ZmqError} `ENOTSUP` when the library does not have it.
   */
  function<
    Result extends ResultType,
    const Types extends readonly ArgumentType[],
  >(
    name: string,
    result: Result,
    parameters: Types,
  ): NativeFunction<ArgumentsOf<Types>, Results[Result]> {
    const types = parameters.map((type) => koffiTypes[type]);
    let call: KoffiFunction;
    try {
      call = this.#library.func(name, koffiTypes[result], types);
    } catch (cause) {
      throw new ZmqError(
        "ENOTSUP",
        `Cannot use ${this.file}: expected a function "${name}", got ` +
          `"${firstLine(cause)}"`,
        { cause },
      );
    }
    const declared: ThreadCall = {
      file: this.file,
      name,
      result: koffiTypes[result],
      parameters: types,
    };
    const threads = this.#threads;
    const koffi = this.#koffi;
    const start = async (
      values: unknown[],
      conditions: CallConditions & { readonly outcome?: Outcome<unknown> } = {},
    ): Promise<Outcome<unknown>> => {
      const loan = new Loan(koffi, values);
      try {
        const outcome = await threads.call(declared, loan.values, conditions);
        loan.settle();
        return outcome;
      } finally {
        loan.end();
      }
    };
    return Object.assign(call.bind(undefined), {
      async: (...values: unknown[]) => start(values),
      when: (conditions: CallConditions, ...values: unknown[]) =>
        start(values, conditions),
      after: (outcome: Outcome<unknown>, ...values: unknown[]) =>
        start(values, { outcome }),
    }) as NativeFunction<ArgumentsOf<Types>, Results[Result]>;
  }
}

/**
 * Loads a library by the first of its names that works.
 *
 * @throws {ZmqError} `ENOTSUP`, with the names that were tried and the command
 * that installs it.
 */
export function openLibrary(
  koffi: Koffi,
  threads: Threads,
  platform: string,
  source: LibrarySource,
): Library {
  const { name, files, install } = source;
  const names = files[platform] ?? (platform === "win32" ? [] : files.linux) ??
    [];
  let failure: unknown;
  for (const file of names) {
    try {
      const library = koffi.load(file);
      pin(koffi, platform, file);
      return new Library(koffi, threads, file, library);
    } catch (cause) {
      // The first name is the usual one: its failure says most.
      failure ??= cause;
    }
  }
  failure ??= new Error(`There is none for ${platform}`);
  const expected = names.length === 0
    ? "another operating system"
    : names.map((file) => `"${file}"`).join(" or ");
  const commands = Object.entries(install)
    .map(([system, command]) => `${system}: ${command}`);
  throw new ZmqError(
    "ENOTSUP",
    `Cannot load the library ${name}: expected ${expected}` +
      (commands.length === 0 ? "" : ` (${commands.join("; ")})`) +
      `, got "${firstLine(failure)}"`,
    { cause: failure },
  );
}

/**
 * Keeps a library in the process to its end. koffi unloads what the last
 * runtime thread that has loaded it leaves, be it a worker that is terminated:
 * threads of the library, or calls off the main thread, may go on in it.
 */
function pin(koffi: Koffi, platform: string, file: string): void {
  const flag = RTLD_NODELETE[platform] ?? RTLD_NODELETE.linux!;
  try {
    koffi.load(null).func("dlopen", "void *", ["str", "int"])(
      file,
      RTLD_NOW | flag,
    );
  } catch {
    // Windows, or a C library that has it elsewhere: as good as it was.
  }
}
