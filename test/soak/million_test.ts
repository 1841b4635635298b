// R1 and R2 on connections that last: a million numbered messages through
// high water marks of ten, to a consumer that rests at random.
import { describe, it } from "node:test";
import {
  Context,
  Dealer,
  type Message,
  Pull,
  Push,
  Reply,
  Request,
  Router,
} from "../../mod.ts";
import { History, stamped } from "../kit/history.ts";
import { Places, type Scheme } from "../kit/places.ts";
import { verdict } from "../kit/verdict.ts";
import { PATIENCE, pause } from "../kit/wait.ts";

const NARROW = { sendHighWaterMark: 10 } as const;
const TIMEOUT = { timeout: 3 * PATIENCE } as const;
const BODY = [new Uint8Array(100).fill(7)];

type Step = (seq: number) => Promise<void>;

interface Stand {
  readonly send: Step;
  readonly receive: Step;
}

/** The consumer rests now and then, on average every thousand messages. */
function rest(): Promise<void> | undefined {
  return Math.random() < 0.001 ? pause(Math.random() * 3) : undefined;
}

function stamp(history: History, seq: number): Uint8Array[] {
  const which = { sender: 1, epoch: 0, seq };
  history.sent(which);
  return stamped(which, BODY);
}

/** How each pair of sockets passes one message on. */
const STANDS: Readonly<
  Record<
    string,
    (
      context: Context,
      place: string,
      history: History,
    ) => Promise<Stand>
  >
> = {
  async "PUSH to PULL"(context, place, history) {
    const pull = new Pull({ context, receiveHighWaterMark: 10 });
    const push = new Push({ context, ...NARROW });
    push.connect(await pull.bind(place));
    return {
      send: (seq) => push.send(stamp(history, seq), TIMEOUT),
      async receive() {
        history.received(0, await pull.receive(TIMEOUT), 0);
      },
    };
  },
  async "DEALER to ROUTER"(context, place, history) {
    const router = new Router({ context, receiveHighWaterMark: 10 });
    const dealer = new Dealer({ context, ...NARROW });
    dealer.connect(await router.bind(place));
    return {
      send: (seq) => dealer.send(stamp(history, seq), TIMEOUT),
      async receive() {
        const [, ...frames] = await router.receive(TIMEOUT);
        history.received(0, frames as Message, 0);
      },
    };
  },
  async "REQ to REP and back"(context, place, history) {
    const reply = new Reply({ context });
    const request = new Request({ context });
    request.connect(await reply.bind(place));
    return {
      async send(seq) {
        const which = { sender: 2, epoch: 0, seq };
        await request.send(stamp(history, seq), TIMEOUT);
        history.received(1, await request.receive(TIMEOUT), which.epoch);
      },
      async receive(seq) {
        history.received(0, await reply.receive(TIMEOUT), 0);
        const which = { sender: 2, epoch: 0, seq };
        history.sent(which);
        await reply.send(stamped(which, BODY), TIMEOUT);
      },
    };
  },
};

async function run(
  name: string,
  count: number,
  scheme: Scheme,
): Promise<void> {
  const context = new Context();
  const places = new Places();
  const history = new History();
  try {
    const place = places.fresh(scheme);
    const { send, receive } = await STANDS[name]!(context, place, history);
    const each = async (step: Step, between?: typeof rest) => {
      for (let seq = 0; seq < count; seq++) {
        await step(seq);
        await between?.();
      }
    };
    await Promise.all([each(send), each(receive, rest)]);
  } finally {
    context.blocky = false;
    await context.shutdown();
    places.remove();
  }
  const judged = history.verdict();
  const { lost, duplicates, reordered, phantom, torn } = judged;
  const what = `${count} messages, ${name} over ${scheme}`;
  verdict("R1", {
    of: what,
    figure: `${lost} lost, ${duplicates} twice, ${phantom + torn} wrong`,
    target: "0, 0, 0",
    ok: lost + duplicates + phantom + torn === 0,
  });
  verdict("R2", {
    of: what,
    figure: `${reordered} inversions`,
    target: "0",
    ok: reordered === 0,
  });
}

describe("numbered messages to a consumer that rests", () => {
  const runs = [
    ["PUSH to PULL", 1_000_000, "tcp"],
    ["DEALER to ROUTER", 200_000, "ipc"],
    ["REQ to REP and back", 50_000, "tcp"],
  ] as const;
  for (const [name, count, scheme] of runs) {
    it(`${count}, ${name} over ${scheme}, arrive once and in order`, async () => {
      await run(name, count, scheme);
    });
  }
});
