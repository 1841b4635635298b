// SOCKS proxies of others, as programs that a test starts and ends: microsocks,
// Dante's danted, and Tor in a network of its own, where nothing can be reached.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PATIENCE, pause, within } from "./wait.ts";

/** The programs, and the packages of Debian that have them. */
const packages = {
  microsocks: "microsocks",
  danted: "dante-server",
  tor: "tor",
} as const;

/** Debian's folders of programs; a user's PATH has not all of them. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** The reason to skip what needs a proxy, or false. */
export function skipUnless(program: keyof typeof packages): string | false {
  const { status } = spawnSync("sh", ["-c", `command -v ${program}`], {
    env: { ...process.env, PATH },
  });
  if (status !== 0) {
    return `${program} is not installed: apt-get install ${packages[program]}`;
  }
  if (program !== "tor" || canUnshare()) return false;
  return "a network namespace for tor needs root or user namespaces";
}

function canUnshare(): boolean {
  return spawnSync("unshare", [...own(), "true"]).status === 0;
}

/** How to get a network namespace. */
function own(): string[] {
  return process.getuid?.() === 0 ? ["-n"] : ["-Urn"];
}

/** How microsocks is started. */
export interface MicrosocksOptions {
  /** The port; else one that is free. */
  readonly port?: number;
  /** The address that its connections come from. */
  readonly from?: string;
  /** Who may use it; else everybody. */
  readonly user?: readonly [name: string, password: string];
}

/** A proxy that runs. */
export class SocksProxy implements AsyncDisposable {
  /** What `socksProxy` is to be. */
  readonly address: string;
  /** The lines that it wrote. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  readonly #folder: string | undefined;
  #isGone = false;

  private constructor(
    address: string,
    command: readonly string[],
    folder?: string,
  ) {
    this.address = address;
    this.#folder = folder;
    const [program, ...args] = command;
    this.#child = spawn(program!, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PATH },
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      let open = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const lines = (open + text).split("\n");
        open = lines.pop()!;
        this.lines.push(...lines);
      });
    }
    this.#gone = new Promise((resolve) => {
      const end = (): void => {
        this.#isGone = true;
        resolve();
      };
      this.#child.on("error", end);
      this.#child.on("close", end);
    });
  }

  /** microsocks. */
  static async microsocks(
    { port, from, user }: MicrosocksOptions = {},
  ): Promise<SocksProxy> {
    port ??= await freePort();
    const proxy = new SocksProxy(`127.0.0.1:${port}`, [
      "microsocks",
      ...["-i", "127.0.0.1", "-p", `${port}`],
      ...(from === undefined ? [] : ["-b", from]),
      ...(user === undefined ? [] : ["-u", user[0], "-P", user[1]]),
    ]);
    await proxy.#answers({ host: "127.0.0.1", port });
    return proxy;
  }

  /** Dante, which lets nobody connect to a port. */
  static async danted(forbidden: number): Promise<SocksProxy> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "isomq-"));
    const file = join(folder, "danted.conf");
    const rule = (what: string, to: string): string =>
      `${what} {\n  from: 127.0.0.0/8 to: 0.0.0.0/0${to}\n}\n`;
    writeFileSync(
      file,
      `logoutput: stdout
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
socksmethod: none
clientmethod: none
user.privileged: root
user.unprivileged: nobody
${rule("client pass", "")}${rule("socks block", ` port = ${forbidden}`)}${
        rule("socks pass", "")
      }`,
    );
    const command = [
      ...["danted", "-f", file, "-p", join(folder, "pid"), "-N", "1"],
    ];
    const proxy = new SocksProxy(`127.0.0.1:${port}`, command, folder);
    await proxy.#answers({ host: "127.0.0.1", port });
    return proxy;
  }

  /** Tor without a network; it gives up after a second or two. */
  static async tor(): Promise<TorProxy> {
    const folder = mkdtempSync(join(tmpdir(), "isomq-"));
    chmodSync(folder, 0o700);
    const path = join(folder, "socks");
    const file = join(folder, "torrc");
    writeFileSync(
      file,
      `SocksPort unix:${path}
DataDirectory ${join(folder, "data")}
SocksTimeout 2
Log notice stdout
`,
    );
    const script = `ip link set lo up; exec tor -f ${file}`;
    const command = ["unshare", ...own(), "sh", "-c", script];
    const proxy = new SocksProxy("", command, folder);
    await proxy.#answers({ path });
    return await TorProxy.open(proxy, path);
  }

  /** The lines that tell of a connection made for a client. */
  get connections(): readonly string[] {
    return this.lines.filter((line) => line.includes("connected to"));
  }

  /** Ends it at once, as a crash would. */
  async stop(): Promise<void> {
    if (!this.#isGone) this.#child.kill("SIGKILL");
    await within(this.#gone, "the end of the proxy");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#folder === undefined) return;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Waits until the proxy can be connected to. */
  async #answers(place: { host: string; port: number } | { path: string }) {
    const end = Date.now() + PATIENCE;
    while (!await canConnect(place)) {
      if (!this.#isGone && Date.now() < end) {
        await pause(10);
        continue;
      }
      await this[Symbol.asyncDispose]();
      throw new Error(`The proxy did not start: ${this.lines.join("; ")}`);
    }
  }
}

/**
 * Tor behind a port of this host: its own is a socket file, the one kind of
 * socket that reaches into another network namespace.
 */
export class TorProxy implements AsyncDisposable {
  /** What `socksProxy` is to be. */
  readonly address: string;
  readonly #proxy: SocksProxy;
  readonly #door: Server;

  private constructor(proxy: SocksProxy, door: Server) {
    this.#proxy = proxy;
    this.#door = door;
    const { port } = door.address() as { port: number };
    this.address = `127.0.0.1:${port}`;
  }

  /** Opens the port. */
  static async open(proxy: SocksProxy, path: string): Promise<TorProxy> {
    const door = createServer((client) => {
      const tor = connect(path);
      client.on("error", () => tor.destroy()).pipe(tor);
      tor.on("error", () => client.destroy()).pipe(client);
      client.on("close", () => tor.destroy());
      tor.on("close", () => client.destroy());
    });
    await new Promise<void>((resolve) =>
      door.listen(0, "127.0.0.1", () => resolve())
    );
    return new TorProxy(proxy, door);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#door.close(resolve));
    await this.#proxy[Symbol.asyncDispose]();
    await within(closed, "the end of Tor's connections");
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function canConnect(
  place: { host: string; port: number } | { path: string },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
