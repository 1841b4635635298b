// Our sockets by the handshake names of their types, and a bag that closes
// every socket a test made.
import {
  Channel,
  Client,
  Datagram,
  Dealer,
  Dish,
  type DuplexSocket,
  Gather,
  Pair,
  Peer,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Router,
  Scatter,
  Server,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";

export const socketClasses = {
  CHANNEL: Channel,
  CLIENT: Client,
  DEALER: Dealer,
  DGRAM: Datagram,
  DISH: Dish,
  GATHER: Gather,
  PAIR: Pair,
  PEER: Peer,
  PUB: Publisher,
  PULL: Pull,
  PUSH: Push,
  RADIO: Radio,
  REP: Reply,
  REQ: Request,
  ROUTER: Router,
  SCATTER: Scatter,
  SERVER: Server,
  STREAM: Stream,
  SUB: Subscriber,
  XPUB: XPublisher,
  XSUB: XSubscriber,
} as const;

/** A socket type by its handshake name. */
export type TypeName = keyof typeof socketClasses;

/** Every socket type. */
export const typeNames: readonly TypeName[] = Object.keys(
  socketClasses,
) as TypeName[];

/** Those that speak ZMTP: a STREAM has TCP alone, a DGRAM has UDP. */
export const zmtpTypes: readonly TypeName[] = typeNames.filter((type) =>
  type !== "STREAM" && type !== "DGRAM"
);

/** Makes a socket of ours, with whatever options: wrong ones included. */
export function makeSocket(type: TypeName, options: object = {}): Socket {
  const socketClass = socketClasses[type] as new (options: object) => Socket;
  return new socketClass(options);
}

/**
 * Makes a socket as one that sends and receives. The caller knows which of
 * the two its type can do.
 */
export function makeDuplex(
  type: TypeName,
  options: object = {},
): DuplexSocket {
  return makeSocket(type, options) as DuplexSocket;
}

/** The sockets of one test; closes them all, dropping what is unsent. */
export class Bag implements AsyncDisposable {
  readonly #sockets: Socket[] = [];

  /** Keeps a socket until the end of the test. */
  keep<T extends Socket>(socket: T): T {
    this.#sockets.push(socket);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#sockets.map((socket) => socket.close({ linger: 0 })),
    );
  }
}
