/**
 * One listener a signal, however many calls it can give up: a program may give
 * one signal to all of its calls, and runtimes take more than ten listeners for
 * a leak.
 *
 * @module
 */

/** What a signal calls when it is aborted. */
type Callbacks = Set<() => void> & { readonly abort: () => void };

const listening = new WeakMap<AbortSignal, Callbacks>();

/** Calls back when the signal is aborted; returns what ends that. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = listening.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0) return;
    // Runtimes keep a signal that is listened to.
    signal.removeEventListener("abort", callbacks.abort);
    listening.delete(signal);
  };
}

function listen(signal: AbortSignal): Callbacks {
  const callbacks: Callbacks = Object.assign(new Set<() => void>(), {
    abort: () => callbacks.forEach((callback) => callback()),
  });
  listening.set(signal, callbacks);
  signal.addEventListener("abort", callbacks.abort);
  return callbacks;
}
