// A SOCKS 5 proxy of the test's own: it relays, half-closed connections too,
// or does to a connection what the test has scripted instead.
import { connect, createServer, type Server, type Socket } from "node:net";
import { concat, toHex, toText } from "../../src/base/bytes.ts";
import { TcpPeer } from "./tcp_peer.ts";
import { within } from "./wait.ts";

/** What the proxy does to one connection. */
export type SocksScript = (client: TcpPeer) => Promise<void> | void;

/** The reply to a request that was granted; nobody reads its address. */
export const GRANTED: Uint8Array = Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

/** How it is started. */
export interface SocksRelayOptions {
  /** The port; else one that is free. */
  readonly port?: number;
  /** Its address. Default: `127.0.0.1`. */
  readonly host?: string;
  /** Who may use it, as `name:password`; else everybody. */
  readonly user?: string;
}

/** The proxy. */
export class SocksRelay implements AsyncDisposable {
  /** What `socksProxy` is to be. */
  readonly address: string;
  readonly port: number;
  /** What it was asked for: the type of the address, and the address. */
  readonly requests: string[] = [];
  /** What it does to the next connections, one after the other. */
  readonly scripts: SocksScript[] = [];
  /** Who may use it. */
  user: string | undefined;
  /** What went wrong in a script. */
  failure: unknown;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, host: string, user: string | undefined) {
    this.#server = server;
    this.user = user;
    this.port = (server.address() as { port: number }).port;
    this.address = host.includes(":")
      ? `[${host}]:${this.port}`
      : `${host}:${this.port}`;
    server.on("connection", (socket) => {
      this.#keep(socket);
      const peer = new TcpPeer(socket);
      const script = this.scripts.shift() ?? ((peer) => this.#relay(peer));
      Promise.resolve(script(peer)).catch((error: unknown) => {
        this.failure ??= error;
        socket.destroy();
      });
    });
  }

  /** Listens. */
  static async listen(
    { port = 0, host = "127.0.0.1", user }: SocksRelayOptions = {},
  ): Promise<SocksRelay> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => resolve());
    });
    return new SocksRelay(server, host, user);
  }

  /** Drops all connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends everything; another may have the port then. */
  async stop(): Promise<void> {
    this.drop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await within(closed, "the end of the proxy");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  async #relay(client: TcpPeer): Promise<void> {
    await greet(client, this.user);
    const { type, host, port } = await readRequest(client);
    this.requests.push(`${type} ${host}:${port}`);
    const server = connect({ host, port, allowHalfOpen: true });
    this.#keep(server);
    server.once("connect", () => {
      client.write(GRANTED);
      const near = client.release();
      near.pipe(server).pipe(near);
      near.on("close", () => server.destroy());
      server.on("close", () => near.destroy());
    });
    server.once("error", () => {
      client.write(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0));
      client.end();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** Agrees on a method, and checks who it is. */
export async function greet(client: TcpPeer, user?: string): Promise<void> {
  const method = user === undefined ? 0 : 2;
  const [version, count] = await client.read(2);
  const methods = await client.read(count!);
  if (version !== 5 || !methods.includes(method)) {
    client.write(Uint8Array.of(5, 255));
    client.end();
    throw new Error(`Refused the methods ${toHex(methods)}`);
  }
  client.write(Uint8Array.of(5, method));
  if (user === undefined) return;
  const [, nameLength] = await client.read(2);
  const name = toText(await client.read(nameLength!));
  const [passwordLength] = await client.read(1);
  const password = toText(await client.read(passwordLength!));
  const right = `${name}:${password}` === user;
  client.write(Uint8Array.of(1, right ? 0 : 1));
  if (right) return;
  client.end();
  throw new Error("Refused a password");
}

/** Reads a request. */
export async function readRequest(
  client: TcpPeer,
): Promise<{ type: number; host: string; port: number }> {
  const head = await client.read(5);
  const type = head[3]!;
  const length = type === 1 ? 4 : type === 4 ? 16 : 1 + head[4]!;
  const rest = await client.read(length - 1 + 2);
  const address = concat([head.subarray(4), rest]).subarray(0, length);
  const [high, low] = rest.subarray(-2);
  return { type, host: hostOf(type, address), port: high! * 256 + low! };
}

function hostOf(type: number, address: Uint8Array): string {
  if (type === 1) return address.join(".");
  if (type === 3) return toText(address.subarray(1));
  return (toHex(address).match(/..../g) as string[]).join(":");
}
