// Trouble: faults at times that the seed decides, and their end.
import type { Host, World } from "./world.ts";

type Fault = (world: World, rest: number) => Promise<void>;

/** What may happen; each ends before the time that is left is over. */
const faults = {
  async reset(world: World): Promise<void> {
    world.reset(true);
  },
  async halfReset(world: World): Promise<void> {
    world.reset(false);
  },
  async kill(world: World, rest: number): Promise<void> {
    await crash(world, rest, false);
  },
  async power(world: World, rest: number): Promise<void> {
    await crash(world, rest, true);
  },
  async stall(world: World, rest: number): Promise<void> {
    const host = world.random.pick(world.hosts);
    world.stall(host, world.random.between(1, Math.min(rest, 1000)));
  },
  async partition(world: World, rest: number): Promise<void> {
    const island = world.hosts.filter(() => world.random.chance(0.5));
    world.partition(island);
    // Shorter than TCP bears it; only heartbeats can tell sooner.
    await world.sleep(world.random.between(1, Math.min(rest, 6000)));
    world.partition([]);
  },
} satisfies Record<string, Fault>;

async function crash(
  world: World,
  rest: number,
  powerless: boolean,
): Promise<void> {
  const { random } = world;
  const victims = world.hosts.filter((host) => host.mortal && host.node.alive);
  if (victims.length === 0) return;
  const host: Host = random.pick(victims);
  world.crash(host, powerless);
  await world.sleep(random.between(0, Math.min(rest, 3000)));
  world.restart(host);
}

/** Makes trouble for so many milliseconds; when it returns, all is whole. */
export async function trouble(
  world: World,
  duration: number,
): Promise<void> {
  const { random, settings, time } = world;
  const end = time.now + duration;
  const kinds: (keyof typeof faults)[] = settings.beating
    ? ["reset", "halfReset", "kill", "power", "stall", "partition"]
    : ["reset", "kill", "stall", "partition"];
  const mean = random.pick([100, 400, 2000]);
  const under: Promise<void>[] = [];
  for (;;) {
    await world.sleep(random.between(1, 2 * mean));
    const rest = end - time.now;
    if (rest <= 0) break;
    under.push(faults[random.pick(kinds)](world, rest));
  }
  await Promise.all(under);
  world.partition([]);
}
