/**
 * Modules that are loaded when something first needs them.
 *
 * @module
 */

/**
 * Loads once. A failure is not kept: who has no descriptor left now may have
 * one later.
 */
export function loadedOnce<Value>(
  load: () => Promise<Value>,
): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () =>
    loading ??= load().catch((cause: unknown) => {
      loading = undefined;
      throw cause;
    });
}
