// The topics of the scale benchmark, as people make them: a few levels, then
// a number. `libzmq_scale.c` makes the same.

/** The `i`th topic. */
export function topicText(i: number): string {
  return `sensors/${i % 10}/floor-${i % 97}/device-${i}/`;
}

/** The octets of a topic on average. */
export function topicOctets(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += topicText(i).length;
  return sum / count;
}

/** How many subscriptions are few, and how many the others are compared to. */
export const FEW = 1000;

/** How many messages a round has. */
export const MESSAGES = 50_000;

/**
 * First frames of messages on random ones of the first `among` topics; those
 * on few topics are few, and used again. They are ended by what is asked for:
 * what follows a topic, or what makes a frame that nobody wants, which shows
 * only at its last octet.
 */
export function makeFrames(
  among: number,
  end: "wanted" | "unwanted",
): Uint8Array[] {
  const encoder = new TextEncoder();
  let state = 42;
  const length = among <= FEW ? FEW : MESSAGES;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const topic = topicText(Math.floor(state / 2 ** 32 * among));
    return encoder.encode(
      end === "wanted" ? `${topic}temperature` : `${topic.slice(0, -1)}!`,
    );
  });
}

/** The nanoseconds that each of the frames takes; the best of many rounds. */
export function bestTime(
  frames: readonly Uint8Array[],
  use: (frame: Uint8Array) => unknown,
): number {
  let best = Infinity;
  for (let round = 0; round < 15; round++) {
    const start = performance.now();
    for (let i = 0; i < MESSAGES; i += frames.length) {
      for (const frame of frames) use(frame);
    }
    best = Math.min(best, performance.now() - start);
  }
  return best * 1e6 / MESSAGES;
}
