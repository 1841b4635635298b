/**
 * A server, its client, and a ZAP handler that answers by hand.
 *
 * @module
 */

import { Context, type Message, Pull, Push, Reply } from "../../mod.ts";
import { TIMEOUT } from "./stage.ts";
import { until } from "./wait.ts";

/** Where ZAP handlers are. */
export const HANDLER = "inproc://zeromq.zap.01";
/** Who asks to be let in. */
export const USER = {
  plainUsername: "admin",
  plainPassword: "secret",
} as const;

/** What differs from one question to the next. */
export interface Setting {
  readonly server?: ConstructorParameters<typeof Pull>[0];
  readonly client?: ConstructorParameters<typeof Push>[0];
}

/** A PLAIN server and client, and a handler that answers by hand. */
export class ZapScene implements AsyncDisposable {
  readonly context: Context = new Context();
  readonly pull: Pull;
  readonly push: Push;
  readonly handler: Reply;

  constructor(setting: Setting = {}) {
    const { context } = this;
    const { server = { plainServer: true }, client = USER } = setting;
    this.handler = new Reply({ context });
    this.pull = new Pull({ zapDomain: "test", ...server, context });
    this.push = new Push({ ...client, context, reconnectInterval: -1 });
  }

  /** Connects; the handler has the question then. */
  async ask(): Promise<Message> {
    if (this.handler.lastEndpoint === null) await this.handler.bind(HANDLER);
    this.push.connect(await this.pull.bind("tcp://127.0.0.1:*"));
    return await this.handler.receive(TIMEOUT);
  }

  /** Answers, and says whether the client is let in. */
  async answer(...frames: (string | Uint8Array)[]): Promise<boolean> {
    const events: string[] = [];
    const seen = (event: Event) => void events.push(event.type);
    for (const name of ["handshake:error:auth", "handshake:error:protocol"]) {
      this.push.events.addEventListener(name as never, seen as never);
      this.pull.events.addEventListener(name as never, seen as never);
    }
    this.pull.events.addEventListener("disconnect" as never, seen as never);
    await this.handler.send(frames);
    const isOver = () => events.length > 0 || this.pull.peers.length > 0;
    await until(isOver, "the handshake is over");
    return this.pull.peers.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sockets = [this.push, this.pull, this.handler];
    await Promise.all(sockets.map((each) => each.close({ linger: 0 })));
    await this.context.shutdown();
  }
}

/** An answer to a question, right but for these frames. */
export function reply(
  [version, requestId]: Message,
  changes: Readonly<Record<number, string | Uint8Array>> = {},
): (string | Uint8Array)[] {
  const frames = [version!, requestId!, "200", "OK", "joe", ""];
  for (const [at, frame] of Object.entries(changes)) frames[+at] = frame;
  return frames;
}
