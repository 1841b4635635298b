// A platform's WebSocket in the hands of a test.
import type { PlatformWebSocket } from "../../src/transport/platform_web_socket.ts";

/** What stands in for the platform's `WebSocket`. */
export class FakeWebSocket implements PlatformWebSocket {
  binaryType = "blob";
  readonly protocol = "ZWS2.0/NULL";
  readyState = 1;
  bufferedAmount = 0;
  /** What was sent, in order. */
  readonly sent: Uint8Array[] = [];
  /** The arguments of each `close()`. */
  readonly closes: [number | undefined, string | undefined][] = [];
  readonly #listeners = new Map<string, (event: unknown) => void>();

  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push(data.slice());
  }

  close(code?: number, reason?: string): void {
    // As browsers do.
    if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
      throw new DOMException(`Code ${code}`, "InvalidAccessError");
    }
    this.closes.push([code, reason]);
    this.readyState = 2;
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, listener);
  }

  /** A message arrives. */
  message(data: string | Uint8Array<ArrayBuffer>): void {
    const given = typeof data === "string" ? data : data.slice().buffer;
    this.#listeners.get("message")!({ data: given });
  }

  /** The connection failed; some platforms say no more than that. */
  failed(): void {
    this.readyState = 3;
    this.#listeners.get("error")!({});
  }

  /** The connection is over. */
  closed(code: number, reason = ""): void {
    this.readyState = 3;
    this.#listeners.get("close")!({ code, reason, wasClean: code !== 1006 });
  }
}
