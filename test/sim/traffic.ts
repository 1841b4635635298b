// Traffic of a scenario: numbered messages at a pace that the seed decides,
// through all the trouble and a while longer.
import type { SimNode } from "./node.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** How the senders of a run send. */
export interface Traffic {
  /** Starts a sender in a program. */
  start(
    node: SimNode,
    send: (message: Uint8Array[]) => Promise<unknown>,
  ): void;
  /**
   * After the trouble: some more messages of each living sender, all of which
   * are to arrive.
   */
  finish(world: World): Promise<void>;
}

/** Messages of each sender after the trouble. */
const LAST = 5;

/** Virtual milliseconds after which all is well when nothing is wrong. */
export const RECOVERY: number = 20_000;

/**
 * Makes the traffic of a run.
 *
 * @param most messages of each sender during the trouble.
 */
export function traffic(random: Random, most: number): Traffic {
  const pause = random.pick([1, 20, 100]);
  const burst = random.pick([1, 4, 30]);
  const senders: { readonly node: SimNode; done: boolean }[] = [];
  let isOver = false;
  return {
    start(node, send) {
      const source = node.source();
      const sender = { node, done: false };
      senders.push(sender);
      void node.task(async () => {
        for (let left = most; !isOver;) {
          for (let i = random.below(burst); i >= 0 && left > 0; i--, left--) {
            await send(source.next(body(random)));
          }
          await node.sleep(left > 0 ? pause : 50);
        }
        for (let i = 0; i < LAST; i++) {
          await send(source.next(body(random)));
          await node.sleep(random.below(pause));
        }
        sender.done = true;
      });
    },
    async finish(world) {
      isOver = true;
      await world.until(
        () =>
          senders.every(({ node, done }) => done || !node.alive) &&
          world.isCalm,
        "all served",
        RECOVERY,
      );
    },
  };
}

/** The frames behind the stamp: mostly small, some large, some many. */
function body(random: Random): Uint8Array[] {
  const frames = random.chance(0.8) ? random.below(2) : random.below(6);
  return Array.from({ length: frames }, () => {
    const size = random.chance(0.9)
      ? random.below(60)
      : random.pick([255, 256, 1000, 9000]);
    return random.fill(new Uint8Array(size));
  });
}
