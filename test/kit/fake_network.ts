// What the networks in the hands of a test have in common: how their sockets
// are opened, and a world around them.
import type { Socket, SocketEvent } from "../../mod.ts";
import { FakeClock } from "./fake_clock.ts";

/** A transport whose sockets a test moves by hand. */
export abstract class FakeNetwork<Opened> {
  /** All that were opened. */
  readonly sockets: Opened[] = [];
  /** Why no socket can be opened now. */
  refusal: unknown;
  /** What opening waits for. */
  gate: Promise<void> = Promise.resolve();

  /** The socket opened last. */
  get last(): Opened {
    return this.sockets.at(-1)!;
  }

  /** Opens a socket, unless the test does not want it. */
  protected async opened(make: () => Opened): Promise<Opened> {
    await this.gate;
    if (this.refusal !== undefined) throw this.refusal;
    const socket = make();
    this.sockets.push(socket);
    return socket;
  }
}

/** Where time passes as the test says. */
export abstract class FakeWorld {
  readonly clock: FakeClock = new FakeClock();

  /** The names of a socket's events from now on. */
  watch(socket: Socket): { names: string[]; events: SocketEvent[] } {
    const names: string[] = [];
    const events: SocketEvent[] = [];
    void (async () => {
      for await (const event of socket.events) {
        names.push(event.type);
        events.push(event);
      }
    })();
    return { names, events };
  }
}
