/**
 * Named channels of messages between contexts of JavaScript: over a
 * `BroadcastChannel`, which all of an origin's tabs and workers hear, or over
 * a message port, which has one other end.
 *
 * Knows nothing of connections.
 *
 * @module
 */

/** A message; who understands none of it leaves it alone. */
export type ChannelMessage = Readonly<Record<string, unknown>>;

/** One named channel. */
export interface Channel {
  /** Sends a message to the others who opened the name; octets are copied. */
  post(message: ChannelMessage): void;
  /** Hears nothing more. */
  close(): void;
  /** Says whether the channel keeps the process running. */
  hold(keepsProcess: boolean): void;
}

/** A way to open channels. */
export interface Channels {
  /** The scheme of endpoints that use it. */
  readonly scheme: string;
  /**
   * True when whoever posts to a name that nobody opened is told `nobody`;
   * else nobody answers.
   */
  readonly answers: boolean;
  /** Names that are bound here. */
  readonly bound: Set<string>;
  /**
   * Takes a name for this context alone, where the platform has a way; gives
   * what frees it, or nothing when somebody has it.
   */
  readonly reserve?: Reserve | undefined;
  /** Opens a channel. */
  open(name: string, heard: (message: ChannelMessage) => void): Channel;
}

/** What is used of a `BroadcastChannel`; the last two only some have. */
export interface BroadcastLike {
  /** Called with each message. */
  // deno-lint-ignore no-explicit-any
  onmessage: ((event: any) => void) | null;
  /** Sends a message to the others of the name. */
  postMessage(message: unknown): void;
  /** Hears nothing more. */
  close(): void;
  /** Lets the channel keep the process running. */
  ref?(): unknown;
  /** Does not let the channel keep the process running. */
  unref?(): unknown;
}

