/**
 * The endpoints of a socket: what it is bound and connected to.
 *
 * @module
 */

import { equal, printable } from "../base/bytes.ts";
import { quote, ZmqError } from "../base/errors.ts";
import { type Endpoint, parseEndpoint } from "../endpoint/endpoint.ts";
import { snapshot } from "../options/options.ts";
import { InprocPipe } from "../routing/inproc_pipe.ts";
import { Acceptor } from "../session/acceptor.ts";
import { Connector } from "../session/connector.ts";
import type { SocketCore } from "./core.ts";
import {
  bindDatagrams,
  checkDatagrams,
  checkSocketOptions,
  connectDatagrams,
} from "./datagrams.ts";

/** How an endpoint is let go. */
export interface CloseOptions {
  /**
   * Milliseconds that unsent messages may take, -1 for as long as it needs,
   * 0 to drop them. Default: the socket's `linger`.
   */
  readonly linger?: number;
}

/** One endpoint of a socket, of any transport. */
interface OpenEndpoint {
  /** The endpoint, wildcards filled in. */
  readonly endpoint: string;
  /** The endpoint as the user gave it. */
  readonly given: string;
  readonly role: "bind" | "connect";
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

  /** Binds; resolves with the endpoint, wildcards filled in. */
  async bind(text: string): Promise<string> {
    const endpoint = this.#parse(text, "bind");
    const open = endpoint.scheme === "inproc"
      ? this.#bindInproc(endpoint)
      : await this.#listen(endpoint);
    this.#last = open.endpoint;
    return open.endpoint;
  }

  /** Connects in the background. */
  connect(text: string, assignedRoutingId?: Uint8Array): void {
    const endpoint = this.#parse(text, "connect");
    if (CONNECTS_ONCE.has(this.#core.type)) {
      for (const open of this.#open) {
        if (open.role === "connect" && open.given === text) return;
      }
    }
    if (assignedRoutingId !== undefined) this.#checkFree(assignedRoutingId);
    if (endpoint.scheme === "inproc") {
      this.#connectInproc(endpoint, assignedRoutingId);
    } else this.#dial(endpoint, assignedRoutingId);
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
    for (const open of found) this.#open.delete(open);
    await Promise.all(found.map((open) => open.close({ linger })));
  }

  /** Lets go of everything. */
  async close(linger: number): Promise<void> {
    this.#closed = true;
    const all = [...this.#open];
    this.#open.clear();
    await Promise.all(all.map((open) => open.close({ linger })));
  }

  /** Says whether the endpoints keep the process running. */
  hold(keepsProcess: boolean): void {
    this.#held = keepsProcess;
    for (const open of this.#open) open.hold(keepsProcess);
  }

  #parse(text: string, role: "bind" | "connect"): Endpoint {
    const endpoint = parseEndpoint(text);
    const datagrams = this.#core.services.datagrams(endpoint.scheme);
    if (datagrams !== undefined) {
      checkDatagrams(this.#core, datagrams, endpoint, role);
      return endpoint;
    }
    const { services, type } = this.#core;
    if (endpoint.scheme === "inproc") {
      if (type === "STREAM" || type === "DGRAM") {
        throw this.#incompatible(text, role);
      }
      if (endpoint.address.length > 256) {
        throw new ZmqError(
          "ENAMETOOLONG",
          `Cannot ${role} ${quote(text)}: expected a name of at most 256 ` +
            `characters, got ${endpoint.address.length}`,
          { address: text },
        );
      }
      return endpoint;
    }
    const transport = services.transport(endpoint.scheme, text);
    if (type === "DGRAM") throw this.#incompatible(text, role);
    transport.check?.(endpoint, role);
    checkSocketOptions(this.#core, endpoint, services.runtime.options);
    return endpoint;
  }

  #incompatible(text: string, role: "bind" | "connect"): ZmqError {
    const { type } = this.#core;
    const scheme = text.slice(0, text.indexOf(":"));
    return new ZmqError(
      "ENOCOMPATPROTO",
      `Cannot ${role} ${quote(text)}: a ${type} socket cannot use ${scheme}`,
      { address: text },
    );
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

  async #listen(endpoint: Endpoint): Promise<OpenEndpoint> {
    const core = this.#core;
    const datagrams = core.services.datagrams(endpoint.scheme);
    if (datagrams !== undefined) {
      return await this.#bound(
        endpoint,
        await bindDatagrams(core, datagrams, endpoint),
      );
    }
    const acceptor = new Acceptor(
      core,
      core.services.transport(endpoint.scheme, endpoint.text),
      endpoint,
      snapshot(core.options),
    );
    return await this.#bound(endpoint, {
      endpoint: await acceptor.listen(),
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

  #dial(endpoint: Endpoint, assignedRoutingId?: Uint8Array): void {
    const core = this.#core;
    const datagrams = core.services.datagrams(endpoint.scheme);
    if (datagrams !== undefined) {
      const gone = (): void => void this.#open.delete(open);
      const open = this.#keep({
        ...connectDatagrams(core, datagrams, endpoint, gone),
        given: endpoint.text,
        role: "connect",
      });
      return;
    }
    const connector = new Connector(
      core,
      core.services.transport(endpoint.scheme, endpoint.text),
      endpoint,
      snapshot(core.options),
      assignedRoutingId,
    );
    const open = this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "connect",
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
    return this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "bind",
      close: () => {
        services.inproc.unbind(name);
        this.#closeInproc(endpoint.text, false);
        this.#core.emit("close", { address: endpoint.text });
        return Promise.resolve();
      },
      hold: () => {},
    });
  }

  #connectInproc(endpoint: Endpoint, assignedRoutingId?: Uint8Array): void {
    const { services } = this.#core;
    const pipe = this.#core.openInproc(endpoint.text, true, assignedRoutingId);
    const open = this.#keep({
      endpoint: endpoint.text,
      given: endpoint.text,
      role: "connect",
      close: ({ linger }) => this.#leaveInproc(endpoint.address, pipe, linger),
      hold: () => {},
    });
    pipe.onClosed = () => this.#open.delete(open);
    services.inproc.connect(endpoint.address, pipe);
  }

  /** Closes a connection; what waits for a socket to be bound may linger. */
  #leaveInproc(
    name: string,
    pipe: InprocPipe,
    linger: number,
  ): Promise<void> {
    const { services, clock } = this.#core;
    const leave = (): void => {
      services.inproc.forget(name, pipe);
      pipe.close();
    };
    if (linger === 0 || pipe.pending === 0 || pipe.online) {
      leave();
      return Promise.resolve();
    }
    pipe.retire();
    return new Promise((resolve) => {
      const timer = linger > 0 ? clock.setTimer(leave, linger) : undefined;
      timer?.hold(this.#held);
      pipe.onJoined = () => pipe.close();
      pipe.onClosed = () => {
        timer?.cancel();
        resolve();
      };
    });
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
