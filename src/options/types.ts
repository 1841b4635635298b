/**
 * The options of each socket type, as the constructors take them and the
 * classes have them as live properties.
 *
 * @module
 */

import type { PubSubOptions } from "./pubsub_options.ts";
import type { RoutingOptions } from "./routing_options.ts";
import type { SocketOptions } from "./socket_options.ts";
import type { ReceivingOptions, SendingOptions } from "./transfer_options.ts";
import type { UdpOptions } from "./udp_options.ts";

export type {
  ConnectionOptions,
  ProtocolVersion,
  ReconnectStop,
} from "./connection_options.ts";
export type { ContextOptions } from "./context_options.ts";
export type { ExtensionOptions, GssapiNameType } from "./extension_options.ts";
export type { LimitOptions } from "./limit_options.ts";
export type { MulticastOptions, NormMode } from "./multicast_options.ts";
export type { SecurityMechanism } from "./option.ts";
export type { PubSubOptions, Verbosity } from "./pubsub_options.ts";
export type { Notify, RoutingOptions } from "./routing_options.ts";
export type { SecurityOptions } from "./security_options.ts";
export type { GeneralOptions, SocketOptions } from "./socket_options.ts";
export type { SocketType } from "./socket_type.ts";
export type { TcpOptions } from "./tcp_options.ts";
export type { ReceivingOptions, SendingOptions } from "./transfer_options.ts";
export type { UdpOptions } from "./udp_options.ts";

/** What something is made with: options, each of which may be left out. */
export type Settings<Options> = {
  [Name in keyof Options]?: Options[Name] | undefined;
};

/** The options of a PAIR socket. */
export interface PairOptions
  extends SocketOptions, SendingOptions, ReceivingOptions {}

/** The options of a PUB socket. */
export interface PublisherOptions
  extends
    SocketOptions,
    SendingOptions,
    Pick<RoutingOptions, "conflate">,
    Pick<
      PubSubOptions,
      | "noDrop"
      | "invertMatching"
      | "welcomeMessage"
      | "topicsCount"
      | "maxTopicSize"
      | "maxTopics"
      | "maxTopicBytes"
    > {}

/** The options of a SUB socket. */
export interface SubscriberOptions
  extends
    SocketOptions,
    ReceivingOptions,
    Pick<RoutingOptions, "conflate">,
    Pick<PubSubOptions, "invertMatching" | "topicsCount"> {}

/** The options of an XPUB socket. */
export interface XPublisherOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Omit<PubSubOptions, "verboseUnsubscribe"> {}

/** The options of an XSUB socket. */
export interface XSubscriberOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<
      PubSubOptions,
      | "invertMatching"
      | "onlyFirstSubscribe"
      | "verboseUnsubscribe"
      | "topicsCount"
    > {}

/** The options of a REQ socket. */
export interface RequestOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<
      RoutingOptions,
      "routingId" | "probeRouter" | "correlate" | "relaxed"
    > {}

/** The options of a REP socket. */
export interface ReplyOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<RoutingOptions, "routingId"> {}

/** The options of a DEALER socket. */
export interface DealerOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<
      RoutingOptions,
      | "routingId"
      | "probeRouter"
      | "conflate"
      | "helloMessage"
      | "hiccupMessage"
    > {}

/** The options of a ROUTER socket. */
export interface RouterOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<
      RoutingOptions,
      | "routingId"
      | "mandatory"
      | "handover"
      | "probeRouter"
      | "notify"
      | "helloMessage"
      | "disconnectMessage"
    > {}

/** The options of a PULL socket. */
export interface PullOptions
  extends SocketOptions, ReceivingOptions, Pick<RoutingOptions, "conflate"> {}

/** The options of a PUSH socket. */
export interface PushOptions
  extends SocketOptions, SendingOptions, Pick<RoutingOptions, "conflate"> {}

/** The options of a STREAM socket. */
export interface RawStreamOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<RoutingOptions, "notify"> {}

/** The options of a CLIENT socket. */
export interface ClientOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<RoutingOptions, "helloMessage" | "hiccupMessage"> {}

/** The options of a SERVER socket. */
export interface ServerOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<RoutingOptions, "helloMessage" | "disconnectMessage"> {}

/** The options of a RADIO socket. */
export interface RadioOptions
  extends
    SocketOptions,
    SendingOptions,
    Pick<PubSubOptions, "noDrop" | "maxTopics" | "maxTopicBytes">,
    UdpOptions {}

/** The options of a DISH socket. */
export interface DishOptions
  extends SocketOptions, ReceivingOptions, UdpOptions {}

/** The options of a SCATTER socket. */
export interface ScatterOptions
  extends SocketOptions, SendingOptions, Pick<RoutingOptions, "conflate"> {}

/** The options of a GATHER socket. */
export interface GatherOptions
  extends SocketOptions, ReceivingOptions, Pick<RoutingOptions, "conflate"> {}

/** The options of a PEER socket. */
export interface PeerOptions
  extends
    SocketOptions,
    SendingOptions,
    ReceivingOptions,
    Pick<
      RoutingOptions,
      "helloMessage" | "disconnectMessage" | "hiccupMessage"
    > {}

/** The options of a CHANNEL socket. */
export interface ChannelOptions
  extends SocketOptions, SendingOptions, ReceivingOptions {}

/** The options of a DGRAM socket. */
export interface DatagramOptions
  extends SocketOptions, SendingOptions, ReceivingOptions, UdpOptions {}
