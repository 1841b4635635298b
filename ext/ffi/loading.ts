/**
 * What extensions load once for each runtime: native code, and libraries.
 *
 * @module
 */

import type { Runtime } from "../../mod.ts";

/**
 * Loads once a runtime. A failure is not kept: who has installed what was
 * missing may try again.
 */
export function loadedPerRuntime<Loaded>(
  load: (runtime: Runtime) => Promise<Loaded>,
): (runtime: Runtime) => Promise<Loaded> {
  const loaded = new WeakMap<Runtime, Promise<Loaded>>();
  return (runtime) => {
    let loading = loaded.get(runtime);
    if (loading === undefined) {
      loading = load(runtime);
      loaded.set(runtime, loading);
      loading.catch(() => loaded.delete(runtime));
    }
    return loading;
  };
}
