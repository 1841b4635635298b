// The test's side of socket_actor.ts: processes with sockets of ours, whose
// messages all go into one history.
import { Actor, type ActorOptions } from "../kit/actor.ts";
import { type History, stamped } from "../kit/history.ts";
import { scriptUrl } from "../kit/runtime.ts";
import type { TypeName } from "../kit/sockets.ts";
import { COLLECTABLE } from "./memory.ts";
import type { Pour } from "./socket_actor.ts";

type Notice =
  | { readonly sent: readonly [sender: number, from: number, end: number] }
  | { readonly failed: readonly [sender: number, from: number, end: number] }
  | { readonly got: readonly (readonly [number, number, number, string])[] }
  | { readonly torn: number };

/** A process with sockets. */
export class Player extends Actor {
  /**
   * @param history where all that it sends and receives is kept.
   * @param receiver the number of this process as one that receives.
   */
  constructor(
    history: History,
    receiver: number,
    options: ActorOptions = {},
  ) {
    super(scriptUrl("socket_actor", import.meta.url), [], {
      permissions: COLLECTABLE,
      ...options,
      onNotice: (notice) => keep(history, receiver, notice as Notice),
    });
  }

  /** Makes a socket; returns what it is called. */
  async open(type: TypeName, options: object = {}): Promise<string> {
    const name = `${type} ${++count}`;
    await this.ask("open", name, type, options);
    return name;
  }

  /** Makes a socket that is bound; says where. */
  async bound(
    type: TypeName,
    endpoint: string,
    options: object = {},
  ): Promise<{ readonly name: string; readonly endpoint: string }> {
    const name = await this.open(type, options);
    return { name, endpoint: await this.ask<string>("bind", name, endpoint) };
  }

  /** Makes a socket that connects. */
  async connected(
    type: TypeName,
    endpoint: string,
    options: object = {},
  ): Promise<string> {
    const name = await this.open(type, options);
    await this.ask("connect", name, endpoint);
    return name;
  }

  /** Begins to send. */
  async pour(name: string, what: Pour): Promise<void> {
    await this.ask("pour", name, what);
  }
}

let count = 0;

function keep(history: History, receiver: number, notice: Notice): void {
  if ("sent" in notice) {
    const [sender, from, end] = notice.sent;
    for (let seq = from; seq < end; seq++) {
      history.sent({ sender, epoch: 0, seq });
    }
  } else if ("failed" in notice) {
    const [sender, from, end] = notice.failed;
    for (let seq = from; seq < end; seq++) {
      history.failed({ sender, epoch: 0, seq });
    }
  } else if ("got" in notice) {
    for (const [sender, epoch, seq, connection] of notice.got) {
      history.received(
        receiver,
        stamped({ sender, epoch, seq }),
        connection,
      );
    }
  } else history.received(receiver, []);
}
