// Attacks on the memory and the time of a process, and who makes them.
import { fromHex, toBytes } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/wire/commands.ts";
import { encodeFrame } from "../../src/wire/framing.ts";
import { pause } from "../kit/wait.ts";
import { login } from "./login.ts";
import { RawPeer } from "./raw_peer.ts";
import type { VictimOptions } from "./victim.ts";
import { command, greeting, property } from "./words.ts";

const PLACE = { role: "client", mechanism: "NULL", scheme: "tcp" } as const;
const MORE = 1;
const COMMAND = 4;
const MEBIOCTET = 1024 * 1024;

/** Raw peers of one attack, which count what they say. */
export class Gang {
  readonly endpoint: string;
  octets = 0;
  readonly #peers: RawPeer[] = [];

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  async stranger(): Promise<RawPeer> {
    const peer = await RawPeer.connectTo(this.endpoint);
    this.#peers.push(peer);
    return peer;
  }

  async insider(type = "DEALER", identity?: string): Promise<RawPeer> {
    const peer = await this.stranger();
    const properties = identity === undefined
      ? []
      : [["Identity", toBytes(identity)] as const];
    await login(peer, PLACE, { type, properties });
    return peer;
  }

  /** Says octets, some at a time, as the system takes them. */
  async say(peer: RawPeer, ...parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.octets += part.length;
      peer.say(part);
      await pause();
    }
  }

  disperse(): void {
    for (const peer of this.#peers) peer.close();
  }
}

/** Something that costs a victim as little as it may. */
export interface Attack extends VictimOptions {
  readonly name: string;
  /** Makes what takes long to make, while nobody's time is measured. */
  readonly prepare?: () => readonly Uint8Array[];
  readonly act: (gang: Gang, made: readonly Uint8Array[]) => Promise<void>;
}

/** So many times the same frame, in one piece. */
function repeated(frame: Uint8Array, count: number): Uint8Array {
  const octets = new Uint8Array(frame.length * count);
  for (let i = 0; i < count; i++) octets.set(frame, i * frame.length);
  return octets;
}

function header(size: bigint): Uint8Array {
  const octets = new Uint8Array(9);
  octets[0] = 2;
  new DataView(octets.buffer).setBigUint64(1, size);
  return octets;
}

function* topics(count: number): Iterable<Uint8Array> {
  for (let i = 0; i < count; i++) yield toBytes(`topics/${i % 97}/${i}`);
}

function subscriptions(count: number): Uint8Array[] {
  const frames = [...topics(count)]
    .map((topic) => encodeFrame(COMMAND, encodeCommand("SUBSCRIBE", topic)));
  const size = 500;
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => {
    const some = frames.slice(i * size, (i + 1) * size);
    const octets = new Uint8Array(some.reduce((n, f) => n + f.length, 0));
    let at = 0;
    for (const frame of some) {
      octets.set(frame, at);
      at += frame.length;
    }
    return octets;
  });
}

const A = toBytes("a");

/** So many times 500 subscriptions to a topic, each taken back at once. */
function pairs(count: number, topic: Uint8Array): Uint8Array[] {
  const [on, off] = ["SUBSCRIBE", "CANCEL"].map((name) =>
    encodeFrame(COMMAND, encodeCommand(name, topic))
  ) as [Uint8Array, Uint8Array];
  const both = new Uint8Array(on.length + off.length);
  both.set(on);
  both.set(off, on.length);
  return new Array(count).fill(repeated(both, 500));
}

const LENGTHS = [31n, 32n, 53n, 63n].flatMap((power) => [
  2n ** power - 1n,
  2n ** power,
]);

