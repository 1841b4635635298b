/**
 * The endpoints of a socket: what it is bound and connected to.
 *
 * @module
 */

import { equal, printable } from "../base/bytes.ts";
import { checkOptions, quote, ZmqError } from "../base/errors.ts";
import { type Endpoint, parseEndpoint } from "../endpoint/endpoint.ts";
import { honours, platformOptions, snapshot } from "../options/options.ts";
import { InprocPipe } from "../routing/inproc_pipe.ts";
import { Acceptor } from "../session/acceptor.ts";
import { Connector } from "../session/connector.ts";
import {
  type AnyTransport,
  multicasts,
  sendsDatagrams,
} from "../transport/any.ts";
import type { SocketCore } from "./core.ts";
import {
  bindDatagrams,
  checkDatagrams,
  connectDatagrams,
} from "./datagrams.ts";
import { InprocConnector } from "./inproc_connector.ts";
import {
  bindMulticast,
  checkMulticast,
  connectMulticast,
} from "./multicast.ts";
import { checkSocketOptions } from "./system_options.ts";

/** Options of `bind` and `connect`, for the one endpoint. */
export interface EndpointOptions {
  /**
   * What makes the endpoint's connections, instead of the transport that the
   * context has for the scheme; its scheme is the endpoint's.
   */
  readonly transport?: AnyTransport | undefined;
}

/** An endpoint, and what makes its connections; inproc needs nothing. */
interface Route {
  readonly endpoint: Endpoint;
  readonly transport: AnyTransport | undefined;
}

/** One endpoint of a socket, of any transport. */
interface OpenEndpoint {
  /** The endpoint, wildcards filled in. */
  readonly endpoint: string;
  /** The endpoint as the user gave it. */
  readonly given: string;
  readonly role: "bind" | "connect";
  /** What makes its connections; inproc has none. */
  readonly transport: AnyTransport | undefined;
  close(options: { linger: number }): Promise<void>;
  hold(keepsProcess: boolean): void;
}

/** Types for which a second connection to one endpoint is none. */
const CONNECTS_ONCE: ReadonlySet<string> = new Set([
  "DEALER",
  "SUB",
  "PUB",
  "REQ",
]);

/** What a socket is bound and connected to. */
export class Endpoints {
  readonly #core: SocketCore;
  readonly #open = new Set<OpenEndpoint>();
  // Let go of, with something left to send.
  readonly #leaving = new Set<OpenEndpoint>();
  // Calls of `bind` that are under way.
  readonly #binding = new Set<Promise<OpenEndpoint>>();
  #held = true;
  #last: string | null = null;
  #closed = false;

  constructor(core: SocketCore) {
    this.#core = core;
  }

  /** The endpoint that was bound or connected last. */
  get last(): string | null {
    return this.#last;
  }

  /**
   * Binds; resolves with the endpoint, wildcards filled in.
   *
   * @throws {ZmqError} `EBADF` when everything was let go of.
   */
  async bind(text: string, options?: EndpointOptions): Promise<string> {
    const { endpoint, transport } = this.#parse(text, "bind", options);
    const open = transport === undefined
      ? this.#bindInproc(endpoint)
      : await this.#whileBinding(this.#listen(endpoint, transport));
    this.#last = open.endpoint;
    return open.endpoint;
  }

