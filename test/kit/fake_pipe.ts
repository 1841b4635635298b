// A pattern with a recording host, and pipes that tests move by hand.
import { fromKey, toKey } from "../../src/base/bytes.ts";
import type { Message } from "../../src/message/message.ts";
import type { Options } from "../../src/options/options.ts";
import { InprocPipe } from "../../src/routing/inproc_pipe.ts";
import { plainPeer } from "../../src/routing/peer.ts";
import {
  Pipe,
  type PipeCommand,
  type PipeLimits,
  type PipeOwner,
} from "../../src/routing/pipe.ts";
import type { Pattern, PatternHost } from "../../src/socket/pattern.ts";

/** Frames of texts, one character an octet. */
export function frames(...texts: string[]): Message {
  return texts.map(fromKey);
}

/** The texts of a message; undefined stays undefined. */
export function texts(message: Message | undefined): string[] | undefined {
  return message?.map(toKey);
}

/** Options that patterns read, at their defaults. */
const DEFAULTS: Partial<Options> = {
  mandatory: false,
  handover: false,
  probeRouter: false,
  correlate: false,
  relaxed: false,
  notify: 0,
  helloMessage: null,
  disconnectMessage: null,
  hiccupMessage: null,
  noDrop: false,
  invertMatching: false,
  verbosity: null,
  manual: false,
  manualLastValue: false,
  welcomeMessage: null,
  onlyFirstSubscribe: false,
  verboseUnsubscribe: false,
  maxTopicSize: 65536,
  maxTopics: 100000,
  maxTopicBytes: 16777216,
};

/** Limits that never bite, changed as a test says. */
export function limits(changes: Partial<PipeLimits> = {}): PipeLimits {
  return {
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
    maxQueuedBytes: -1,
    conflate: false,
    ...changes,
  };
}

/** A pipe without a connection: what is written stays to be looked at. */
export class FakePipe extends Pipe {
  /** What was written and not drained. */
  readonly out: Message[] = [];
  /** Commands that were sent while online, as "SUBSCRIBE topic". */
  readonly commands: string[] = [];
  #refused = false;

  override get pending(): number {
    return this.out.length;
  }

  override get pendingOctets(): number {
    return 0;
  }

  override get full(): boolean {
    const limit = this.limits.sendHighWaterMark;
    if (limit === 0 || this.out.length < limit) return false;
    return this.#refused = true;
  }

  override write(message: readonly Uint8Array[]): boolean {
    if (this.closed || this.full) return false;
    this.out.push([...message]);
    return true;
  }

  override writeFirst(message: readonly Uint8Array[]): void {
    this.out.unshift([...message]);
  }

  override command(command: PipeCommand, octets: Uint8Array): void {
    if (this.online) this.commands.push(`${command} ${toKey(octets)}`);
  }

  override refresh(): void {}

  override retire(): void {}

  override close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.online) this.goOffline();
    this.owner.pipeClosed(this);
  }

  protected override readFrom(): void {}

  /** The connection is up; a name is the peer's Identity. */
  goOnline(name = ""): this {
    this.peer = {
      ...plainPeer("fake://peer"),
      routingId: name === "" ? undefined : fromKey(name),
    };
    this.online = true;
    this.owner.pipeOnline(this);
    return this;
  }

  /** The connection is down. */
  goOffline(): void {
    this.online = false;
    this.owner.pipeOffline(this);
  }

  /** A message arrives. */
  arrive(...parts: string[]): void {
    this.owner.pipeMessage(this, frames(...parts));
  }

  /** A command arrives. */
  tell(command: PipeCommand, topic: string): void {
    this.owner.pipeCommand(this, command, fromKey(topic));
  }

  /** Takes what was written, and says that there is room. */
  drain(): string[][] {
    const taken = this.out.splice(0).map((message) => texts(message)!);
    if (this.#refused) {
      this.#refused = false;
      this.owner.pipeWritable(this);
    }
    return taken;
  }
}

/** How a pipe of a bench is made. */
export interface PipeInit {
  /** The peer's Identity. */
  readonly name?: string;
  /** Default: accepted. */
  readonly connecting?: boolean;
  /** Default: true. */
  readonly online?: boolean;
  /** Default: no limit. */
  readonly room?: number;
  /** The id that `connect` was given. */
  readonly assigned?: string;
  /** Default: "fake://endpoint". */
  readonly endpoint?: string;
}

/** A socket in which a test holds both the pattern and its pipes. */
export class Bench<P extends Pattern> implements PatternHost, PipeOwner {
  readonly options: Options;
  readonly pattern: P;
  readonly rejected: Error[] = [];
  readables = 0;
  writables = 0;
  /** What was put off until the next turn. */
  readonly deferred: (() => void)[] = [];
  /** Called by `readable`. */
  onReadable: (() => void) | undefined;

  constructor(
    type: new (host: PatternHost) => P,
    options: Partial<Options> = {},
  ) {
    this.options = { ...DEFAULTS, ...options } as Options;
    this.pattern = new type(this);
  }

  readable(): void {
    this.readables++;
    this.onReadable?.();
  }

  writable(): void {
    this.writables++;
  }

  defer(callback: () => void): void {
    this.deferred.push(callback);
  }

  /** Lets a turn pass. */
  turn(): void {
    for (const callback of this.deferred.splice(0)) callback();
  }

  reject(pipe: Pipe, reason: Error): void {
    this.rejected.push(reason);
    pipe.close();
  }

  pipeMessage(pipe: Pipe, message: Message): void {
    this.pattern.message(pipe, message);
  }

  pipeCommand(pipe: Pipe, command: PipeCommand, octets: Uint8Array): void {
    this.pattern.command(pipe, command, octets);
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
    this.pattern.detach(pipe);
  }

  /** Makes a pipe and attaches it. */
  pipe(init: PipeInit = {}): FakePipe {
    const pipe = new FakePipe(
      this,
      limits({ sendHighWaterMark: init.room ?? 0 }),
      plainPeer("fake://peer"),
      init.endpoint ?? "fake://endpoint",
      init.connecting ?? false,
    );
    if (init.assigned !== undefined) {
      pipe.assignedRoutingId = fromKey(init.assigned);
    }
    this.pattern.attach(pipe);
    if (!pipe.closed && init.online !== false) pipe.goOnline(init.name);
    return pipe;
  }

  /** Makes one end of an inproc connection and attaches it. */
  inproc(connecting: boolean, changes: Partial<PipeLimits> = {}): InprocPipe {
    const pipe = new InprocPipe(
      this,
      limits(changes),
      plainPeer("inproc://bench"),
      "inproc://bench",
      connecting,
    );
    this.pattern.attach(pipe);
    return pipe;
  }

  /** Sends texts. */
  send(...parts: string[]): boolean {
    return this.pattern.send(frames(...parts));
  }

  /** Receives texts. */
  receive(): string[] | undefined {
    return texts(this.pattern.receive());
  }

  /** Receives until there is nothing. */
  receiveAll(): string[][] {
    const all: string[][] = [];
    for (let next = this.receive(); next; next = this.receive()) {
      all.push(next);
    }
    return all;
  }
}

/** Joins two benches by an inproc connection, the first one connecting. */
export function joined(
  a: Bench<Pattern>,
  b: Bench<Pattern>,
  ofA: Partial<PipeLimits> = {},
  ofB: Partial<PipeLimits> = {},
): [InprocPipe, InprocPipe] {
  const ends: [InprocPipe, InprocPipe] = [
    a.inproc(true, ofA),
    b.inproc(false, ofB),
  ];
  InprocPipe.join(...ends);
  return ends;
}
