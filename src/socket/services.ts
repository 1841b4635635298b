/**
 * What a socket needs of its context, and the one place from which a socket
 * without a context gets the default one.
 *
 * @module
 */

import { quote, ZmqError } from "../base/errors.ts";
import type { ContextOptions } from "../options/context_options.ts";
import type { OptionRuntime } from "../options/options.ts";
import type { CurveCrypto } from "../security/curve_crypto.ts";
import type { MechanismFactory } from "../security/mechanism.ts";
import type { PatientAuthenticator } from "../security/zap.ts";
import type { Turns } from "../session/turns.ts";
import type { AnyTransport } from "../transport/any.ts";
import type { Runtime } from "../transport/runtime.ts";
import type { InprocRegistry } from "./inproc.ts";
import type { CloseOptions } from "./linger.ts";
import type { Pace } from "./pace.ts";

/** A socket as its context sees it. */
export interface OwnedSocket {
  /**
   * The context shuts down: every call fails with `ETERM`. May be called again
   * with a shorter linger.
   */
  terminate(options?: CloseOptions): void;
}

/** The context as its sockets see it. */
export interface SocketServices {
  readonly runtime: Runtime;
  readonly inproc: InprocRegistry;
  /** Which options of sockets can be honoured. */
  readonly support: OptionRuntime;
  /** The context's options, some of them defaults of its sockets. */
  readonly options: Readonly<ContextOptions>;
  /**
   * The transport for a scheme.
   *
   * @throws {ZmqError} `EPROTONOSUPPORT`.
   */
  transport(scheme: string, endpoint: string): AnyTransport;
  /** Mechanisms beside those that are built in. */
  readonly mechanisms: readonly MechanismFactory[];
  /**
   * Loads the cryptography of CURVE, once.
   *
   * @throws {ZmqError} `ENOTSUP` when it is not installed.
   */
  readonly loadCurve: () => Promise<CurveCrypto>;
  /** Where costly steps of handshakes take turns. */
  readonly turns: Turns;
  /** How loops of receives let the event loop turn. */
  readonly pace: Pace;
  /** The ZAP handler, if there is one now. */
  authenticator(): PatientAuthenticator | undefined;
  /**
   * Counts a socket in.
   *
   * @throws {ZmqError} `ETERM`, or `EMFILE` beyond the limit.
   */
  open(socket: OwnedSocket): void;
  /** Counts a socket out. */
  closed(socket: OwnedSocket): void;
}

/** Anything that can serve as a socket's context. */
export interface ContextLike {
  /** @internal */
  readonly services: SocketServices;
}

let makeDefault: (() => ContextLike) | undefined;

/**
 * Says where the default context comes from. The package's door calls it once
 * while it is loaded; a second call is refused, so that nobody can change it
 * under somebody else's feet.
 */
export function provideDefaultContext(make: () => ContextLike): void {
  if (makeDefault !== undefined) {
    throw new ZmqError("EINVAL", "Cannot provide a second default context");
  }
  makeDefault = make;
}

/**
 * The context that was passed, or the default one.
 *
 * @throws {ZmqError} `EINVAL` when it is no context.
 */
export function contextOf(context: ContextLike | undefined): ContextLike {
  if (context !== undefined) {
    if (context?.services !== undefined) return context;
    throw new ZmqError(
      "EINVAL",
      `Cannot set "context" to ${quote(context)}: expected a Context`,
    );
  }
  if (makeDefault === undefined) {
    throw new ZmqError(
      "EINVAL",
      "Cannot make a socket without a context: import the package's mod.ts, " +
        "or pass a context",
    );
  }
  return makeDefault();
}
