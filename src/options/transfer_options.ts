/**
 * Options of sending and receiving: queues, timeouts, buffers.
 *
 * @module
 */

import { flag, integer, type OptionGroup } from "./option.ts";
import { receivingTypes, sendingTypes } from "./socket_type.ts";

/** Options of sockets that send. */
export interface SendingOptions {
  /**
   * Messages that may wait to be sent to one peer; 0 is no limit. Works on
   * connections that exist. Default: 1000. `ZMQ_SNDHWM`
   */
  sendHighWaterMark: number;
  /**
   * Milliseconds that `send` waits before it fails with `EAGAIN`; -1 waits for
   * ever, 0 does not wait. Default: -1. `ZMQ_SNDTIMEO`
   */
  sendTimeout: number;
  /**
   * Octets of the system's buffer for sending; -1 leaves it to the system.
   * Only where the runtime can. Default: -1. `ZMQ_SNDBUF`
   */
  sendBufferSize: number;
  /**
   * Routers that a multicast packet may pass. Only where the runtime can.
   * Default: 1. `ZMQ_MULTICAST_HOPS`
   */
  multicastHops: number;
  /**
   * True: multicast packets come back to this host. Only where the runtime
   * can. Default: true. `ZMQ_MULTICAST_LOOP`
   */
  multicastLoop: boolean;
}

/** Options of sockets that receive. */
export interface ReceivingOptions {
  /**
   * Messages of one peer that may wait to be received; 0 is no limit. Works on
   * connections that exist. Default: 1000. `ZMQ_RCVHWM`
   */
  receiveHighWaterMark: number;
  /**
   * Milliseconds that `receive` waits before it fails with `EAGAIN`; -1 waits
   * for ever, 0 does not wait. Default: -1. `ZMQ_RCVTIMEO`
   */
  receiveTimeout: number;
  /**
   * Octets of the system's buffer for receiving; -1 leaves it to the system.
   * Only where the runtime can. Default: -1. `ZMQ_RCVBUF`
   */
  receiveBufferSize: number;
}

const TIMEOUT = {
  min: -1,
  lowest: "for ever",
  default: -1,
  unit: "ms",
  live: true,
} as const;
const BUFFER = {
  min: -1,
  lowest: "the system's default",
  default: -1,
  unit: "octets",
  platform: true,
} as const;
const HIGH_WATER_MARK = {
  lowest: "no limit",
  default: 1000,
  unit: "messages",
  live: true,
} as const;

/** The rows of {@linkcode SendingOptions}. */
export const sendingOptions = (): OptionGroup<SendingOptions> => ({
  sendHighWaterMark: integer({
    types: sendingTypes,
    libzmq: [["ZMQ_SNDHWM", 23]],
    ...HIGH_WATER_MARK,
  }),
  sendTimeout: integer({
    types: sendingTypes,
    libzmq: [["ZMQ_SNDTIMEO", 28]],
    ...TIMEOUT,
  }),
  sendBufferSize: integer({
    types: sendingTypes,
    libzmq: [["ZMQ_SNDBUF", 11]],
    ...BUFFER,
  }),
  multicastHops: integer({
    types: sendingTypes,
    libzmq: [["ZMQ_MULTICAST_HOPS", 25]],
    min: 1,
    max: 255,
    default: 1,
    unit: "hops",
    platform: true,
  }),
  multicastLoop: flag({
    types: sendingTypes,
    libzmq: [["ZMQ_MULTICAST_LOOP", 96]],
    default: true,
    platform: true,
  }),
});

/** The rows of {@linkcode ReceivingOptions}. */
export const receivingOptions = (): OptionGroup<ReceivingOptions> => ({
  receiveHighWaterMark: integer({
    types: receivingTypes,
    libzmq: [["ZMQ_RCVHWM", 24]],
    ...HIGH_WATER_MARK,
  }),
  receiveTimeout: integer({
    types: receivingTypes,
    libzmq: [["ZMQ_RCVTIMEO", 27]],
    ...TIMEOUT,
  }),
  receiveBufferSize: integer({
    types: receivingTypes,
    libzmq: [["ZMQ_RCVBUF", 12]],
    ...BUFFER,
  }),
});
