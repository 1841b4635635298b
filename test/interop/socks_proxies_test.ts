// Connections through the SOCKS proxies of others: what each refuses, and that
// the socket gets through once it does not any more.
// thorough
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Pull, Push, type SocketEvent, ZmqError } from "../../mod.ts";
import { freePort, skipUnless, SocksProxy } from "../kit/socks_proxies.ts";
import { nextTexts, Stage } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

/** A PULL, and a PUSH that reaches it by way of a proxy. */
class Pair implements AsyncDisposable {
  readonly #stage = new Stage("tcp");
  readonly pull: Pull = this.#stage.make(Pull, {});
  readonly push: Push;
  readonly failures: SocketEvent[] = [];

  constructor(socksProxy: string, options: object = {}) {
    this.push = this.#stage.make(Push, { socksProxy, ...options });
    this.push.events.on("connect:retry", (event) => this.failures.push(event));
  }

  /** Sends something all the way. */
  async works(): Promise<void> {
    await this.push.send("through");
    assert.deepEqual(await nextTexts(this.pull), ["through"]);
  }

  /** The error of the next failed attempt. */
  async fails(code: string, words: RegExp): Promise<ZmqError> {
    const before = this.failures.length;
    await until(() => this.failures.length > before, "a failed attempt");
    const { error } = this.failures.at(-1)!;
    assert.ok(error instanceof ZmqError);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage[Symbol.asyncDispose]();
  }
}

/** After a refusal the next attempt is not due for five seconds. */
const PATIENT = 20_000;

describe("microsocks", { skip: skipUnless("microsocks") }, () => {
  it("connects to addresses and names", async () => {
    await using proxy = await SocksProxy.microsocks();
    for (const host of ["127.0.0.1", "localhost"]) {
      await using pair = new Pair(proxy.address);
      const endpoint = await pair.pull.bind("tcp://127.0.0.1:*");
      const to = endpoint.replace("tcp://127.0.0.1", host);
      pair.push.connect(`tcp://${to}`);
      await pair.works();
      assert.match(proxy.connections.at(-1)!, new RegExp(`to ${to}$`));
    }
  });

  it("lets in who knows the password", async () => {
    const user = ["Ada", "hunter2"] as const;
    await using proxy = await SocksProxy.microsocks({ user });
    await using pair = new Pair(proxy.address, {
      socksUsername: user[0],
      socksPassword: user[1],
    });
    pair.push.connect(await pair.pull.bind("tcp://127.0.0.1:*"));
    await pair.works();
    assert.equal(proxy.connections.length, 1);
  });

  const refusals = {
    "a wrong password": {
      user: ["Ada", "hunter3"],
      given: { socksUsername: "Ada", socksPassword: "hunter2" },
      words: /does not accept the user name or the password$/,
      reason: "ERR_SOCKS_LOGIN",
      right: ["Ada", "hunter2"],
    },
    "no password where one is asked for": {
      user: ["Ada", "hunter2"],
      given: {},
      words: /does not accept no authentication$/,
      reason: "ERR_SOCKS_METHOD",
      right: undefined,
    },
    "a password where none is asked for": {
      user: undefined,
      given: { socksUsername: "Ada", socksPassword: "hunter2" },
      words: /does not accept a user name and a password$/,
      reason: "ERR_SOCKS_METHOD",
      right: ["Ada", "hunter2"],
    },
  } as const;
  it("refuses who is wrong, and lets in when that is right", async () => {
    // All at once, for each waits for five seconds after it was refused.
    await Promise.all(
      Object.entries(refusals).map(async ([what, refusal]) => {
        const { user, given, words, reason, right } = refusal;
        await using proxy = await SocksProxy.microsocks({
          ...user && { user },
        });
        const port = Number(/\d+$/.exec(proxy.address)![0]);
        await using pair = new Pair(proxy.address, given);
        pair.push.connect(await pair.pull.bind("tcp://127.0.0.1:*"));
        const error = await pair.fails("EACCES", words);
        assert.equal(error.reason, reason, what);
        assert.doesNotMatch(`${error.message} ${error.stack}`, /hunter/);
        await proxy.stop();
        await using other = await SocksProxy.microsocks({
          port,
          ...right && { user: right },
        });
        const through = pair.push.events.once("handshake");
        await within(through, `a connection after ${what}`, PATIENT);
        await pair.works();
        assert.equal(other.connections.length, 1, what);
      }),
    );
  });

  it("refuses where nobody listens, until somebody does", async () => {
    await using proxy = await SocksProxy.microsocks();
    await using pair = new Pair(proxy.address);
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    pair.push.connect(endpoint);
    const error = await pair.fails("ECONNREFUSED", /replied 5, connection/);
    assert.equal(error.reason, "ERR_SOCKS_REPLY_5");
    await pair.pull.bind(endpoint);
    await pair.works();
  });

  it("does not resolve a name: the reply tells", async () => {
    await using proxy = await SocksProxy.microsocks();
    await using pair = new Pair(proxy.address);
    pair.push.connect("tcp://no.such.host.invalid:5555");
    const error = await pair.fails("EHOSTUNREACH", /through the SOCKS proxy/);
    assert.match(String(error.reason), /^ERR_SOCKS_REPLY_[134]$/);
  });

  it("is dead, comes, dies with a connection, and comes again", async () => {
    const port = await freePort();
    await using pair = new Pair(`127.0.0.1:${port}`);
    pair.push.connect(await pair.pull.bind("tcp://127.0.0.1:*"));
    for (let life = 0; life < 2; life++) {
      const error = await pair.fails("ECONNREFUSED", /nothing listens there$/);
      assert.equal(error.reason, undefined);
      await using proxy = await SocksProxy.microsocks({ port });
      await pair.works();
      assert.equal(proxy.connections.length, 1);
      const lost = pair.push.events.once("disconnect");
      await proxy.stop();
      await within(lost, "the loss of the connection");
    }
  });
});

describe("danted", { skip: skipUnless("danted") }, () => {
  it("connects, and forbids what its rules forbid", async () => {
    const forbidden = await freePort();
    await using proxy = await SocksProxy.danted(forbidden);
    await using pair = new Pair(proxy.address);
    pair.push.connect(await pair.pull.bind("tcp://127.0.0.1:*"));
    await pair.works();
    pair.push.connect(`tcp://127.0.0.1:${forbidden}`);
    const error = await pair.fails(
      "EACCES",
      /replied 2, connection not allowed/,
    );
    assert.equal(error.reason, "ERR_SOCKS_REPLY_2");
    await pair.works();
  });

  it("refuses where nobody listens", async () => {
    await using proxy = await SocksProxy.danted(1);
    await using pair = new Pair(proxy.address);
    pair.push.connect(`tcp://127.0.0.1:${await freePort()}`);
    await pair.fails("ECONNREFUSED", /replied 5, connection refused$/);
  });
});

describe("tor", { skip: skipUnless("tor") }, () => {
  const onion =
    `${"duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad"}` +
    ".onion";

  it("takes names and credentials of any kind, and tells what fails", async () => {
    await using proxy = await SocksProxy.tor();
    const logins = [{}, { socksUsername: "one", socksPassword: "circuit" }];
    await Promise.all(logins.map(async (login) => {
      await using pair = new Pair(proxy.address, login);
      pair.push.connect(`tcp://${onion}:5555`);
      // There is no network: it says so, or that the time is up.
      const failure = pair.fails("ETIMEDOUT", /replied 6, TTL expired$/);
      assert.equal((await failure).reason, "ERR_SOCKS_REPLY_6");
    }));
  });
});
