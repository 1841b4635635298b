// Runs one seed of one scenario, and says how it went.
import { broker } from "./scenarios/broker.ts";
import { heartbeat } from "./scenarios/heartbeat.ts";
import { mesh } from "./scenarios/mesh.ts";
import { pipeline } from "./scenarios/pipeline.ts";
import { pubsub } from "./scenarios/pubsub.ts";
import { thousand } from "./scenarios/thousand.ts";
import { World } from "./world.ts";

/** A topology, and what its programs do. */
interface Scenario {
  /** Every receiver is to get its own copy. */
  readonly each?: boolean;
  readonly play: (world: World) => Promise<void>;
}

/** Every scenario by its name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  broker: { play: broker },
  heartbeat: { play: heartbeat },
  mesh: { play: mesh },
  pipeline: { play: pipeline },
  pubsub: { each: true, play: pubsub },
  thousand: { play: thousand },
};

/** How a run went. */
export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  /** What was wrong; empty when all was well. */
  readonly faults: readonly string[];
  /** The same for the same history. */
  readonly hash: string;
  readonly messages: number;
  readonly events: number;
  /** Virtual milliseconds. */
  readonly time: number;
  /** One line, with the way to see it again. */
  readonly line: string;
}

/** Runs a seed. */
export async function runSeed(
  seed: number,
  scenario: string,
  log?: (line: string) => void,
): Promise<Outcome> {
  const { each = false, play } = SCENARIOS[scenario]!;
  const world = new World(seed, each);
  world.log = log;
  const faults = await world.run(play);
  const { events, now } = world.time;
  const { received } = world.judge.history.verdict();
  const command = `npm run sim -- --seed ${seed} --scenario ${scenario}`;
  return {
    seed,
    scenario,
    faults,
    hash: world.hash,
    messages: received,
    events,
    time: now,
    line: faults.length === 0
      ? `${command}: ${received} messages, ${now} ms, ${world.hash}`
      : `${command}: ${faults.join("; ")}`,
  };
}
