// A TCP relay in the test's own process whose connections can be cut: what is
// on the way is lost then, as when a cable is pulled out of a router that
// tells both sides at once.
import { connect, createServer, type Server, type Socket } from "node:net";

/** A relay. */
export class Breaker implements AsyncDisposable {
  /** How many connections there were. */
  count = 0;
  /** When each connection was made, in milliseconds. */
  readonly times: number[] = [];
  readonly #server: Server;
  readonly #target: { readonly port: number; readonly host: string };
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isDown = false;

  private constructor(endpoint: string) {
    const [host, port] = endpoint.slice("tcp://".length).split(":");
    this.#target = { host: host!, port: Number(port) };
    this.#server = createServer({ noDelay: true }, (near) => this.#relay(near));
  }

  /** A relay to a TCP endpoint. */
  static async to(endpoint: string): Promise<Breaker> {
    const breaker = new Breaker(endpoint);
    await new Promise<void>((resolve) => {
      breaker.#server.listen({ port: 0, host: "127.0.0.1" }, resolve);
    });
    return breaker;
  }

  /** Where to connect to. */
  get endpoint(): string {
    const { port } = this.#server.address() as { readonly port: number };
    return `tcp://127.0.0.1:${port}`;
  }

  /** How many connections there are now. */
  get live(): number {
    return this.#pairs.size;
  }

  /**
   * Cuts every connection; the next ones are let through. Returns how many it
   * cut.
   */
  cut(): number {
    const pairs = [...this.#pairs];
    for (const pair of pairs) this.#end(pair);
    return pairs.length;
  }

  /** Lets nobody through until `up`: who comes is thrown out. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  /** Lets everybody through again. */
  up(): void {
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.down();
    await closed;
  }

  #relay(near: Socket): void {
    this.count++;
    this.times.push(performance.now());
    if (this.#isDown) {
      near.on("error", () => {});
      near.destroy();
      return;
    }
    const far = connect({ ...this.#target, noDelay: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on("error", () => this.#end(pair));
      socket.on("close", () => this.#end(pair));
    }
    near.pipe(far);
    far.pipe(near);
  }

  #end(pair: readonly [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
