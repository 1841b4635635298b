// R2 to R5 in one process: two hundred connections cut in the middle of a
// stream of messages, for each way that sockets can stand to one another.
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Dealer, Pull, Push, Router, type SocketStats } from "../../mod.ts";
import { Breaker } from "../kit/breaker.ts";
import { History, stamped, type Verdict } from "../kit/history.ts";
import { mebioctets, verdict } from "../kit/verdict.ts";
import { PATIENCE, pause, until } from "../kit/wait.ts";

const CUTS = 200;

/** The frames of a message behind its stamp: five frames in all. */
const BODY = [0, 1, 255, 256].map((size) => new Uint8Array(size).fill(size));

/** Octets of a message on the wire. */
const SIZE = 20 + 512 + 5 * 9;

/** Reconnects fast: the breaks are what takes the time. */
const EAGER = { reconnectInterval: 5, reconnectMaxInterval: 0 } as const;

/** What the sending socket has beside that. */
const SENDING = { ...EAGER, sendHighWaterMark: 100 } as const;

/** How sockets can stand to one another. */
const STANDS = {
  "PUSH connects, PULL is bound": [
    () => new Push(SENDING),
    () => new Pull(),
    true,
  ],
  "PUSH is bound, PULL connects": [
    () => new Push(SENDING),
    () => new Pull(EAGER),
    false,
  ],
  "DEALER connects, ROUTER is bound": [
    () => new Dealer(SENDING),
    () => new Router(),
    true,
  ],
} as const;

interface Outcome {
  readonly judged: Verdict;
  readonly sent: SocketStats;
  readonly received: SocketStats;
  readonly reconnects: number;
}

async function run(stand: keyof typeof STANDS): Promise<Outcome> {
  const [makeSource, makeSink, sourceConnects] = STANDS[stand];
  const history = new History();
  await using source = makeSource();
  await using sink = makeSink();
  source.linger = 0;
  const [bound, connecting] = sourceConnects ? [sink, source] : [source, sink];
  await using breaker = await Breaker.to(
    await bound.bind("tcp://127.0.0.1:*"),
  );
  connecting.connect(breaker.endpoint);
  let arrived = 0;
  let last = -1;
  const isRouter = sink instanceof Router;
  const receiving = (async () => {
    try {
      for (;;) {
        const { message, peer } = await sink.receiveFrom();
        const frames = isRouter ? message.slice(1) : message;
        const stamp = history.received(0, frames, peer.address);
        arrived++;
        if (stamp !== undefined) last = stamp.seq;
      }
    } catch {
      // It was closed.
    }
  })();
  let running = true;
  let seq = 0;
  const sending = (async () => {
    while (running) {
      const stamp = { sender: 1, epoch: 0, seq: seq++ };
      history.sent(stamp);
      await source.send(stamped(stamp, BODY), { timeout: PATIENCE });
      if (seq % 16 === 0) await pause();
    }
  })();
  try {
    for (let cuts = 0; cuts < CUTS; cuts += breaker.cut()) {
      const before = arrived;
      await until(() => arrived > before + 20, "messages come through");
      await pause(Math.random() * 10);
    }
    // What is sent from now on arrives.
    await until(() => breaker.live > 0, "they are connected again");
    const before = arrived;
    await until(() => arrived > before + 200, "messages come again");
  } finally {
    running = false;
    await sending;
  }
  await until(() => last === seq - 1, "the last message arrives");
  await pause(50);
  const [sent, received] = [source.stats, sink.stats];
  const reconnects = breaker.count - 1;
  await Promise.all([source.close(), sink.close()]);
  await receiving;
  return { judged: history.verdict(), sent, received, reconnects };
}

/** The most that the system's buffers of two connections hold, both ways. */
function mostInFlight(): number {
  const most = ["tcp_rmem", "tcp_wmem"].map((name) =>
    Number(
      readFileSync(`/proc/sys/net/ipv4/${name}`, "utf8").trim().split(/\s+/)[2],
    )
  );
  return 2 * (most[0]! + most[1]!);
}

describe(`${CUTS} connections cut in the middle of messages`, () => {
  for (const stand of Object.keys(STANDS) as (keyof typeof STANDS)[]) {
    it(stand, async () => {
      const { judged, sent, received, reconnects } = await run(stand);
      const all = `of ${judged.sent} messages`;
      verdict("R2", {
        of: stand,
        figure: `${judged.reordered} inversions ${all}`,
        target: "0",
        ok: judged.reordered === 0,
      });
      verdict("R3", {
        of: stand,
        figure: `${judged.duplicates} duplicates, ${judged.phantom} never ` +
          `sent, ${reconnects} reconnects`,
        target: `0, 0, at least ${CUTS}`,
        ok: judged.duplicates === 0 && judged.phantom === 0 &&
          reconnects >= CUTS,
      });
      const gone = sent.sent.messages - received.received.messages;
      const each = judged.lost * SIZE / CUTS;
      const connects = stand.startsWith("PUSH is bound") ? Infinity : 0;
      verdict("R4", {
        of: stand,
        figure: `${judged.lost} lost, statistics tell ${gone}, of them ` +
          `${sent.dropped} unwritten; ${mebioctets(each)} a break`,
        target: `as many; ${connects === 0 ? "0 unwritten; " : ""}at most ` +
          `${mebioctets(mostInFlight())}`,
        ok: judged.lost === gone && sent.dropped <= connects &&
          each <= mostInFlight(),
      });
      verdict("R5", {
        of: stand,
        figure: `${judged.torn} torn ${all}`,
        target: "0",
        ok: judged.torn === 0,
      });
    });
  }
});
