// REQ to REP through a broker, ROUTER and DEALER with a proxy: no request or
// reply comes twice, every reply is that of its request, and each client is
// served again after the trouble.
import {
  Dealer,
  type Message,
  proxy,
  Reply,
  Request,
  Router,
  ZmqError,
} from "../../../mod.ts";
import { stampOf } from "../../kit/history.ts";
import type { SimNode } from "../node.ts";
import { RECOVERY } from "../traffic.ts";
import { trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** Requests of each client after the trouble. */
const LAST = 3;

/** Clients, workers, and one or two brokers. */
export async function broker(world: World): Promise<void> {
  const { random } = world;
  const work = random.pick([0, 0, 10, 200]);
  // Long enough for all clients in turn, or nobody would ever be served.
  const patience = work > 100 ? 3000 : random.pick([300, 1500]);
  const pause = random.pick([1, 20, 100]);
  const piratic = random.chance(0.5);
  const places: string[] = [];
  const clients: { readonly node: SimNode; left: number }[] = [];
  let isOver = false;

  const brokers = async (node: SimNode): Promise<void> => {
    const front = node.make(Router, { handover: random.chance(0.5) });
    const back = node.make(Dealer);
    await front.bind(`tcp://${node.address}:1`);
    await back.bind(`tcp://${node.address}:2`);
    void node.task(() => proxy(front, back).done);
  };
  const serve = async (node: SimNode): Promise<void> => {
    const reply = node.make(Reply);
    for (const place of places) reply.connect(`tcp://${place}:2`);
    // Replies to a client that has come anew find it no more.
    const source = node.source(true);
    void node.task(async () => {
      for (;;) {
        const request = await reply.receive();
        node.got(request);
        if (work > 0) await node.sleep(random.below(work));
        await reply.send(source.next(request.slice(0, 1)));
      }
    });
  };
  const ask = async (node: SimNode): Promise<void> => {
    const request = node.make(Request, { correlate: true, relaxed: !piratic });
    for (const place of places) request.connect(`tcp://${place}:1`);
    const client = { node, left: LAST };
    clients.push(client);
    const wait = { timeout: patience };
    // `request()` does not tell a request that was not sent from one that was.
    const source = node.source(piratic);
    const call = async (question: Uint8Array[]): Promise<Message> => {
      if (piratic) return await request.request(question, wait);
      await request.send(question, wait).catch((error: unknown) => {
        source.failed(question);
        throw error;
      });
      return await request.receive(wait);
    };
    void node.task(async () => {
      while (client.left > 0) {
        const question = source.next();
        const asked = stampOf(question[0])!;
        try {
          const reply = await call(question);
          node.got(reply, "");
          const answered = stampOf(reply[1]);
          if (answered?.seq !== asked.seq) {
            world.judge.blame(`${answered?.seq} was answered to ${asked.seq}`);
          }
          if (isOver) client.left--;
        } catch (error) {
          const isLate = error instanceof ZmqError && error.code === "EAGAIN";
          if (!isLate) throw error;
        }
        await node.sleep(random.between(1, pause) * (asked.seq < 30 ? 1 : 20));
      }
    });
  };

  for (let i = random.between(1, 2); i > 0; i--) {
    places.push((await world.add(brokers)).address);
  }
  for (let i = random.between(1, 3); i > 0; i--) await world.add(serve);
  for (let i = random.between(1, 4); i > 0; i--) await world.add(ask);
  await trouble(world, random.between(0, 4000));
  isOver = true;
  await world.until(
    () =>
      clients.every(({ node, left }) => left === 0 || !node.alive) &&
      world.isCalm,
    "all served",
    RECOVERY,
  );
}
