/**
 * The inside of a socket: its pipes, its options, its two halves. It is what
 * the pattern, the sessions and the inproc registry see of the socket; users
 * see `Socket`.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { ZmqError } from "../base/errors.ts";
import type { Message } from "../message/message.ts";
import {
  defaultOptions,
  getOption,
  type Options,
  setOption,
} from "../options/options.ts";
import type { SocketType } from "../options/socket_type.ts";
import { ConnectionPipe } from "../routing/connection_pipe.ts";
import { DatagramPipe } from "../routing/datagram_pipe.ts";
import { InprocPipe } from "../routing/inproc_pipe.ts";
import { ownPeer, type PeerInfo, plainPeer } from "../routing/peer.ts";
import type {
  Pipe,
  PipeCommand,
  PipeLimits,
  PipeOwner,
} from "../routing/pipe.ts";
import type { CurveCrypto } from "../security/curve_crypto.ts";
import type { MechanismFactory } from "../security/mechanism.ts";
import type { PatientAuthenticator } from "../security/zap.ts";
import type { DatagramHost } from "../session/datagrams.ts";
import type { EventDetail, EventType, SessionHost } from "../session/host.ts";
import { sealRoom } from "../session/security.ts";
import type { Turns } from "../session/turns.ts";
import { addressedDatagrams, groupDatagrams } from "../wire/datagrams.ts";
import { SocketEvents } from "./events.ts";
import type { Pattern, PatternHost } from "./pattern.ts";
import { Receiver } from "./receiver.ts";
import { Sender } from "./sender.ts";
import type { SocketServices } from "./services.ts";
import { SocketCounters, type SocketStats } from "./stats.ts";
import type { Target } from "./waiters.ts";

/** Options that change the limits of pipes that exist. */
const LIVE_LIMITS: ReadonlySet<string> = new Set([
  "sendHighWaterMark",
  "receiveHighWaterMark",
]);

