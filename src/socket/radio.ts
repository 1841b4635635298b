/**
 * The RADIO socket.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import { type FrameLike, toFrame } from "../message/message.ts";
import type { RadioOptions, Settings } from "../options/types.ts";
import { liveOptions } from "./live_options.ts";
import { RadioPattern } from "./patterns/radio.ts";
import type { SendOptions } from "./sender.ts";
import { coreOf, Socket, type SocketInit } from "./socket.ts";

/** Which group a message goes to. */
export interface RadioGroup {
  /** The group: 0 to 255 octets other than 0, or text. */
  readonly group: FrameLike;
}

/**
 * Sends single frames to groups; every {@linkcode Dish} that joined the group
 * gets them. RFC 48.
 *
 * @example
 * ```ts
 * import { Dish, Radio } from "isomq";
 *
 * const radio = new Radio();
 * await radio.bind("inproc://radio");
 * const dish = new Dish();
 * dish.join("weather");
 * dish.connect("inproc://radio");
 * await radio.send("sunny", { group: "weather" });
 * const [data] = await dish.receive();
 * console.log(new TextDecoder().decode(data));
 * await Promise.all([radio.close(), dish.close()]);
 * ```
 */
export class Radio extends Socket {
  /** Makes a RADIO socket. */
  constructor(init?: Settings<RadioOptions> & SocketInit) {
    super("RADIO", (host) => new RadioPattern(host), init);
  }

  static {
    liveOptions(Radio.prototype, "RADIO");
  }

  /**
   * Sends one frame to a group.
   *
   * @throws {ZmqError} `EINVAL` without a group, for a group that is longer
   * than 255 octets or holds a zero octet, for several frames or a wrong
   * timeout; `EMSGSIZE` for what does not fit into a datagram, when connected
   * over udp; `EAGAIN` after the timeout, with `noDrop`; `EBADF` when the
   * socket is closed, `ETERM` when its context was shut down.
   */
  send(data: FrameLike, options: RadioGroup & SendOptions): Promise<void> {
    try {
      const { sender } = coreOf(this);
      return sender.send([toFrame(data)], toEnvelope(options), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends now; `false` when it would have to wait, and nothing was sent.
   *
   * @throws {ZmqError} as `send`, but never `EAGAIN`.
   */
  trySend(data: FrameLike, options: RadioGroup): boolean {
    const { sender } = coreOf(this);
    return sender.trySend([toFrame(data)], toEnvelope(options));
  }
}

function toEnvelope(options: RadioGroup): { group: Uint8Array } {
  if (options?.group === undefined) {
    throw new ZmqError(
      "EINVAL",
      `Cannot send to group ${quote(options?.group)}: expected { group }`,
    );
  }
  return { group: toFrame(options.group) };
}

/** The options of a RADIO socket, as live properties. */
export interface Radio extends RadioOptions {}
