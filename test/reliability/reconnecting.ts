// R7: servers that are killed with `kill -9` and started again at random
// times, and one client of each. Called by the suite with few restarts and by
// the soak tests with many.
import { Request, Subscriber } from "../../mod.ts";
import { History } from "../kit/history.ts";
import { text } from "../kit/messages.ts";
import { verdict } from "../kit/verdict.ts";
import { PATIENCE, pause } from "../kit/wait.ts";
import { Player } from "../soak/players.ts";

/** How long the wait between two attempts may become. */
const MOST = 500;

/** Milliseconds that who is late may be late. */
const LATE = 3000;

const EAGER = { reconnectInterval: 50, reconnectMaxInterval: MOST } as const;

/** What came of the restarts of one server. */
interface Outcome {
  /** Milliseconds from the server's bind until the handshake was over. */
  readonly back: number[];
  /** The most connections that a new server ever got of its client. */
  connections: number;
  /** Restarts after which the first message for a topic came to be. */
  subscribed: number;
}

interface Server {
  readonly player: Player;
  readonly reply: string;
  readonly replies: string;
  readonly messages: string;
}

async function start(where: readonly [string, string]): Promise<Server> {
  const player = new Player(new History(), 0);
  const [reply, publisher] = await Promise.all([
    player.open("REP"),
    player.open("XPUB"),
  ]);
  await player.ask("watch", reply);
  await player.ask("echo", reply);
  await player.ask("greet", publisher);
  const replies = await player.ask<string>("bind", reply, where[0]);
  const messages = await player.ask<string>("bind", publisher, where[1]);
  return { player, reply, replies, messages };
}

async function oneServer(restarts: number, most: number): Promise<Outcome> {
  const outcome: Outcome = { back: [], connections: 0, subscribed: 0 };
  const anyPort = "tcp://127.0.0.1:*";
  let server = await start([anyPort, anyPort]);
  const { replies, messages } = server;
  await using request = new Request({ ...EAGER, linger: 0, relaxed: true });
  await using subscriber = new Subscriber(EAGER);
  let handshake = 0;
  request.events.addEventListener("handshake", () => {
    handshake = performance.now();
  });
  request.connect(replies);
  subscriber.subscribe("news");
  subscriber.connect(messages);
  try {
    for (let i = 0; i <= restarts; i++) {
      if (i > 0) {
        await server.player.kill();
        await pause(100 + Math.random() * (most - 100));
        server = await start([replies, messages]);
      }
      const bound = performance.now();
      await request.request(`${i}`, { timeout: PATIENCE });
      if (i > 0) outcome.back.push(handshake - bound);
      const [topic] = await subscriber.receive({ timeout: PATIENCE });
      if (i > 0 && text(topic) === "news") outcome.subscribed++;
      const events = await server.player.ask<[string, number][]>(
        "events",
        server.reply,
      );
      const accepted = events.filter(([name]) => name === "accept").length;
      outcome.connections = Math.max(outcome.connections, accepted);
    }
  } finally {
    await server.player.kill();
  }
  return outcome;
}

/**
 * Restarts so many servers so many times each, and gives the verdict.
 *
 * @param most milliseconds that a server may be away.
 * @param slack milliseconds beyond the longest wait between two attempts: for
 * the connection and its handshake on this machine.
 * @param late how many of all may take some seconds more, where others share
 * the machine.
 */
export async function runRestarts(
  servers: number,
  restarts: number,
  most: number,
  slack: number,
  late = 0,
): Promise<void> {
  const outcomes = await Promise.all(
    Array.from({ length: servers }, () => oneServer(restarts, most)),
  );
  const back = outcomes.flatMap((outcome) => outcome.back);
  const slowest = Math.max(...back);
  const limit = MOST + slack;
  const behind = back.filter((time) => time > limit).length;
  const total = servers * restarts;
  const connections = Math.max(...outcomes.map((each) => each.connections));
  const subscribed = outcomes.reduce((sum, each) => sum + each.subscribed, 0);
  verdict("R7", {
    figure: `${back.length} restarts, back after ${slowest.toFixed(0)} ms at ` +
      `most, ${behind} late, ${connections} connection each, ` +
      `${subscribed} subscriptions`,
    target: `${total}, ${limit} ms or ${late} late, 1, ${total}`,
    ok: back.length === total && behind <= late && slowest <= limit + LATE &&
      connections === 1 && subscribed === total,
  });
}