  /**
   * Connects in the background.
   *
   * @throws {ZmqError} `EBADF` when everything was let go of.
   */
  connect(
    text: string,
    options?: EndpointOptions,
    assignedRoutingId?: Uint8Array,
  ): void {
    const { endpoint, transport } = this.#parse(text, "connect", options);
    if (CONNECTS_ONCE.has(this.#core.type)) {
      for (const open of this.#open) {
        const same = open.given === text && open.transport === transport;
        if (open.role === "connect" && same) return;
      }
    }
    if (assignedRoutingId !== undefined) this.#checkFree(assignedRoutingId);
    if (transport === undefined) {
      this.#connectInproc(endpoint, assignedRoutingId);
    } else this.#dial(endpoint, transport, assignedRoutingId);
    this.#last = text;
  }

  /**
   * Lets go of an endpoint.
   *
   * @throws {ZmqError} `ENOENT` when there is no such endpoint.
   */
  async release(
    text: string,
    role: "bind" | "connect",
    linger: number,
  ): Promise<void> {
    parseEndpoint(text);
    const found = [...this.#open].filter((open) =>
      open.role === role && (open.endpoint === text || open.given === text)
    );
    if (found.length === 0) {
      throw new ZmqError(
        "ENOENT",
        `Cannot ${role === "bind" ? "unbind" : "disconnect"} ` +
          `${quote(text)}: the socket is not ${
            role === "bind" ? "bound" : "connected"
          } to it`,
        { address: text },
      );
    }
    await Promise.all(found.map((open) => this.#leave(open, linger)));
  }

  /**
   * Lets go of everything, for good. May be called again with a shorter
   * linger.
   */
  async close(linger: number): Promise<void> {
    this.#closed = true;
    const all = [...this.#open, ...this.#leaving];
    await Promise.all(all.map((open) => this.#leave(open, linger)));
    await Promise.allSettled(this.#binding);
  }

  /** Says whether the endpoints keep the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    for (const open of this.#open) open.hold(keepsProcess);
    for (const open of this.#leaving) open.hold(keepsProcess);
  }

  /** Closes an endpoint; `close` can find it until it is gone. */
  async #leave(open: OpenEndpoint, linger: number): Promise<void> {
    this.#open.delete(open);
    this.#leaving.add(open);
    try {
      await open.close({ linger });
    } finally {
      this.#leaving.delete(open);
    }
  }

  /** Has `close` wait for a `bind`. */
  async #whileBinding(opening: Promise<OpenEndpoint>): Promise<OpenEndpoint> {
    this.#binding.add(opening);
    try {
      return await opening;
    } finally {
      this.#binding.delete(opening);
    }
  }

  #parse(
    text: string,
    role: "bind" | "connect",
    options?: EndpointOptions,
  ): Route {
    if (this.#closed) {
      throw new ZmqError("EBADF", "Cannot use the socket: it is closed");
    }
    const endpoint = parseEndpoint(text);
    const own = ownTransport(endpoint, role, options);
    const { services, type } = this.#core;
    if (endpoint.scheme === "inproc") {
      if (type === "STREAM" || type === "DGRAM") {
        throw incompatible(type, endpoint, role);
      }
      if (endpoint.address.length > 256) {
        throw new ZmqError(
          "ENAMETOOLONG",
          `Cannot ${role} ${quote(text)}: expected a name of at most 256 ` +
            `characters, got ${endpoint.address.length}`,
          { address: text },
        );
      }
      return { endpoint, transport: undefined };
    }
    const transport = own ?? services.transport(endpoint.scheme, text);
    if (sendsDatagrams(transport)) {
      checkDatagrams(this.#core, transport, endpoint, role);
      return { endpoint, transport };
    }
    if (multicasts(transport)) {
      checkMulticast(this.#core, transport, endpoint, role);
      return { endpoint, transport };
    }
    // A STREAM has the octets of a connection, and a WebSocket has messages.
    const isBare = type === "STREAM" && transport.makesWebSockets;
    if (type === "DGRAM" || isBare) throw incompatible(type, endpoint, role);
    transport.check?.(endpoint, role, platformOptions(this.#core.options));
    const { runtime } = services;
    const honoured = { has: (name: string) => honours(runtime, name) };
    checkSocketOptions(this.#core, endpoint, honoured);
    return { endpoint, transport };
  }

  /** Throws when a peer is known by the routing id already. */
  #checkFree(id: Uint8Array): void {
    for (const { peer, assignedRoutingId } of this.#core.pipes) {
      const taken = assignedRoutingId ?? peer.routingId;
      if (!(taken instanceof Uint8Array) || !equal(taken, id)) continue;
      throw new ZmqError(
        "EINVAL",
        `Cannot use "${printable(id)}" as routingId: a peer has it already`,
      );
    }
  }

  async #listen(
    endpoint: Endpoint,
    transport: AnyTransport,
  ): Promise<OpenEndpoint> {
    const core = this.#core;
    if (sendsDatagrams(transport)) {
      const bound = await bindDatagrams(core, transport, endpoint);
      return await this.#bound(endpoint, { ...bound, transport });
    }
    if (multicasts(transport)) {
      const bound = await bindMulticast(core, transport, endpoint);
      return await this.#bound(endpoint, { ...bound, transport });
    }
    const acceptor = new Acceptor(
      core,
      transport,
      endpoint,
      snapshot(core.options),
    );
    return await this.#bound(endpoint, {
      endpoint: await acceptor.listen(),
      transport,
      close: (options) => acceptor.close(options),
      hold: (keepsProcess) => acceptor.hold(keepsProcess),
    });
  }

  async #bound(
    { text }: Endpoint,
    open: Omit<OpenEndpoint, "given" | "role">,
  ): Promise<OpenEndpoint> {
    if (this.#closed) {
      await open.close({ linger: 0 });
      throw new ZmqError(
        "EBADF",
        `Cannot bind ${quote(text)}: the socket was closed meanwhile`,
        { address: text },
      );
    }
    return this.#keep({ ...open, given: text, role: "bind" });
  }

  #dial(
    endpoint: Endpoint,
    transport: AnyTransport,
    assignedRoutingId?: Uint8Array,
  ): void {
    const core = this.#core;
    if (sendsDatagrams(transport) || multicasts(transport)) {
      const gone = (): void => void this.#open.delete(open);
      const open = this.#keep({
        ...sendsDatagrams(transport)
          ? connectDatagrams(core, transport, endpoint, gone)
          : connectMulticast(core, transport, endpoint, gone),
        given: endpoint.text,
        role: "connect",
        transport,
      });
      return;
    }
    const connector = new Connector(
      core,
      transport,
      endpoint,
      snapshot(core.options),
      assignedRoutingId,
    );
    const open = this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "connect",
      transport,
      close: (options) => connector.close(options),
      hold: (keepsProcess) => connector.hold(keepsProcess),
    });
    connector.start(() => this.#open.delete(open));
  }

