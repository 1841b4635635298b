// A thousand DEALERs and the ROUTER that they all talk to, which crashes:
// each of them is served before and after.
import { Dealer, Router } from "../../../mod.ts";
import type { SimNode } from "../node.ts";
import { RECOVERY } from "../traffic.ts";
import { trouble } from "../trouble.ts";
import type { World } from "../world.ts";

const HOSTS = 10;
const EACH = 100;
const PEERS = HOSTS * EACH;

/** A thousand peers. */
export async function thousand(world: World): Promise<void> {
  const patience = 2000;
  const served = new Map<string, number>();
  let round = 1;

  const serve = async (node: SimNode): Promise<void> => {
    const router = node.make(Router);
    await router.bind(`tcp://${node.address}:1`);
    void node.task(async () => {
      for (;;) await router.send(await router.receive());
    });
  };
  const ask = async (node: SimNode): Promise<void> => {
    for (let i = 0; i < EACH; i++) {
      const dealer = node.make(Dealer);
      dealer.connect(`tcp://${world.addressOf(0)}:1`);
      const name = `${node.address} ${i}`;
      // Echoes of what was asked before the server crashed are lost in it.
      const source = node.source(true);
      void node.task(async () => {
        for (let done = 0; !node.closing;) {
          if (done === round) {
            await node.sleep(500);
            continue;
          }
          await dealer.send(source.next());
          const echo = await dealer.receive({ timeout: patience })
            .catch(() => undefined);
          if (echo === undefined) continue;
          node.got(echo, `${i}`);
          served.set(name, done = round);
        }
      });
    }
  };
  const all = (): boolean => {
    let count = 0;
    for (const done of served.values()) if (done === round) count++;
    return count === PEERS;
  };
  await world.add(serve);
  for (let i = 0; i < HOSTS; i++) await world.add(ask, false);
  await world.until(all, "served", RECOVERY);
  await trouble(world, 2500);
  round++;
  await world.until(all, "served again", RECOVERY);
}
