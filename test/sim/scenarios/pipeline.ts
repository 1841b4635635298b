// PUSH to PULL, either side bound: every message arrives once, in order, and
// what is lost was on its way when a connection broke.
import { Pull, Push } from "../../../mod.ts";
import { type Traffic, traffic } from "../traffic.ts";
import type { SimNode } from "../node.ts";
import { trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** Producers and consumers. */
export async function pipeline(world: World): Promise<void> {
  const { random } = world;
  const producers = random.between(1, 3);
  const consumers = random.between(1, 3);
  const pullBinds = random.chance(0.5);
  const rest = random.pick([0, 0, 5, 40]);
  const flow: Traffic = traffic(random, 40);
  const bound: string[] = [];
  const join = async (node: SimNode, socket: Push | Pull, binds: boolean) => {
    if (binds) {
      const endpoint = `tcp://${node.address}:5555`;
      if (!bound.includes(endpoint)) bound.push(endpoint);
      await socket.bind(endpoint);
    } else for (const endpoint of bound) socket.connect(endpoint);
  };
  const consume = async (node: SimNode): Promise<void> => {
    const pull = node.make(Pull);
    await join(node, pull, pullBinds);
    void node.task(async () => {
      for (;;) {
        const { message, peer } = await pull.receiveFrom();
        node.got(message, peer.address);
        if (rest > 0) await node.sleep(random.below(rest));
      }
    });
  };
  const produce = async (node: SimNode): Promise<void> => {
    const push = node.make(Push);
    await join(node, push, !pullBinds);
    flow.start(node, (message) => push.send(message));
  };
  const boots = [
    ...Array.from({ length: consumers }, () => consume),
    ...Array.from({ length: producers }, () => produce),
  ];
  if (!pullBinds) boots.reverse();
  for (const boot of boots) await world.add(boot);
  await trouble(world, random.between(0, 5000));
  await flow.finish(world);
}
