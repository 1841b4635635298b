// A program that uses sockets in one of several ways and then has nothing
// more to do: exit_test.ts watches whether its process ends.
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  Context,
  curveKeyPair,
  Datagram,
  Dealer,
  Dish,
  type EventType,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Subscriber,
} from "../../mod.ts";

/** A connected pair over every transport, used and closed. */
async function closed(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "isomq-"));
  const places = ["tcp://127.0.0.1:*", `ipc://${folder}/x`, "inproc://x"];
  for (const place of places) {
    const pull = new Pull();
    const push = new Push();
    push.connect(await pull.bind(place));
    await push.send("x");
    await pull.receive();
    await Promise.all([push.close(), pull.close()]);
  }
  rmSync(folder, { recursive: true });
}

/** Sockets over udp: some closed, some open that hold nothing. */
async function udp(): Promise<void> {
  for (const ends of ["closed", "unref"]) {
    const dish = new Dish();
    dish.join("g");
    const radio = new Radio();
    radio.connect(await dish.bind("udp://127.0.0.1:*"));
    const dgram = new Datagram();
    await dgram.bind("udp://127.0.0.1:*");
    await radio.send("x", { group: "g" });
    await dish.receive();
    for (const socket of [radio, dish, dgram]) {
      if (ends === "closed") await socket.close();
      else socket.unref();
    }
  }
}

/** Sockets with timers of all kinds, closed. */
async function timers(): Promise<void> {
  const { publicKey, secretKey } = curveKeyPair();
  const beat = { heartbeatInterval: 1000, heartbeatTimeout: 60_000 };
  const reply = new Reply({
    curveServer: true,
    curveSecretKey: secretKey,
    ...beat,
  });
  const request = new Request({
    curveServerKey: publicKey,
    curvePublicKey: publicKey,
    curveSecretKey: secretKey,
    ...beat,
  });
  request.connect(await reply.bind("tcp://127.0.0.1:*"));
  const answer = request.request("x", { timeout: 60_000 });
  await reply.receive({ timeout: 60_000 });
  await reply.send("y");
  await answer;
  const late = new Dealer({ linger: 60_000 });
  late.connect("tcp://127.0.0.1:9");
  await late.send("never");
  await Promise.all([
    reply.close(),
    request.close(),
    late.close({ linger: 0 }),
  ]);
}

/** Sockets that listeners of their events close, one at each step. */
async function listeners(): Promise<void> {
  const closes = (socket: Pull | Push, type: EventType): Promise<void> =>
    new Promise((resolve) => {
      socket.events.on(type, () => resolve(socket.close()));
    });
  for (const type of ["connect:delay", "connect", "connect:retry"] as const) {
    const pull = new Pull();
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    if (type === "connect:retry") await pull.unbind(endpoint);
    const push = new Push({
      connectTimeout: 60_000,
      reconnectInterval: 60_000,
    });
    const closed = closes(push, type);
    push.connect(endpoint);
    await closed;
    await pull.close();
  }
  const pull = new Pull({ handshakeInterval: 60_000 });
  const closed = closes(pull, "accept");
  const { port } = new URL(await pull.bind("tcp://127.0.0.1:*"));
  const peer = connect(Number(port), "127.0.0.1").on("error", () => {});
  await closed;
  // Only our own end is left to hold the process.
  peer.unref();
}

/** Sockets that are open, and hold nothing. */
async function unref(): Promise<void> {
  const pull = new Pull();
  const push = new Push();
  push.connect(await pull.bind("tcp://127.0.0.1:*"));
  await push.send("x");
  await pull.receive();
  pull.unref();
  push.unref();
  const nowhere = new Dealer().unref();
  nowhere.connect("tcp://127.0.0.1:9");
  void pull.receive();
}

/** Sockets in use, ended with their context. */
async function shutdown(): Promise<void> {
  const context = new Context();
  const publisher = new Publisher({ context });
  const subscriber = new Subscriber({ context });
  subscriber.subscribe("");
  subscriber.connect(await publisher.bind("tcp://127.0.0.1:*"));
  const waiting = subscriber.receive();
  waiting.catch(() => {});
  await context.shutdown();
}

/** A socket that is bound and waits: the process must go on. */
async function open(): Promise<void> {
  const router = new Router();
  await router.bind("tcp://127.0.0.1:*");
}

/** What was sent leaves before close() resolves and the process ends. */
async function flush(): Promise<void> {
  const push = new Push();
  push.connect(process.argv[3]!);
  for (let i = 0; i < 1000; i++) await push.send(`${i}`);
  await push.close();
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  closed,
  listeners,
  timers,
  udp,
  unref,
  shutdown,
  open,
  flush,
};

void ways[process.argv[2]!]!().then(() => console.log("done"));
