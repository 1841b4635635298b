// Where sockets of ours meet in a test: one transport, one context, fresh
// endpoints; everything is closed at the end.
import { Context, type Socket, type Transport } from "../../mod.ts";
import { text } from "./messages.ts";
import { Places, type Scheme } from "./places.ts";
import { PATIENCE } from "./wait.ts";

type SocketClass<T extends Socket, O> = new (
  options: O & { readonly context: Context },
) => T;

/** A test's sockets on one transport. */
export class Stage implements AsyncDisposable {
  /** What all sockets of this process are made with, unless a test differs. */
  static options: object = {};
  /** False where who connects cannot hold back what its peer sends. */
  static holdsBack = true;
  /** The transports of contexts, beside those of the runtime. */
  static transports: readonly Transport[] = [];
  readonly scheme: Scheme;
  readonly context: Context = new Context({ transports: Stage.transports });
  readonly #places = new Places();
  readonly #sockets: Socket[] = [];

  constructor(scheme: Scheme) {
    this.scheme = scheme;
  }

  /** Makes a socket that is closed with the stage. */
  make<T extends Socket, const O extends object>(
    socketClass: SocketClass<T, O>,
    options?: O,
  ): T {
    // Lost connections are to come back at once.
    const socket = new socketClass({
      reconnectInterval: 10,
      ...Stage.options,
      ...options as O,
      context: this.context,
    });
    this.#sockets.push(socket);
    return socket;
  }

  /** An endpoint of its own to bind to, wildcards included. */
  place(): string {
    return this.#places.fresh(this.scheme);
  }

  /** Connects the second socket, and more, to the first one. */
  async join(binding: Socket, ...connecting: Socket[]): Promise<string> {
    const endpoint = await binding.bind(this.place());
    for (const socket of connecting) socket.connect(endpoint);
    return endpoint;
  }

  /** An endpoint where nobody listens, and where one can bind later. */
  async nowhere(socketClass: SocketClass<Socket, object>): Promise<string> {
    if (this.scheme !== "tcp" && this.scheme !== "ws") return this.place();
    const socket = this.make(socketClass, {});
    const endpoint = await socket.bind(this.place());
    await socket.close();
    return endpoint;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#sockets.map((socket) => socket.close({ linger: 0 })),
    );
    await this.context.shutdown();
    this.#places.remove();
  }
}

/** How long a call may wait before the test has failed. */
export const TIMEOUT = { timeout: PATIENCE } as const;

/** The texts of the next message. */
export async function nextTexts(
  socket: {
    receive(options: { readonly timeout: number }): Promise<Uint8Array[]>;
  },
): Promise<string[]> {
  return (await socket.receive(TIMEOUT)).map(text);
}
