// Kerberos in tests: whether it is there, a realm with a KDC of its own on the
// loopback interface, and the environment by which libraries find it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { LIBC, loadFfi } from "../../ext/ffi/mod.ts";
import { skipWithoutKoffi } from "./native.ts";
import { pause } from "./wait.ts";

const SBIN = "/usr/sbin";
const PROGRAMS = [
  ...["krb5kdc", "kdb5_util", "kadmin.local"].map((name) => join(SBIN, name)),
  ...["kinit", "klist"].map((name) => join("/usr/bin", name)),
];

/** The reason to skip what needs Kerberos and a KDC, or false. */
export const skipWithoutKerberos: string | false = skipWithoutKoffi ||
  missing();

function missing(): string | false {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  const isThere = stdout?.includes("libgssapi_krb5.so.2") &&
    PROGRAMS.every((path) => existsSync(path));
  return isThere
    ? false
    : "install Kerberos: apt-get install krb5-kdc krb5-admin-server " +
      "krb5-user libgssapi-krb5-2";
}

/** Variables of the environment. */
export type Variables = Readonly<Record<string, string>>;

/** The realm's name. */
export const REALM = "ZMQ.TEST";

/** A realm: a KDC, its principals, and files with keys and tickets. */
export class Realm {
  readonly #folder: string;
  readonly #port: number;
  #kdc: ChildProcess | undefined;
  /** In the place of another realm's KDC: never answers. */
  readonly #deaf: Deaf;
  #before = new Map<string, string | undefined>();
  #files = 0;

  private constructor(folder: string, port: number, deaf: Deaf) {
    this.#folder = folder;
    this.#port = port;
    this.#deaf = deaf;
  }

  /**
   * Makes the realm with `zmqclient`, `zmqserver` and `host/localhost`.
   *
   * @param clockSkew seconds for which a ticket is good after its end
   */
  static async start(clockSkew = 300): Promise<Realm> {
    const folder = mkdtempSync(join(tmpdir(), "isomq-krb-"));
    const realm = new Realm(folder, await freePort(), await deafSocket());
    try {
      realm.#write(clockSkew);
      realm.#run("kdb5_util", ["create", "-s", "-r", REALM, "-P", "master"]);
      realm.admin(
        "addprinc -randkey zmqclient",
        "addprinc -randkey zmqserver",
        "addprinc -randkey host/localhost",
        `ktadd -k ${realm.keytab} zmqclient zmqserver host/localhost`,
      );
      await realm.#startKdc();
    } catch (error) {
      await realm.end();
      throw error;
    }
    return realm;
  }