/** What is used of Web Locks. */
export interface LocksLike {
  /** Calls back with the lock, or with `null` when somebody has it. */
  request(
    name: string,
    options: { readonly ifAvailable: true },
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** What a platform has for names that others hear. */
export interface BroadcastWays {
  /** Opens a channel; default: the platform's `BroadcastChannel`. */
  readonly open?: ((name: string) => BroadcastLike) | undefined;
  /** Web Locks, which browsers have where pages come by https. */
  readonly locks?: LocksLike | undefined;
}

/** Takes a name; gives what frees it, or nothing when somebody has it. */
export type Reserve = (
  name: string,
) => Promise<(() => Promise<unknown>) | undefined>;

/** Channels between the tabs and workers of an origin, or of a process. */
export class BroadcastChannels implements Channels {
  readonly scheme = "broadcast";
  readonly answers = false;
  readonly bound: Set<string> = new Set();
  readonly reserve: Reserve | undefined;
  readonly #open: (name: string) => BroadcastLike;

  /** Takes what the platform has. */
  constructor({ open, locks }: BroadcastWays) {
    this.#open = open ?? ((name) => new BroadcastChannel(name));
    if (locks !== undefined) this.reserve = (name) => lock(locks, name);
  }

  /** Opens a channel. */
  open(name: string, heard: (message: ChannelMessage) => void): Channel {
    const channel = this.#open(`isomq:${name}`);
    channel.onmessage = ({ data }) => {
      if (isMessage(data)) heard(data);
    };
    return {
      post: (message) => channel.postMessage(message),
      close: () => channel.close(),
      hold: (keepsProcess) => {
        if (keepsProcess) channel.ref?.();
        else channel.unref?.();
      },
    };
  }
}

/** A lock for as long as the name is bound, by a page that is there. */
function lock(
  locks: LocksLike,
  name: string,
): Promise<(() => Promise<unknown>) | undefined> {
  return new Promise((resolve, reject) => {
    const request = locks.request(
      `isomq:${name}`,
      { ifAvailable: true },
      (lock): Promise<void> | undefined => {
        if (lock !== null) {
          return new Promise((free) =>
            resolve(() => {
              free();
              return request;
            })
          );
        }
        resolve(undefined);
        return undefined;
      },
    );
    request.catch(reject);
  });
}

/**
 * What a message port, a worker as its maker sees it, and the worker's own
 * scope have in common. Node's own kinds have `on` and `off` in place of
 * events.
 */
export interface PortLike {
  /** Sends a message to the other end. */
  // deno-lint-ignore no-explicit-any
  postMessage(message: any, transfer: any[]): void;
  /** Tells of messages. */
  addEventListener?(
    type: "message",
    // deno-lint-ignore no-explicit-any
    listener: (event: any) => void,
  ): void;
  /** Tells of messages no more. */
  removeEventListener?(
    type: "message",
    // deno-lint-ignore no-explicit-any
    listener: (event: any) => void,
  ): void;
  /** As `addEventListener`, on Node. */
  // deno-lint-ignore no-explicit-any
  on?(type: "message", listener: (message: any) => void): unknown;
  /** As `removeEventListener`, on Node. */
  // deno-lint-ignore no-explicit-any
  off?(type: "message", listener: (message: any) => void): unknown;
  /** Lets messages come; workers need no such call. */
  start?(): void;
  /** Lets the port keep the process running. */
  ref?(): unknown;
  /** Does not let the port keep the process running. */
  unref?(): unknown;
}

/** The mark of our messages: the port may have others. */
const MARK = "isomq";

interface OpenChannel {
  readonly heard: (message: ChannelMessage) => void;
  holds: boolean;
}

const ports = new WeakMap<PortLike, PortChannels>();

/** Channels to the other end of a port. */
export class PortChannels implements Channels {
  readonly scheme = "port";
  readonly answers = true;
  readonly bound: Set<string> = new Set();
  readonly #port: PortLike;
  readonly #open = new Map<string, Set<OpenChannel>>();
  readonly #heard = (event: { data: unknown }): void => this.#hear(event.data);
  readonly #heardOnNode = (message: unknown): void => this.#hear(message);
  #listening = false;
  #holds = true;
  #letsGo = false;

  /** Takes a port; use `of`. */
  private constructor(port: PortLike) {
    this.#port = port;
  }

  /** The channels of a port: always the same, for its names are. */
  static of(port: PortLike): PortChannels {
    let channels = ports.get(port);
    if (channels === undefined) {
      ports.set(port, channels = new PortChannels(port));
    }
    return channels;
  }

  /** Opens a channel. */
  open(name: string, heard: (message: ChannelMessage) => void): Channel {
    const own: OpenChannel = { heard, holds: true };
    const open = this.#open.get(name) ?? new Set();
    this.#open.set(name, open.add(own));
    this.#update();
    return {
      post: (message) => this.#post(name, message),
      close: () => {
        open.delete(own);
        if (open.size === 0 && this.#open.get(name) === open) {
          this.#open.delete(name);
        }
        this.#update();
      },
      hold: (keepsProcess) => {
        own.holds = keepsProcess;
        this.#update();
      },
    };
  }

  #post(channel: string, message: ChannelMessage): void {
    // What was copied for the message need not be copied again.
    const { octets } = message;
    const transfer = octets instanceof Uint8Array ? [octets.buffer] : [];
    this.#port.postMessage({ [MARK]: channel, message }, transfer);
  }

  #hear(data: unknown): void {
    if (!isMessage(data)) return;
    const { [MARK]: channel, message } = data;
    if (!this.#holds) this.#letGo();
    if (typeof channel !== "string" || !isMessage(message)) return;
    const open = this.#open.get(channel);
    if (open !== undefined) {
      for (const { heard } of [...open]) heard(message);
    } else if (message.kind !== "nobody" && message.kind !== "close") {
      this.#post(channel, { kind: "nobody" });
    }
  }

  /** Listens while there is a reason, and keeps the process if one wants it. */
  #update(): void {
    const port = this.#port;
    const wanted = this.#open.size > 0;
    if (wanted !== this.#listening) {
      this.#listening = wanted;
      const events = typeof port.addEventListener === "function";
      if (wanted) {
        if (events) port.addEventListener!("message", this.#heard);
        else port.on!("message", this.#heardOnNode);
        port.start?.();
      } else if (events) port.removeEventListener!("message", this.#heard);
      else port.off!("message", this.#heardOnNode);
    }
    // A port that is listened to keeps the process by itself, and so does a
    // worker, which is not ours to let go.
    const holds = [...this.#open.values()].some((open) =>
      [...open].some((one) => one.holds)
    );
    if (!wanted || holds === this.#holds) return;
    this.#holds = holds;
    if (holds) port.ref?.();
    else port.unref?.();
  }

  /** Deno forgets with each message that the port keeps no process. */
  #letGo(): void {
    if (this.#letsGo) return;
    this.#letsGo = true;
    setTimeout(() => {
      this.#letsGo = false;
      if (this.#holds) return;
      this.#port.ref?.();
      this.#port.unref?.();
    }, 0);
  }
}

function isMessage(data: unknown): data is ChannelMessage {
  return typeof data === "object" && data !== null;
}
