// PUB to SUB, at once or through a tree of XSUB and XPUB: nobody gets what it
// did not ask for, nor anything twice or out of order, and after the trouble
// every subscription is there again and nothing is lost any more.
import {
  proxy,
  Publisher,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../../mod.ts";
import { octets, text } from "../../kit/messages.ts";
import type { SimNode } from "../node.ts";
import { RECOVERY } from "../traffic.ts";
import { trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** Rounds after all are served again: of these, nothing may be missing. */
const LAST = 3;
/** What is published; the last one is subscribed to and given up again. */
const TOPICS = ["a", "b", "ab", "abc", "", "z"] as const;
const FICKLE = "z";

/** What a subscriber wants, and how many messages it got of each round. */
interface Reader {
  readonly node: SimNode;
  readonly wants: Set<string>;
  readonly rounds: Map<number, number>;
}

function matches({ wants }: Reader, topic: string): boolean {
  return [...wants].some((want) => topic.startsWith(want));
}

/** How many messages of a round a subscriber is to get. */
function due(reader: Reader): number {
  return TOPICS.filter((topic) => matches(reader, topic)).length;
}

/** A publisher, forwarders below it, subscribers below those. */
export async function pubsub(world: World): Promise<void> {
  const { random } = world;
  const pause = random.pick([5, 30, 100]);
  const rest = random.pick([0, 0, 5, 20]);
  const isX = random.chance(0.3);
  const readers: Reader[] = [];
  let round = 0;
  let isStrict = false;
  // After the trouble, the rounds are asked for one by one.
  let asked: number | undefined;

  const publish = async (node: SimNode): Promise<void> => {
    const socket = isX ? node.make(XPublisher) : node.make(Publisher);
    // What a full subscriber misses is not what this looks for.
    socket.sendHighWaterMark = 0;
    const source = node.source(true);
    await socket.bind(`tcp://${node.address}:1`);
    // Notices are to be read.
    if (socket instanceof XPublisher) {
      void node.task(async () => {
        for (;;) await socket.receive();
      });
    }
    void node.task(async () => {
      for (let i = 0; !node.closing; i++) {
        if (asked === undefined ? i < 40 : round < asked) {
          round++;
          for (const topic of TOPICS) {
            const body = [octets(topic), octets(`${round}`)];
            await socket.send([octets(topic), ...source.next(body)]);
          }
        }
        await node.sleep(random.between(1, pause));
      }
    });
  };
  const forward = (above: string) => async (node: SimNode): Promise<void> => {
    const from = node.make(XSubscriber);
    const to = node.make(XPublisher);
    to.sendHighWaterMark = 0;
    from.connect(`tcp://${above}:1`);
    await to.bind(`tcp://${node.address}:1`);
    void node.task(() => proxy(from, to).done);
  };
  const read = (above: string) => async (node: SimNode): Promise<void> => {
    const socket = node.make(Subscriber);
    const wants = new Set<string>([random.pick(TOPICS), random.pick(TOPICS)]);
    wants.delete(FICKLE);
    // Without a topic, it would be every message.
    if (wants.size > 0) socket.subscribe(...wants);
    socket.connect(`tcp://${above}:1`);
    const reader: Reader = { node, wants, rounds: new Map() };
    readers.push(reader);
    void node.task(async () => {
      for (;;) {
        const [topic, ...message] = await socket.receive();
        node.got(message, "");
        const name = text(topic);
        if (!matches(reader, name) && (isStrict || name !== FICKLE)) {
          world.judge.blame(`"${name}" came unasked`);
        }
        const number = Number(text(message[2]));
        reader.rounds.set(number, (reader.rounds.get(number) ?? 0) + 1);
        if (rest > 0) await node.sleep(random.below(rest));
      }
    });
    if (random.chance(0.5)) return;
    // One that changes its mind.
    void node.task(async () => {
      while (asked === undefined) {
        if (wants.delete(FICKLE)) socket.unsubscribe(FICKLE);
        else {
          wants.add(FICKLE);
          socket.subscribe(FICKLE);
        }
        await node.sleep(random.between(1, 1000));
      }
    });
  };

  const top = await world.add(publish);
  let level = [top.address];
  for (let depth = random.below(3); depth > 0; depth--) {
    const next: string[] = [];
    for (let i = random.between(1, 2); i > 0; i--) {
      next.push((await world.add(forward(random.pick(level)))).address);
    }
    level = next;
  }
  for (let i = random.between(1, 4); i > 0; i--) {
    await world.add(read(random.pick(level)));
  }
  await trouble(world, random.between(0, 4000));
  asked = round + 1;
  const served = (number: number): boolean =>
    readers.every((reader) =>
      !reader.node.alive || (reader.rounds.get(number) ?? 0) === due(reader)
    );
  // One round after the other, until all subscriptions are there again.
  const isBack = await world.until(
    () => {
      if (round === asked && world.isCalm) {
        if (served(asked)) return true;
        asked++;
      }
      return false;
    },
    "subscribed again",
    RECOVERY,
  );
  if (!isBack) return;
  isStrict = true;
  const first = asked + 1;
  asked += LAST;
  await world.until(() => round === asked && world.isCalm, "calm", RECOVERY);
  for (let number = first; number <= asked; number++) {
    if (!served(number)) world.judge.blame(`round ${number} was not complete`);
  }
}