/** The inside of a socket. */
export class SocketCore
  implements PipeOwner, PatternHost, SessionHost, DatagramHost {
  readonly type: SocketType;
  readonly services: SocketServices;
  readonly options: Options;
  readonly events: SocketEvents = new SocketEvents();
  readonly pattern: Pattern;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly #pipes = new Set<Pipe>();
  readonly #counters = new SocketCounters();
  #end: AbortController | undefined;

  constructor(
    type: SocketType,
    services: SocketServices,
    makePattern: (host: PatternHost) => Pattern,
  ) {
    this.type = type;
    this.services = services;
    this.options = defaultOptions(type);
    this.options.ipv6 = services.options.ipv6;
    if (!services.options.blocky) this.options.linger = 0;
    this.pattern = makePattern(this);
    const { clock, options, pattern } = this;
    this.sender = new Sender(pattern, options, clock);
    this.receiver = new Receiver(pattern, options, clock, services.pace);
  }

  get clock(): Clock {
    return this.services.runtime.clock;
  }

  get runtimeName(): string {
    return this.services.runtime.name;
  }

  get mechanisms(): readonly MechanismFactory[] {
    return this.services.mechanisms;
  }

  get loadCurve(): () => Promise<CurveCrypto> {
    return this.services.loadCurve;
  }

  get turns(): Turns {
    return this.services.turns;
  }

  get observed(): boolean {
    return this.events.observed;
  }

  emit(name: EventType, detail: EventDetail): void {
    this.events.emit(name, detail);
  }

  authenticator(): PatientAuthenticator | undefined {
    return this.services.authenticator();
  }

  // Options.

  /** The value of an option as users see it. */
  option(name: string): unknown {
    if (name === "topicsCount") {
      return (this.pattern as { topicsCount?: number }).topicsCount ?? 0;
    }
    return getOption(this.options, this.type, name);
  }

  /** Sets an option; throws `EINVAL` or `ENOTSUP`. */
  setOption(name: string, value: unknown): void {
    setOption(this.options, this.type, name, value, this.services.support);
    if (LIVE_LIMITS.has(name)) {
      for (const pipe of [...this.#pipes]) {
        pipe.limits.sendHighWaterMark = this.options.sendHighWaterMark;
        pipe.limits.receiveHighWaterMark = this.options.receiveHighWaterMark;
        pipe.refresh();
      }
    }
    this.pattern.optionChanged(name);
  }

  // Pipes.

  /** The pipes that exist, connected or not. */
  get pipes(): ReadonlySet<Pipe> {
    return this.#pipes;
  }

  /** Who is connected now. */
  get peers(): PeerInfo[] {
    const peers: PeerInfo[] = [];
    for (const pipe of this.#pipes) {
      if (pipe.online) peers.push(ownPeer(pipe.peer));
    }
    return peers;
  }

  /** Messages and octets so far. */
  get stats(): SocketStats {
    const { waiting, dropped } = this.pattern;
    return this.#counters.with(this.#pipes, waiting, dropped);
  }

  openPipe(
    endpoint: string,
    connecting: boolean,
    options: Options,
    peer: PeerInfo,
    assignedRoutingId?: Uint8Array,
  ): ConnectionPipe {
    const pipe = new ConnectionPipe(
      this,
      limitsOf(this.options, options),
      peer,
      endpoint,
      connecting,
      sealRoom(this.type, options),
    );
    if (assignedRoutingId) pipe.assignedRoutingId = assignedRoutingId;
    this.#add(pipe);
    return pipe;
  }

  openDatagrams(
    endpoint: string,
    connecting: boolean,
    options: Options,
  ): DatagramPipe {
    const pipe = new DatagramPipe(
      this,
      limitsOf(this.options, options),
      plainPeer(endpoint),
      endpoint,
      connecting,
      this.type === "DGRAM" ? addressedDatagrams : groupDatagrams,
      options,
    );
    this.#add(pipe);
    return pipe;
  }

  /** Makes this socket's end of an inproc connection. */
  openInproc(
    endpoint: string,
    connecting: boolean,
    assignedRoutingId?: Uint8Array,
  ): InprocPipe {
    const pipe = new InprocPipe(
      this,
      limitsOf(this.options, this.options),
      plainPeer(endpoint),
      endpoint,
      connecting,
    );
    if (assignedRoutingId) pipe.assignedRoutingId = assignedRoutingId;
    pipe.self = { ...plainPeer(endpoint, this.type), ...this.#identity() };
    this.#add(pipe);
    return pipe;
  }

  #identity(): { routingId?: Uint8Array } {
    const id = this.options.routingId;
    return id !== null && id.length > 0 ? { routingId: id } : {};
  }

  #add(pipe: Pipe): void {
    this.#pipes.add(pipe);
    this.pattern.attach(pipe);
  }

  reject(pipe: Pipe, reason: Error, again = false): void {
    this.emit("disconnect", {
      address: pipe.endpoint,
      peerAddress: pipe.peer.address,
      peer: pipe.peer,
      error: reason instanceof ZmqError
        ? reason
        : new ZmqError("EPROTO", reason.message, { cause: reason }),
    });
    if (again) pipe.renew();
    else pipe.close();
  }

  pipeMessage(pipe: Pipe, message: Message): void {
    this.pattern.message(pipe, message);
  }

  pipeCommand(pipe: Pipe, command: PipeCommand, data: Uint8Array): void {
    this.pattern.command(pipe, command, data);
  }

  pipeWritable(pipe: Pipe): void {
    this.pattern.writable(pipe);
  }

  pipeOnline(pipe: Pipe): void {
    this.pattern.online(pipe);
  }

  pipeOffline(pipe: Pipe): void {
    this.pattern.offline(pipe);
  }

  pipeClosed(pipe: Pipe): void {
    if (!this.#pipes.delete(pipe)) return;
    this.#counters.keep(pipe);
    this.pattern.detach(pipe);
  }

  readable(): void {
    this.receiver.pump();
  }

  writable(target?: Target): void {
    this.sender.pump(target);
  }

  defer(callback: () => void): void {
    this.clock.defer(callback);
  }

  /** Closes both halves: what waits fails with the error. */
  shut(error: ZmqError): void {
    this.sender.close(error);
    this.receiver.close(error);
    this.pattern.end();
    this.#end?.abort(error);
  }

  /** Aborts with the error when the halves are closed. */
  get end(): AbortSignal {
    return (this.#end ??= new AbortController()).signal;
  }
}

/** High water marks are live; the rest is the endpoint's own copy. */
function limitsOf(live: Options, copy: Options): PipeLimits {
  return {
    sendHighWaterMark: live.sendHighWaterMark,
    receiveHighWaterMark: live.receiveHighWaterMark,
    maxQueuedBytes: copy.maxQueuedBytes,
    conflate: copy.conflate,
  };
}
