/**
 * A session after its handshake, with a peer to play by hand.
 *
 * @module
 */

import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import type { Connection } from "../../src/session/connection.ts";
import { FakeClock } from "./fake_clock.ts";
import type { MemoryOptions } from "./memory_stream.ts";
import {
  facing,
  greeting,
  type RawPeer,
  ready,
  TestHost,
} from "./session_host.ts";

const PEERS: Partial<Record<SocketType, string>> = {
  PULL: "PUSH",
  PUSH: "PULL",
  PUB: "SUB",
  XPUB: "XSUB",
  SUB: "PUB",
  REQ: "REP",
  DEALER: "ROUTER",
  RADIO: "DISH",
  DISH: "RADIO",
  SCATTER: "GATHER",
  GATHER: "SCATTER",
  REP: "REQ",
  ROUTER: "DEALER",
  XSUB: "XPUB",
  PAIR: "PAIR",
  CLIENT: "SERVER",
  SERVER: "CLIENT",
  PEER: "PEER",
  CHANNEL: "CHANNEL",
};

export interface Scene {
  readonly clock: FakeClock;
  readonly host: TestHost;
  readonly peer: RawPeer;
  say(...frames: string[]): Promise<void>;
}

/** A socket that heard octets of a peer, and what came of it. */
export interface Heard {
  readonly host: TestHost;
  readonly peer: RawPeer;
  readonly session: Connection;
}

/** Says octets to a socket from the first one on, greeting included. */
export async function hearing(
  type: SocketType,
  octets: string,
  options: Partial<Options> = {},
): Promise<Heard> {
  const host = new TestHost(type, new FakeClock(), options);
  const { peer, session } = await facing(host);
  peer.say(octets);
  await host.clock.settle();
  return { host, peer, session };
}

/** A socket after its handshake with a peer to play by hand. */
export async function scene(
  type: SocketType,
  changes: Partial<Options> = {},
  minor = 1,
  options: MemoryOptions = {},
): Promise<Scene> {
  const clock = new FakeClock();
  const host = new TestHost(type, clock, changes);
  const { peer } = await facing(host, options);
  peer.say(greeting("NULL", minor) + ready(PEERS[type]!));
  await clock.settle();
  peer.take();
  return {
    clock,
    host,
    peer,
    say: async (...frames) => {
      peer.say(frames.join(""));
      await clock.settle();
    },
  };
}