  /** The file with the keys of all three. */
  get keytab(): string {
    return join(this.#folder, "all.keytab");
  }

  /** A path in the realm's folder that nobody has used. */
  fresh(name: string): string {
    return join(this.#folder, `${name}_${++this.#files}`);
  }

  /** The environment of whoever has all keys, and gets tickets by them. */
  get variables(): Variables {
    return {
      KRB5_CONFIG: join(this.#folder, "krb5.conf"),
      KRB5_KTNAME: `FILE:${this.keytab}`,
      KRB5_CLIENT_KTNAME: `FILE:${this.keytab}`,
      // One of its caches for each principal: libzmq wants to be two.
      KRB5CCNAME: `DIR:${this.#directory("tickets")}`,
    };
  }

  /** Says commands to kadmin.local. */
  admin(...commands: string[]): void {
    this.#run("kadmin.local", [], `${commands.join("\n")}\n`);
  }

  /** Gets a ticket for a principal, and its keytab's key, into a cache. */
  ticket(principal: string, cache: string, ...options: string[]): void {
    this.#run("kinit", [
      "-k",
      "-t",
      this.keytab,
      "-c",
      cache,
      ...options,
      principal,
    ]);
  }

  /** Puts this process into the environment, and native code with it. */
  async enter(changes: Variables = {}): Promise<void> {
    await this.#set({ ...this.variables, ...changes });
  }

  /** Does something with other variables; nobody else may be at work. */
  async with<T>(changes: Variables, action: () => Promise<T>): Promise<T> {
    const before = this.variables;
    await this.#set(changes);
    try {
      return await action();
    } finally {
      await this.#set(before);
    }
  }

  /** Stops the KDC, and takes everything away. */
  async end(): Promise<void> {
    const kdc = this.#kdc;
    if (kdc !== undefined && kdc.exitCode === null) {
      const exited = new Promise((resolve) => kdc.once("exit", resolve));
      process.kill(kdc.pid!, "SIGTERM");
      await exited;
    }
    this.#deaf.close();
    rmSync(this.#folder, { recursive: true, force: true });
    for (const [name, value] of this.#before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }

  /** Runtimes may keep an environment of their own for JavaScript. */
  async #set(variables: Variables): Promise<void> {
    const libc = (await loadFfi()).library(LIBC);
    const setenv = libc.function("setenv", "i32", ["text", "text", "i32"]);
    for (const [name, value] of Object.entries(variables)) {
      if (!this.#before.has(name)) this.#before.set(name, process.env[name]);
      process.env[name] = value;
      setenv(name, value, 1);
    }
  }

  #directory(name: string): string {
    const path = join(this.#folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  #write(clockSkew: number): void {
    const at = `127.0.0.1:${this.#port}`;
    const file = (name: string) => join(this.#folder, name);
    writeFileSync(
      file("krb5.conf"),
      `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 qualify_shortname = ""
 clockskew = ${clockSkew}
[realms]
 ${REALM} = {
  kdc = ${at}
 }
 OTHER.TEST = {
  kdc = 127.0.0.1:${this.#deaf.address().port}
 }
[domain_realm]
 localhost = ${REALM}
 elsewhere = OTHER.TEST
`,
    );
    writeFileSync(
      file("kdc.conf"),
      `[kdcdefaults]
 kdc_listen = ${at}
 kdc_tcp_listen = ${at}
[realms]
 ${REALM} = {
  database_name = ${file("principal")}
  key_stash_file = ${file("stash")}
  acl_file = ${file("kadm5.acl")}
 }
[logging]
 kdc = FILE:${file("kdc.log")}
 default = FILE:${file("other.log")}
`,
    );
    writeFileSync(file("kadm5.acl"), "");
  }

  get #environment(): Record<string, string | undefined> {
    return {
      ...process.env,
      ...this.variables,
      KRB5_KDC_PROFILE: join(this.#folder, "kdc.conf"),
      PATH: `${process.env.PATH}:${SBIN}`,
    };
  }

  #run(command: string, args: readonly string[], input = ""): void {
    const { status, stdout, stderr } = spawnSync(command, args, {
      env: this.#environment,
      encoding: "utf8",
      input,
      timeout: 10_000,
    });
    if (status === 0) return;
    throw new Error(`${command} failed: ${stdout}${stderr}`);
  }

  async #startKdc(): Promise<void> {
    const kdc = spawn(join(SBIN, "krb5kdc"), ["-n"], {
      env: this.#environment,
      stdio: "ignore",
    });
    this.#kdc = kdc;
    for (let i = 0; i < 500; i++) {
      if (kdc.exitCode !== null) break;
      if (await answers(this.#port)) return;
      await pause(10);
    }
    throw new Error("The KDC does not listen");
  }
}

type Deaf = ReturnType<typeof createSocket>;

function deafSocket(): Promise<Deaf> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => resolve(socket));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Options of a client and a server by a kind of name. */
export interface NameCase {
  readonly type: "hostBased" | "userName" | "krb5Principal";
  /** libzmq's number of it. */
  readonly number: 0 | 1 | 2;
  readonly server: string;
  readonly client: string;
}

/** A server and a client by each kind of name. */
export const NAMES: readonly NameCase[] = [
  {
    type: "hostBased",
    number: 0,
    server: "host@localhost",
    client: "host@localhost",
  },
  { type: "userName", number: 1, server: "zmqserver", client: "zmqclient" },
  {
    type: "krb5Principal",
    number: 2,
    server: `zmqserver@${REALM}`,
    client: `zmqclient@${REALM}`,
  },
];

/** The principal that the server gets to know. */
export function principalOf({ type }: NameCase): string {
  return type === "hostBased"
    ? `host/localhost@${REALM}`
    : `zmqclient@${REALM}`;
}

/** Options of our socket, with names of one kind. */
export function ourGssapi(
  names: NameCase,
  isServer: boolean,
  isPlain = false,
): object {
  const own = {
    gssapiPlainText: isPlain,
    gssapiPrincipalNameType: names.type,
    gssapiPrincipal: isServer ? names.server : names.client,
  };
  return isServer ? { ...own, gssapiServer: true } : {
    ...own,
    gssapiServicePrincipalNameType: names.type,
    gssapiServicePrincipal: names.server,
  };
}

/** The same for libzmq. */
export function theirGssapi(
  names: NameCase,
  isServer: boolean,
  isPlain = false,
): Record<string, number | string> {
  const own = {
    GSSAPI_PLAINTEXT: isPlain ? 1 : 0,
    GSSAPI_PRINCIPAL_NAMETYPE: names.number,
    GSSAPI_PRINCIPAL: isServer ? names.server : names.client,
  };
  return isServer ? { ...own, GSSAPI_SERVER: 1 } : {
    ...own,
    GSSAPI_SERVICE_PRINCIPAL_NAMETYPE: names.number,
    GSSAPI_SERVICE_PRINCIPAL: names.server,
  };
}
