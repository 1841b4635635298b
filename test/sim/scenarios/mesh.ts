// A mesh: each node has a ROUTER that is bound, and a DEALER to each other
// node, known by its name. Messages come once and in order, answers find the
// way back, and a node that came anew takes its name over.
import { Dealer, Router, ZmqError } from "../../../mod.ts";
import { octets } from "../../kit/messages.ts";
import type { SimNode } from "../node.ts";
import { traffic } from "../traffic.ts";
import { trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** All nodes talk to each other. */
export async function mesh(world: World): Promise<void> {
  const { random } = world;
  const size = random.between(2, 4);
  const rest = random.pick([0, 0, 5, 30]);
  const answers = random.chance(0.5);
  const flow = traffic(random, 15);
  const places = Array.from({ length: size }, (_, i) => world.addressOf(i));

  const boot = async (node: SimNode): Promise<void> => {
    const inbox = node.make(Router, { handover: true, mandatory: true });
    await inbox.bind(`tcp://${node.address}:1`);
    const answering = node.source();
    void node.task(async () => {
      for (;;) {
        const { message: [id, ...message], peer } = await inbox.receiveFrom();
        node.got(message, peer.address);
        if (rest > 0) await node.sleep(random.below(rest));
        if (!answers) continue;
        const answer = answering.next();
        try {
          await inbox.send([id!, ...answer]);
        } catch (error) {
          // Who asked is gone: the answer was not sent.
          answering.failed(answer);
          const isGone = error instanceof ZmqError &&
            error.code === "EHOSTUNREACH";
          if (!isGone) throw error;
        }
      }
    });
    for (const place of places) {
      if (place === node.address) continue;
      const dealer = node.make(Dealer, { routingId: octets(node.address) });
      dealer.connect(`tcp://${place}:1`);
      flow.start(node, (message) => dealer.send(message));
      void node.task(async () => {
        for (;;) node.got(await dealer.receive(), place);
      });
    }
  };
  for (let i = 0; i < size; i++) await world.add(boot);
  await trouble(world, random.between(0, 4000));
  await flow.finish(world);
}
