// Options of the sockets of a run, by chance.
import type { Random } from "./random.ts";

/** What every socket of a run has. */
export interface Settings {
  /** Options of any type of socket. */
  readonly common: Readonly<Record<string, number>>;
  /** High water marks, of those that send or receive. */
  readonly limits: {
    readonly sendHighWaterMark: number;
    readonly receiveHighWaterMark: number;
  };
  /**
   * True when the sockets find out by themselves that a peer is gone. TCP
   * never tells who only listens: without heartbeats, no such faults.
   */
  readonly beating: boolean;
}

/** Settings by chance. */
export function settings(random: Random): Settings {
  const beating = random.chance(0.5);
  const marks = [1, 2, 5, 20, 1000];
  return {
    common: {
      linger: 3000,
      reconnectInterval: random.pick([20, 100, 1000]),
      reconnectMaxInterval: random.pick([0, 0, 500, 2000]),
      handshakeInterval: 2000,
      connectTimeout: random.pick([0, 500]),
      ...beating && {
        heartbeatInterval: random.pick([200, 700]),
        heartbeatTimeout: random.pick([-1, 300, 1500]),
        heartbeatTimeToLive: random.pick([0, 1500]),
      },
    },
    limits: {
      sendHighWaterMark: random.pick(marks),
      receiveHighWaterMark: random.pick(marks),
    },
    beating,
  };
}
