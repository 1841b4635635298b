// Matching a message with many subscriptions: 10 000 topics, which libzmq's
// own benchmark has too, and a linear search as the control.
import type { Bench } from "tinybench";
import { fromKey } from "../../src/base/bytes.ts";
import { TopicTree } from "../../src/routing/topic_tree.ts";

const TOPICS = 10_000;

/** Topics as people make them: a few levels, then a number. */
function makeTopics(): string[] {
  return Array.from(
    { length: TOPICS },
    (_, i) => `sensors/${i % 10}/floor-${i % 97}/device-${i}/`,
  );
}

/** Adds matching frames with the topics. */
export function addSubscriptions(bench: Bench): void {
  const topics = makeTopics();
  const tree = new TopicTree();
  topics.forEach((topic, i) => tree.set(fromKey(topic), i));
  const frames = topics.slice(0, 100).map((topic) =>
    fromKey(`${topic}temperature`)
  );
  bench.add(`radix tree, 100 frames among ${TOPICS} topics`, () => {
    let found = 0;
    const count = (): void => {
      found++;
    };
    for (const frame of frames) tree.match(frame, count);
    if (found !== frames.length) throw new Error(`Got ${found} matches`);
  });
  const missing = fromKey("sensors/5/nowhere");
  bench.add("radix tree, a frame that nobody wants", () => {
    if (tree.matches(missing)) throw new Error("Expected no match");
  });
  const [frame] = [`${topics[99]}temperature`];
  bench.add(`linear search, 1 frame among ${TOPICS} topics (control)`, () => {
    const found = topics.filter((topic) => frame.startsWith(topic));
    if (found.length !== 1) throw new Error(`Got ${found.length} matches`);
  });
}
