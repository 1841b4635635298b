/**
 * The stream sockets of a runtime, those made by native code that have
 * options or names which the runtime has not.
 *
 * @module
 */

import { formatTcp, isIPv4, isIPv6 } from "../src/endpoint/tcp.ts";
import type {
  NativeHostPort,
  NativeSocket,
} from "../src/transport/native_sockets.ts";
import type { StreamOptions } from "../src/transport/transport.ts";
import type { SocketConnection } from "./connection.ts";
import type {
  DialOptions,
  Driver,
  Place,
  ServeOptions,
  Server,
} from "./driver.ts";
import { SocketFile } from "./files.ts";
import { adopt } from "./native_connection.ts";
import { resolveHost } from "./names.ts";
import type { NativeSupport } from "./native_support.ts";

/** A driver with what native code adds to it. */
export class NativeDriver implements Driver {
  /** The runtime as error messages name it. */
  readonly runtime: string;
  /** The operating system. */
  readonly platform: string;
  /** True when the runtime's own abstract names are right. */
  readonly abstractNames: boolean;
  /** What native code adds. */
  readonly native: NativeSupport;
  /** Makes a fresh directory. */
  readonly makeDirectory: Driver["makeDirectory"];
  /** Says whether interfaces may be listed. */
  readonly canListInterfaces: Driver["canListInterfaces"];
  /** Chooses among the addresses of a name. */
  readonly allowedHosts?: NonNullable<Driver["allowedHosts"]>;
  /** Opens a connection through a proxy. */
  readonly dialOver: Driver["dialOver"];
  /** Why no descriptor can be opened. */
  readonly lack: Driver["lack"];
  readonly #driver: Driver;

  /** Takes the runtime's own driver. */
  constructor(driver: Driver, native: NativeSupport) {
    this.#driver = driver;
    this.native = native;
    this.runtime = driver.runtime;
    this.platform = driver.platform;
    this.abstractNames = driver.abstractNames;
    this.makeDirectory = (prefix) => driver.makeDirectory(prefix);
    this.canListInterfaces = () => driver.canListInterfaces();
    this.dialOver = (...of) => driver.dialOver(...of);
    this.lack = () => driver.lack();
    if (driver.allowedHosts !== undefined) {
      this.allowedHosts = (...of) => driver.allowedHosts!(...of);
    }
  }

  /** Opens one connection. */
  async dial(place: Place, options: DialOptions): Promise<SocketConnection> {
    const { stream } = options;
    if (!this.#isNative(place, stream)) {
      return await this.#driver.dial(place, options);
    }
    this.#driver.assertAllowed?.(place);
    const sockets = await this.native.sockets();
    const address = await addressed(place, stream);
    const socket = await sockets.dial(address, options);
    return await this.#adopt(socket, place);
  }

  /** Listens. */
  async serve(place: Place, options: ServeOptions): Promise<Server> {
    const { stream, backlog } = options;
    if (!this.#isNative(place, stream)) {
      return await this.#driver.serve(place, options);
    }
    this.#driver.assertAllowed?.(place);
    const sockets = await this.native.sockets();
    const server = await sockets.serve(await addressed(place, stream), {
      backlog,
      stream,
      accept: (socket) =>
        void this.#adopt(socket, place).then(options.accept, options.failed),
      failed: options.failed,
    });
    const file = "path" in place && !place.path.startsWith("\0")
      ? await SocketFile.at(place.path)
      : undefined;
    return {
      host: server.local?.host ?? "",
      port: server.local?.port ?? 0,
      close: async () => {
        await server.close();
        await file?.remove();
      },
      hold: (keepsProcess) => server.hold(keepsProcess),
    };
  }

  #isNative(place: Place, stream: StreamOptions): boolean {
    if ("path" in place && place.path.startsWith("\0") && !this.abstractNames) {
      return true;
    }
    for (const name in stream) if (this.native.has(name)) return true;
    return false;
  }

  async #adopt(
    { descriptor, local, remote }: NativeSocket,
    place: Place,
  ): Promise<SocketConnection> {
    const text = (address: NativeHostPort | undefined): string =>
      "path" in place ? place.endpoint : formatTcp(
        address?.host ?? place.host,
        address?.port ?? place.port,
        place.scheme,
      );
    return await adopt(this.#driver, {
      descriptor,
      localAddress: text(local),
      remoteAddress: text(remote),
    });
  }
}

/** The place with an address: a runtime may go by the name instead. */
async function addressed(place: Place, stream: StreamOptions): Promise<Place> {
  if ("path" in place) return place;
  const { host } = place;
  if (isIPv4(host) || isIPv6(host)) return place;
  const [first = host] = await resolveHost(host, stream.ipv6 === true);
  return { ...place, host: first };
}
