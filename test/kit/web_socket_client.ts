// A client of ZWS over the WebSocket that the platform has, as a page in a
// browser would write one: RFC 45 by hand. Platforms refuse names with a
// slash, as RFC 6455 §4.1 wants tokens: what is left is the plain subprotocol.
import { concat } from "../../src/base/bytes.ts";
import { within } from "./wait.ts";

const MORE = 1;

/** One connection of the platform's WebSocket. */
export class PlatformClient {
  readonly #socket: WebSocket;
  readonly #messages: Uint8Array[][] = [];
  readonly #waiting: ((message: Uint8Array[]) => void)[] = [];
  #parts: Uint8Array[] = [];
  #hasIdentity = false;
  /** Resolves when the connection is gone, with the code, or failed, with 0. */
  readonly closed: Promise<number>;
  readonly #opened: Promise<void>;

  constructor(url: string, subprotocols: string[] = ["ZWS2.0"]) {
    const socket = this.#socket = new WebSocket(url, subprotocols);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#take(data));
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code }) => resolve(code));
      // Node 20 says no more of one that could not be opened.
      socket.addEventListener("error", () => resolve(0));
    });
    this.#opened = new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error("no WebSocket")));
    });
    this.#opened.catch(() => {});
  }

  /** Resolves when it is open; says the identity of a peer without one. */
  async open(identity: Uint8Array = new Uint8Array(0)): Promise<string> {
    await within(this.#opened, "the WebSocket to open");
    this.#frame(0, identity);
    return this.#socket.protocol;
  }

  /** Sends one message. */
  send(...parts: Uint8Array[]): void {
    for (const [i, part] of parts.entries()) {
      this.#frame(i < parts.length - 1 ? MORE : 0, part);
    }
  }

  /** The next message. */
  receive(): Promise<Uint8Array[]> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    return within(
      new Promise((resolve) => this.#waiting.push(resolve)),
      "a message",
    );
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.close();
  }

  #frame(flags: number, body: Uint8Array): void {
    this.#socket.send(
      concat([Uint8Array.of(flags), body]) as Uint8Array<ArrayBuffer>,
    );
  }

  #take(data: ArrayBuffer): void {
    const frame = new Uint8Array(data);
    // RFC 45: the first message of each side is its identity.
    if (!this.#hasIdentity) {
      this.#hasIdentity = true;
      return;
    }
    this.#parts.push(frame.subarray(1));
    if ((frame[0]! & MORE) !== 0) return;
    const message = this.#parts;
    this.#parts = [];
    const take = this.#waiting.shift();
    if (take === undefined) this.#messages.push(message);
    else take(message);
  }
}