  #bindInproc(endpoint: Endpoint): OpenEndpoint {
    const { services } = this.#core;
    const name = endpoint.address;
    services.inproc.bind(name, (connecting) => {
      const own = this.#core.openInproc(endpoint.text, false);
      InprocPipe.join(connecting, own);
    });
    this.#core.emit("bind", { address: endpoint.text });
    let isBound = true;
    return this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "bind",
      transport: undefined,
      close: () => {
        // The second time the name may be another socket's.
        if (isBound) {
          isBound = false;
          services.inproc.unbind(name);
          this.#closeInproc(endpoint.text, false);
          this.#core.emit("close", { address: endpoint.text });
        }
        return Promise.resolve();
      },
      hold: () => {},
    });
  }

  #connectInproc(endpoint: Endpoint, assignedRoutingId?: Uint8Array): void {
    const connector = new InprocConnector(
      this.#core,
      endpoint,
      assignedRoutingId,
    );
    const open = this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "connect",
      transport: undefined,
      close: (options) => connector.close(options),
      hold: (keepsProcess) => connector.hold(keepsProcess),
    });
    connector.start(() => this.#open.delete(open));
  }

  #closeInproc(endpoint: string, connecting: boolean): void {
    for (const pipe of [...this.#core.pipes]) {
      if (pipe.endpoint === endpoint && pipe.connecting === connecting) {
        pipe.close();
      }
    }
  }

  #keep(open: OpenEndpoint): OpenEndpoint {
    this.#open.add(open);
    if (!this.#held) open.hold(false);
    return open;
  }
}

function incompatible(
  type: string,
  { scheme, text }: Endpoint,
  role: "bind" | "connect",
): ZmqError {
  return new ZmqError(
    "ENOCOMPATPROTO",
    `Cannot ${role} ${quote(text)}: a ${type} socket cannot use ${scheme}`,
    { address: text },
  );
}

/**
 * The transport that was passed for one endpoint, if any.
 *
 * @throws {ZmqError} `EINVAL` when it is none, or of another scheme.
 */
function ownTransport(
  endpoint: Endpoint,
  role: "bind" | "connect",
  options?: EndpointOptions,
): AnyTransport | undefined {
  const refuse = (reason: string): never => {
    throw new ZmqError(
      "EINVAL",
      `Cannot ${role} ${quote(endpoint.text)}${reason}`,
      { address: endpoint.text },
    );
  };
  if (options === undefined) return undefined;
  checkOptions(options, `${role} ${quote(endpoint.text)}`);
  const { transport } = options;
  if (transport === undefined) return undefined;
  const through = ` through the transport ${quote(transport)}`;
  if (!isTransport(transport)) {
    return refuse(`${through}: expected an object with connect() and listen()`);
  }
  const { scheme } = transport;
  if (endpoint.scheme === "inproc") {
    return refuse(": inproc needs no transport, expected none");
  }
  if (scheme === endpoint.scheme) return transport;
  return refuse(
    `: the transport is for ${quote(`${scheme}://`)}, expected one for ` +
      quote(`${endpoint.scheme}://`),
  );
}

function isTransport(value: unknown): value is AnyTransport {
  const { connect, listen, open } = (value ?? {}) as Record<string, unknown>;
  return typeof open === "function" ||
    (typeof connect === "function" && typeof listen === "function");
}
