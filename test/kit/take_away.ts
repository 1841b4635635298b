// What `postMessage(message, [frame.buffer])` does to those who still need the
// memory: it is another thread's.

/** Transfers the buffer of a frame to nobody. */
export function takeAway(frame: Uint8Array): void {
  const { buffer } = frame;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
}
