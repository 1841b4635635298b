/**
 * IsoMQ: ZeroMQ for JavaScript without native code.
 *
 * One engine speaks ZMTP 3.1 on Node, Deno and Bun and talks to every libzmq
 * 4.x peer.
 *
 * @example
 * ```ts
 * import { Pull, Push } from "isomq";
 *
 * const pull = new Pull();
 * const endpoint = await pull.bind("tcp://127.0.0.1:*");
 * const push = new Push();
 * push.connect(endpoint);
 * await push.send("hello");
 * console.log(new TextDecoder().decode((await pull.receive())[0]));
 * await Promise.all([push.close(), pull.close()]);
 * ```
 *
 * @module
 */

import { detectRuntime } from "./adapters/auto.ts";
import {
  type Extensions,
  mechanismsOf,
  transportsOf,
} from "./adapters/extensions.ts";
import { checkOptions } from "./src/base/errors.ts";
import { type ContextInit, EngineContext } from "./src/context/context.ts";
import { noble } from "./src/security/crypto.ts";
import type { NativeSockets } from "./src/transport/native_sockets.ts";
import type { CurveLibrary } from "./src/security/curve_crypto.ts";
import { provideDefaultContext } from "./src/socket/services.ts";
import type { Runtime } from "./src/transport/runtime.ts";

/** What is there: libsodium if it can be had without asking, else noble. */
const fastest: CurveLibrary = {
  name: "fastest",
  async load(host) {
    const { sodium } = await import("./ext/sodium/mod.ts");
    try {
      return await sodium().load(host);
    } catch {
      return await noble().load(host);
    }
  },
};

/** What sets the options that a runtime itself cannot set. */
async function loadNativeSockets(runtime: Runtime): Promise<NativeSockets> {
  const { nativeSockets } = await import("./ext/ffi/sockets.ts");
  return await nativeSockets(runtime);
}

/** What is loaded when an endpoint or an option asks for it. */
const extensions: Extensions = {
  gssapi: () => import("./ext/gssapi/mod.ts"),
  norm: () => import("./ext/norm/mod.ts"),
  pgm: () => import("./ext/pgm/mod.ts"),
  tipc: () => import("./ext/tipc/mod.ts"),
};

/**
 * Sockets that share inproc names and an authenticator, on the runtime at
 * hand. Most programs use the default one, {@linkcode context}, unknowingly.
 *
 * @example
 * ```ts
 * import { Context, Pair } from "isomq";
 *
 * const context = new Context({ maxSockets: 10 });
 * const pair = new Pair({ context });
 * await pair.close();
 * await context.shutdown();
 * ```
 */
export class Context extends EngineContext {
  /**
   * Makes a context; without options, one like the default.
   *
   * @throws {ZmqError} `EINVAL` for an option that there is not, or its value,
   * `ENOTSUP` for one that tunes what this engine does not have.
   */
  constructor(init: ContextInit = {}) {
    checkOptions(init, "make a context");
    const { curveCrypto = fastest, mechanisms = [] } = init;
    const { runtime = detectRuntime(loadNativeSockets) } = init;
    // All extensions are made of native code.
    const isNative = runtime.native !== undefined;
    super({
      ...init,
      runtime,
      curveCrypto,
      mechanisms: [
        ...mechanisms,
        ...isNative ? mechanismsOf(runtime, extensions) : [],
      ],
      extensions: isNative ? transportsOf(runtime, extensions) : [],
    });
  }
}

/** The context of every socket that is made without one. */
export const context: Context = new Context();

provideDefaultContext(() => context);

export { messagePort } from "./adapters/auto.ts";
export { WebSocketUpgrades } from "./adapters/upgrades.ts";
export { noble } from "./src/security/crypto.ts";
export { Handshake } from "./src/security/handshake.ts";
export { curveKeyPair, curvePublicKey } from "./src/security/curve_keys.ts";
export { EngineContext } from "./src/context/context.ts";
export { SOCKET_TYPES } from "./src/options/socket_type.ts";
export { errorCodes, ZmqError } from "./src/base/errors.ts";
export { parseTipc } from "./src/endpoint/tipc.ts";
export { z85Decode, z85Encode } from "./src/base/z85.ts";
export { poll } from "./src/context/poll.ts";
export { Proxy, proxy } from "./src/context/proxy.ts";
export { Channel } from "./src/socket/channel.ts";
export { Client } from "./src/socket/client.ts";
export { Datagram } from "./src/socket/datagram.ts";
export { Dealer } from "./src/socket/dealer.ts";
export { Dish } from "./src/socket/dish.ts";
export { Gather } from "./src/socket/gather.ts";
export { Pair } from "./src/socket/pair.ts";
export { Publisher } from "./src/socket/publisher.ts";
export { Pull } from "./src/socket/pull.ts";
export { Push } from "./src/socket/push.ts";
export { Radio } from "./src/socket/radio.ts";
export { ReadableSocket } from "./src/socket/readable_socket.ts";
export { Reply } from "./src/socket/reply.ts";
export { Request } from "./src/socket/request.ts";
export { Router } from "./src/socket/router.ts";
export { Scatter } from "./src/socket/scatter.ts";
export { NumberedSocket, Peer, Server } from "./src/socket/server.ts";
export { Socket } from "./src/socket/socket.ts";
export { SocketEvent, SocketEvents } from "./src/socket/events.ts";
export { Stream } from "./src/socket/stream.ts";
export { Subscriber } from "./src/socket/subscriber.ts";
export { DuplexSocket, WritableSocket } from "./src/socket/writable_socket.ts";
export { XPublisher } from "./src/socket/xpublisher.ts";
export { XSubscriber } from "./src/socket/xsubscriber.ts";

