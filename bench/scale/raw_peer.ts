// A peer with as little as a ZMTP connection can do with: no library's cost is
// in the way of the one that is measured.
import { connect, type Socket } from "node:net";

const GREETING = 64;

/** Where all peers read to: what they read is counted, not kept. */
const landing = new Uint8Array(64 * 1024);

/** One frame; its body is at most 255 octets long. */
export function frame(flags: number, body: Uint8Array): Uint8Array {
  return new Uint8Array([flags, body.length, ...body]);
}

/** The SUBSCRIBE command for a topic. */
export function subscription(topic: Uint8Array): Uint8Array {
  return frame(4, new Uint8Array([9, ...text("SUBSCRIBE"), ...topic]));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** All that a peer of a type says before its traffic. */
export function handshakeOf(type: string): Uint8Array {
  const greeting = new Uint8Array(GREETING);
  greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]);
  greeting.set(text("NULL"), 12);
  const properties: number[] = [];
  for (const [name, value] of [["Socket-Type", type], ["Identity", ""]]) {
    properties.push(name!.length, ...text(name!));
    properties.push(0, 0, 0, value!.length, ...text(value!));
  }
  const ready = frame(4, new Uint8Array([5, ...text("READY"), ...properties]));
  return new Uint8Array([...greeting, ...ready]);
}

/** One raw connection. */
export class RawPeer {
  /** Octets received after the handshake. */
  received = 0;
  readonly #socket: Socket;
  #awaited = Infinity;
  #arrived: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects; resolves when the handshake is over on this side. */
  static open(endpoint: string, type: string): Promise<RawPeer> {
    const [host, port] = endpoint.slice("tcp://".length).split(":");
    return new Promise((resolve, reject) => {
      // The octets until the end of the peer's READY, once they are known.
      let handshake = Infinity;
      let octets = 0;
      const callback = (length: number): boolean => {
        octets += length;
        if (octets < handshake) {
          const at = GREETING + 1 - (octets - length);
          // The size of READY is the second octet after the greeting.
          if (at >= 0 && at < length) handshake = GREETING + 2 + landing[at]!;
          if (octets < handshake) return true;
          peer.#take(octets - handshake);
          resolve(peer);
        } else peer.#take(length);
        return true;
      };
      const socket = connect({
        host: host!,
        port: Number(port),
        noDelay: true,
        onread: { buffer: landing, callback },
      }, () => socket.write(handshakeOf(type)));
      const peer = new RawPeer(socket);
      socket.once("error", reject);
    });
  }

  /** Writes octets; resolves when they have left. */
  write(octets: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(octets, () => resolve());
    });
  }

  /** Resolves when so many octets have arrived after the handshake. */
  until(octets: number): Promise<void> {
    if (this.received >= octets) return Promise.resolve();
    this.#awaited = octets;
    return new Promise((resolve) => this.#arrived = resolve);
  }

  #take(length: number): void {
    this.received += length;
    if (this.received < this.#awaited) return;
    this.#awaited = Infinity;
    this.#arrived();
  }
}
