// Runtimes as options see them, for the tests of options.
import type { OptionRuntime } from "../../../src/options/options.ts";
import {
  defaultOptions,
  getOption,
  type Options,
  setOption,
} from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { optionTable } from "../../../src/options/table.ts";

/** A runtime without any platform option. */
export const poor: OptionRuntime = { name: "poor", options: new Set() };

/** A runtime with every platform and extension option. */
export const rich: OptionRuntime = {
  name: "rich",
  options: new Set(Object.keys(optionTable())),
};

/** The options of one socket, without the socket. */
export class Bench {
  readonly options: Options;
  readonly type: SocketType;
  readonly runtime: OptionRuntime;

  constructor(type: SocketType, runtime: OptionRuntime = rich) {
    this.options = defaultOptions(type);
    this.type = type;
    this.runtime = runtime;
  }

  /** Sets options in the order given. */
  set(values: Record<string, unknown>): this {
    for (const [name, value] of Object.entries(values)) {
      setOption(this.options, this.type, name, value, this.runtime);
    }
    return this;
  }

  /** Reads an option as users do. */
  get(name: string): unknown {
    return getOption(this.options, this.type, name);
  }
}
