/**
 * The socket as its sessions, connectors and acceptors see it.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { ZmqError } from "../base/errors.ts";
import type { Options } from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import type { ConnectionPipe } from "../routing/connection_pipe.ts";
import type { PeerInfo } from "../routing/peer.ts";
import type { CurveCrypto } from "../security/curve_crypto.ts";
import type { MechanismFactory } from "../security/mechanism.ts";
import type { PatientAuthenticator } from "../security/zap.ts";
import type { Turns } from "./turns.ts";
import type { Warning } from "./warnings.ts";

/** The names of the events of a socket; zeromq.js's, `gap` and `warning`. */
export type EventType =
  | "accept"
  | "accept:error"
  | "bind"
  | "bind:error"
  | "connect"
  | "connect:delay"
  | "connect:retry"
  | "close"
  | "close:error"
  | "disconnect"
  | "end"
  | "gap"
  | "handshake"
  | "handshake:error:protocol"
  | "handshake:error:auth"
  | "handshake:error:other"
  | "warning";

/** What an event says beside its name. */
export interface EventDetail {
  /** The endpoint or peer address that the event is about. */
  readonly address: string;
  /** The peer's own address, once there is a connection. */
  readonly peerAddress?: string;
  /** Who the peer is, once the handshake is done. */
  readonly peer?: PeerInfo;
  /** Why. */
  readonly error?: ZmqError;
  /** `connect:retry` and `close`: milliseconds until the next attempt. */
  readonly interval?: number;
  /** `warning`: what of. */
  readonly warning?: Warning;
  /** Failures of peers that came before this one, and were not told. */
  readonly suppressed?: number;
}

/** What a session needs of its socket. */
export interface SessionHost {
  readonly type: SocketType;
  readonly clock: Clock;
  /** The name of the runtime, for error messages. */
  readonly runtimeName: string;
  /** The live options; a connector or acceptor works on its own snapshot. */
  readonly options: Options;
  /** Mechanisms beside those that are built in. */
  readonly mechanisms?: readonly MechanismFactory[];
  /** Loads the cryptography of CURVE. Default: noble's. */
  readonly loadCurve?: () => Promise<CurveCrypto>;
  /** Where costly steps of handshakes take turns. Default: they do not. */
  readonly turns?: Turns;
  /** The context's ZAP handler, if there is one now. */
  authenticator(): PatientAuthenticator | undefined;
  /**
   * Makes a pipe and attaches it to the socket's pattern.
   *
   * @param assignedRoutingId what the application wants the peer known as.
   */
  openPipe(
    endpoint: string,
    connecting: boolean,
    options: Options,
    peer: PeerInfo,
    assignedRoutingId?: Uint8Array,
  ): ConnectionPipe;
  /** True when somebody listens to events: nothing is made for nobody. */
  readonly observed: boolean;
  /** Tells the socket's listeners. */
  emit(name: EventType, detail: EventDetail): void;
}
