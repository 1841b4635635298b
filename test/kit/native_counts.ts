// Native code that is watched: what GSSAPI takes of it, and what it gives back.
import { context, type NativeHost, type Runtime } from "../../mod.ts";

/** The runtime at hand with other native code, or none. */
export function runtimeWith(
  loadAddon: (name: string) => unknown,
  counts?: NativeCounts,
): Runtime {
  const { runtime } = context;
  return {
    name: runtime.name,
    transports: runtime.transports,
    clock: runtime.clock,
    options: new Set<string>(),
    native: async () => {
      const host = await runtime.native!();
      return counts?.watched(host) ?? host;
    },
    loadAddon,
  };
}

/** What a thread is told. */
interface Posted {
  readonly call: { readonly name: string };
  readonly values: readonly unknown[];
}

/** Which argument says where a thread puts what it makes. */
const PLACES: Readonly<Record<string, number>> = {
  gss_acquire_cred: 5,
  gss_init_sec_context: 2,
  gss_accept_sec_context: 1,
};

/** Counts what is taken of native code, and given back. */
export class NativeCounts {
  /** Pieces of memory that are allocated. */
  memory = 0;
  /** Names that were imported on the main thread, and not released. */
  open = 0;
  readonly koffi: unknown;
  /** How many contexts and credentials threads have made. */
  made = 0;
  /** Where the library has put those that are left. */
  readonly left = new Set<bigint>();
  readonly #calls = new Map<string, number>();

  constructor() {
    const koffi = context.runtime.loadAddon!("koffi") as Record<
      string,
      (...values: unknown[]) => unknown
    >;
    this.koffi = {
      ...koffi,
      alloc: (...values: unknown[]) => {
        this.memory++;
        return koffi.alloc!(...values);
      },
      free: (...values: unknown[]) => {
        this.memory--;
        return koffi.free!(...values);
      },
      load: (file: string) => {
        const library = koffi.load!(file) as {
          func(...declaration: unknown[]): (...values: unknown[]) => unknown;
        };
        return {
          func: (...declaration: unknown[]) => {
            const call = library.func(...declaration);
            return Object.assign((...values: unknown[]) => {
              this.#count(String(declaration[0]), values);
              return call(...values);
            }, call);
          },
        };
      },
    };
  }

  /** How often a function was called. */
  of(name: string): number {
    return this.#calls.get(name) ?? 0;
  }

  /** The same native code, whose threads are watched. */
  watched(host: NativeHost): NativeHost {
    return {
      ...host,
      startThread: (source, addon, answer, fail) => {
        let call: Posted | undefined;
        const thread = host.startThread(source, addon, (message) => {
          this.#answered(call!, message as { value?: number });
          answer(message);
        }, fail);
        return {
          ...thread,
          post: (message) => {
            call = message as Posted;
            thread.post(message);
          },
        };
      },
    };
  }

  #answered({ call: { name }, values }: Posted, { value }: { value?: number }) {
    const at = PLACES[name];
    // A routine error: nothing was made.
    if (at === undefined || value! >>> 16 !== 0) return;
    const place = BigInt(values[at] as bigint);
    if (this.left.has(place)) return;
    this.made++;
    this.left.add(place);
  }

  #count(name: string, values: readonly unknown[]): void {
    if (name === "gss_delete_sec_context" || name === "gss_release_cred") {
      this.left.delete(BigInt(values[1] as bigint));
    }
    this.#calls.set(name, this.of(name) + 1);
    // The names of peers come from other threads.
    if (name === "gss_import_name") this.open++;
    if (name === "gss_display_name") this.open++;
    if (name === "gss_release_name") this.open--;
  }
}