/** What must cost little. */
export const attacks: readonly Attack[] = [
  {
    name: "PINGs shorter than 7 octets",
    type: "ROUTER",
    act: async (gang) => {
      for (const ping of ["04050450494e47", "04060450494e4700"]) {
        const peer = await gang.insider();
        await gang.say(peer, fromHex(ping));
        await peer.end();
      }
    },
  },
  {
    name: "every frame length to 2^64-1",
    type: "ROUTER",
    act: async (gang) => {
      for (const size of [...LENGTHS, 2n ** 64n - 1n]) {
        const peer = await gang.insider();
        await gang.say(peer, header(size), new Uint8Array(4096));
        await peer.end();
      }
    },
  },
  {
    name: "1 GiB announced, 4 KiB sent",
    type: "ROUTER",
    socket: { maxMessageBytes: -1 },
    act: async (gang) => {
      const all = Array.from({ length: 8 }, async () => {
        const peer = await gang.insider();
        await gang.say(peer, header(2n ** 30n), new Uint8Array(4096));
      });
      await Promise.all(all);
      await pause(50);
    },
  },
  {
    name: "64 MiB announced before login, and held",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.stranger();
      await gang.say(peer, greeting(PLACE), header(2n ** 26n));
      await peer.end();
    },
  },
  {
    name: "10 000 properties",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.stranger();
      const one = property("X-many", "x");
      const body = repeated(one, 10_000);
      await gang.say(peer, greeting(PLACE), command("READY", body));
      await peer.end();
      const other = await gang.stranger();
      const fitting = command("READY", repeated(one, 4000));
      await gang.say(other, greeting(PLACE), fitting);
      await other.end();
    },
  },
  {
    name: "a message that never ends, of small parts",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.insider();
      const parts = repeated(encodeFrame(MORE, toBytes("x")), 500);
      for (let i = 0; i < 40 && !peer.ended; i++) await gang.say(peer, parts);
      await peer.end();
    },
  },
  {
    name: "a message that never ends, of parts of 1 MiB",
    type: "ROUTER",
    socket: { maxMessageBytes: 32 * MEBIOCTET },
    act: async (gang) => {
      const peer = await gang.insider();
      const part = encodeFrame(MORE, new Uint8Array(MEBIOCTET));
      for (let i = 0; i < 33; i++) await gang.say(peer, part);
      await peer.end();
    },
  },
  {
    name: "400 connections that say nothing",
    type: "ROUTER",
    act: async (gang) => {
      // Not more at once than the system lets wait: it is not to be tested.
      for (let i = 0; i < 8; i++) {
        const some = Array.from({ length: 50 }, () => gang.stranger());
        await Promise.all(some);
      }
      await pause(50);
    },
  },
  {
    name: "100 peers with the identity of another",
    type: "ROUTER",
    act: async (gang) => {
      await gang.insider("DEALER", "the one");
      for (let i = 0; i < 100; i++) {
        const peer = await gang.insider("DEALER", "the one");
        await peer.end();
      }
    },
  },
  {
    name: "200 000 PINGs whose answers are not read",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.insider();
      peer.deafen();
      const ping = encodeFrame(COMMAND, toBytes("\x04PING\0\0"));
      const pings = repeated(ping, 500);
      for (let i = 0; i < 400; i++) await gang.say(peer, pings);
      await pause(50);
    },
  },
  {
    name: "30 000 messages whose answers are not read",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.insider();
      peer.deafen();
      const some = repeated(encodeFrame(0, new Uint8Array(300)), 300);
      for (let i = 0; i < 100; i++) await gang.say(peer, some);
      await pause(50);
    },
  },
  {
    name: "50 000 empty messages",
    type: "ROUTER",
    act: async (gang) => {
      const peer = await gang.insider();
      const some = repeated(encodeFrame(0, new Uint8Array(0)), 1000);
      for (let i = 0; i < 50; i++) await gang.say(peer, some);
      await pause(50);
    },
  },
  {
    name: "60 000 subscriptions",
    type: "PUB",
    prepare: () => subscriptions(60_000),
    act: async (gang, made) => {
      const peer = await gang.insider("SUB");
      await gang.say(peer, ...made);
      await pause(50);
    },
  },
  {
    name: "a topic of 4 MiB",
    type: "PUB",
    act: async (gang) => {
      const peer = await gang.insider("SUB");
      const body = new Uint8Array(4 * MEBIOCTET);
      body[0] = 1;
      await gang.say(peer, encodeFrame(0, body));
      await peer.end();
      const other = await gang.insider("SUB");
      const frame = encodeFrame(COMMAND, encodeCommand("SUBSCRIBE", body));
      await gang.say(other, frame);
      await other.end();
    },
  },
  {
    name: "topics of peers that leave",
    type: "PUB",
    prepare: () => subscriptions(30_000),
    act: async (gang, made) => {
      for (let i = 0; i < 6; i++) {
        const peer = await gang.insider("SUB");
        await gang.say(peer, ...made);
        peer.close();
      }
      await pause(50);
    },
  },
  {
    name: "a short topic that comes and goes within a long one",
    type: "PUB",
    prepare: () => [
      encodeFrame(COMMAND, encodeCommand("SUBSCRIBE", repeated(A, 65_000))),
      ...pairs(30, A),
    ],
    act: async (gang, made) => {
      const peer = await gang.insider("SUB");
      await gang.say(peer, ...made);
      await pause(50);
    },
  },
  {
    name: "subscriptions that come and go, of which nobody reads",
    type: "XPUB",
    prepare: () => pairs(40, A),
    act: async (gang, made) => {
      for (let i = 0; i < 4; i++) {
        const peer = await gang.insider("SUB");
        await gang.say(peer, ...made);
        peer.close();
      }
      await pause(50);
    },
  },
];
