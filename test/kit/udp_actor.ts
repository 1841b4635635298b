// A process with sockets of ours that use udp, for tests whose processes live
// in networks of their own, or that must not wait for each other.
import { Buffer } from "node:buffer";
import { Datagram, Dish, Radio } from "../../mod.ts";
import { play } from "./actor_program.ts";
import { text } from "./messages.ts";
import { pause } from "./wait.ts";

const classes = { DGRAM: Datagram, DISH: Dish, RADIO: Radio };
type Name = keyof typeof classes;

const sockets = new Map<string, Datagram | Dish | Radio>();

/** What arrived of numbered datagrams. */
interface Tally {
  count: number;
  /** How many came after one that was sent later. */
  late: number;
  twice: number;
  wrong: number;
}

const tallies = new Map<string, Tally>();

function find<T extends Datagram | Dish | Radio>(name: string): T {
  return sockets.get(name) as T;
}

async function count(dish: Dish, size: number, tally: Tally): Promise<void> {
  const seen = new Set<number>();
  let last = -1;
  for await (const [body] of dish) {
    const { buffer, byteOffset, byteLength } = body;
    const number = new DataView(buffer, byteOffset).getUint32(0);
    tally.count++;
    if (byteLength !== size || body.at(-1) !== (number & 255)) tally.wrong++;
    if (seen.has(number)) tally.twice++;
    if (number < last) tally.late++;
    seen.add(number);
    last = Math.max(last, number);
  }
}

play({
  open(type: Name, options: object = {}) {
    const name = `${type} ${sockets.size}`;
    sockets.set(name, new classes[type](options));
    return name;
  },
  bind: (name: string, endpoint: string) => find(name).bind(endpoint),
  connect: (name: string, endpoint: string) => find(name).connect(endpoint),
  join: (name: string, ...groups: string[]) => find<Dish>(name).join(...groups),
  async send(name: string, where: string, body: string) {
    const socket = find<Radio | Datagram>(name);
    if (socket instanceof Radio) await socket.send(body, { group: where });
    else await socket.send([where, body]);
  },
  /** Texts: the group and the body, or the address and the body. */
  async receive(name: string, timeout: number) {
    const socket = find<Dish | Datagram>(name);
    if (!(socket instanceof Dish)) {
      return (await socket.receive({ timeout })).map(text);
    }
    const { message, peer } = await socket.receiveFrom({ timeout });
    const [body, { group }] = message;
    return [text(group), text(body), peer.address];
  },
  /** The text of what is there already, or null. */
  glance: (name: string) => {
    const message = find<Dish>(name).tryReceive();
    return message === undefined ? null : text(message[0]);
  },
  /** Begins to count numbered datagrams. */
  count(name: string, size: number) {
    const tally = { count: 0, late: 0, twice: 0, wrong: 0 };
    tallies.set(name, tally);
    void count(find<Dish>(name), size, tally);
  },
  tally: (name: string) => tallies.get(name),
  /** Sends numbered datagrams, some at a time. */
  async pour(name: string, total: number, size: number, burst: number) {
    const radio = find<Radio>(name);
    const start = performance.now();
    const body = Buffer.alloc(size);
    for (let number = 0; number < total; number++) {
      body.writeUInt32BE(number);
      body[size - 1] = number;
      await radio.send(body, { group: "g" });
      if (number % burst === burst - 1) await pause(1);
    }
    return performance.now() - start;
  },
  stats: (name: string) => find(name).stats,
});
