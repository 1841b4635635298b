// What the interop tests ask of another implementation of ZeroMQ, whichever
// it is and wherever it runs.

/** Options of a foreign socket by libzmq's names, without `ZMQ_`. */
export type ForeignOptions = Readonly<
  Record<string, number | string | Uint8Array>
>;

/** A socket of another implementation. */
export interface ForeignSocket {
  /** Binds; resolves with the endpoint, wildcards filled in. */
  bind(endpoint: string): Promise<string>;
  /** Connects. */
  connect(endpoint: string): Promise<void>;
  /** Subscribes a SUB socket to topics, or joins a DISH to groups. */
  subscribe(...topics: Uint8Array[]): Promise<void>;
  /** Sends messages one after the other. */
  send(...messages: (readonly Uint8Array[])[]): Promise<void>;
  /**
   * Receives messages.
   *
   * @param skip a message that does not count
   */
  receive(count: number, skip?: readonly Uint8Array[]): Promise<Uint8Array[][]>;
  /** Sends as many messages back as it says. */
  echo(count: number): Promise<void>;
  /** Closes the socket and drops what is unsent. */
  close(): Promise<void>;
}

/** Another implementation. */
export interface Foreign {
  /** What it is, with its version. */
  readonly name: string;
  /** Makes a socket; types by their handshake names. */
  socket(type: string, options?: ForeignOptions): Promise<ForeignSocket>;
}