export type { PortLike } from "./adapters/auto.ts";
export type {
  BunWebSocketHandlers,
  UpgradeRequest,
  UpgradeSocket,
  WebSocketUpgradesInit,
} from "./adapters/upgrades.ts";
export type { ErrorCode, ZmqErrorOptions } from "./src/base/errors.ts";
export type { Clock, Timer } from "./src/base/clock.ts";
export type { ContextInit } from "./src/context/context.ts";
export type { Polled } from "./src/context/poll.ts";
export type {
  ProxyCount,
  ProxyHandle,
  ProxyOptions,
  ProxyStatistics,
} from "./src/context/proxy.ts";
export type { Endpoint } from "./src/endpoint/endpoint.ts";
export type { TipcAddress, TipcPlace } from "./src/endpoint/tipc.ts";
export type { DatagramAddress } from "./src/endpoint/udp.ts";
export type { FrameLike, Message, MessageLike } from "./src/message/message.ts";
export type * from "./src/options/types.ts";
export type { NativeOptions } from "./src/options/options.ts";
export type { PeerInfo } from "./src/routing/peer.ts";
export type {
  AddonHost,
  BoxStream,
  CurveCrypto,
  CurveLibrary,
} from "./src/security/curve_crypto.ts";
export type { CurveKeyPair } from "./src/security/curve_keys.ts";
export type { HandshakeStart } from "./src/security/handshake.ts";
export type {
  Mechanism,
  MechanismFactory,
  MechanismMaker,
  MechanismSetup,
  MechanismStatus,
  RefusalCode,
} from "./src/security/mechanism.ts";
export type {
  Authenticator,
  ZapMetadata,
  ZapReply,
  ZapRequest,
  ZapStatusCode,
} from "./src/security/zap.ts";
export type { EventDetail, EventType } from "./src/session/host.ts";
export type { Warning, WarningCode } from "./src/session/warnings.ts";
export type { DishMessage } from "./src/socket/dish.ts";
export type { EndpointOptions } from "./src/socket/endpoints.ts";
export type { CloseOptions } from "./src/socket/linger.ts";
export type { EventOfType, SocketEventListener } from "./src/socket/events.ts";
export type { RadioGroup } from "./src/socket/radio.ts";
export type { Received } from "./src/socket/readable_socket.ts";
export type { ReceiveOptions } from "./src/socket/receiver.ts";
export type { RequestCallOptions } from "./src/socket/request.ts";
export type { RoutedConnectOptions } from "./src/socket/router.ts";
export type { SendOptions } from "./src/socket/sender.ts";
export type { RoutedBy, RoutedMessage } from "./src/socket/server.ts";
export type { ContextLike } from "./src/socket/services.ts";
export type { SocketInit } from "./src/socket/socket.ts";
export type { DatagramLosses } from "./src/routing/pipe.ts";
export type { SocketStats, StatsCount } from "./src/socket/stats.ts";
export type { WaitOptions } from "./src/socket/waiters.ts";
export type { AnyTransport } from "./src/transport/any.ts";
export type {
  Adoption,
  NativeHost,
  NativeThread,
  Readiness,
  StreamDescriptor,
  Watch,
  WatchCallback,
} from "./src/transport/native.ts";
export type {
  NativeDial,
  NativeHostPort,
  NativePlace,
  NativeServe,
  NativeServer,
  NativeSocket,
  NativeSockets,
} from "./src/transport/native_sockets.ts";
export type {
  DatagramSettings,
  DatagramSink,
  DatagramSocket,
  DatagramTransport,
} from "./src/transport/datagram.ts";
export type {
  MulticastSettings,
  MulticastSink,
  MulticastSocket,
  MulticastTransport,
} from "./src/transport/multicast.ts";
export type { Command } from "./src/wire/commands.ts";
export type { Metadata, Property } from "./src/wire/metadata.ts";
export type { MulticastFraming } from "./src/wire/multicast.ts";
export type { Runtime } from "./src/transport/runtime.ts";
export type {
  ByteSink,
  ByteStream,
  ConnectOptions,
  DirectStream,
  Listener,
  ListenOptions,
  StreamOptions,
  Subprotocol,
  Transport,
  WebSocketLink,
  WebSocketOptions,
} from "./src/transport/transport.ts";
