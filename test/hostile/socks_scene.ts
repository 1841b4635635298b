// A PUSH that connects to a PULL through a proxy of the test's, with a message
// queued: it has to arrive in the end, once, whatever the proxy did before.
import assert from "node:assert/strict";
import { Pull, Push, type SocketEvent } from "../../mod.ts";
import { SocksRelay, type SocksScript } from "../kit/socks_relay.ts";
import { nextTexts, Stage } from "../kit/stage.ts";
import { until, within } from "../kit/wait.ts";

/** What a failed attempt is to say. */
export interface Failure {
  readonly code: string;
  readonly reason?: string | undefined;
  readonly words: RegExp;
}

/** Words that no error and no event may hold. */
export const SECRETS: RegExp = /Ada|hunter2/;

/** Where one case takes place. */
export class SocksScene implements AsyncDisposable {
  readonly stage: Stage = new Stage("tcp");
  /** What our socket told of. */
  readonly events: SocketEvent[] = [];
  /** The proxy; another one when the first was stopped. */
  proxy: SocksRelay;
  readonly pull: Pull;
  readonly push: Push;
  /** Where our socket wants to go. */
  endpoint = "";

  private constructor(proxy: SocksRelay, options: object) {
    this.proxy = proxy;
    this.pull = this.stage.make(Pull, {});
    this.push = this.stage.make(Push, {
      socksProxy: proxy.address,
      socksUsername: null,
      ...options,
    });
    for (const name of ["connect", "close", "connect:retry"] as const) {
      this.push.events.on(name, (event) => this.events.push(event));
    }
  }

  /** Makes one; our socket does not connect before `begin`. */
  static async open(options: object = {}, user?: string): Promise<SocksScene> {
    const proxy = await SocksRelay.listen({ ...user && { user } });
    return new SocksScene(proxy, options);
  }

  /** Lets our socket connect, with a message waiting. */
  async begin(...scripts: SocksScript[]): Promise<void> {
    this.proxy.scripts.push(...scripts);
    this.endpoint = await this.pull.bind("tcp://127.0.0.1:*");
    this.push.connect(this.endpoint);
    await this.push.send("at last");
  }

  /** Waits for the next failed attempt, and judges what was told of it. */
  async fails({ code, reason, words }: Failure): Promise<SocketEvent> {
    const events = (): SocketEvent[] =>
      this.events.filter(({ type }) => type === "connect:retry");
    await until(() => events().length > 0, "a failed attempt");
    const close = this.events.find(({ type }) => type === "close")!;
    const [retry] = events();
    const { error } = retry!;
    assert.equal(close.error, error);
    assert.equal(error?.code, code, String(error));
    assert.equal(error?.reason, reason);
    assert.match(error!.message, words);
    assert.equal(error?.address, this.endpoint);
    const start = `Cannot connect to "${this.endpoint}" through the SOCKS ` +
      `proxy "${this.proxy.address}": `;
    assert.ok(error!.message.startsWith(start), error!.message);
    for (let one: unknown = error; one instanceof Error; one = one.cause) {
      assert.doesNotMatch(String(one.stack), SECRETS);
    }
    return retry!;
  }

  /** Waits until the message is there, by way of the proxy. */
  async recovers(): Promise<void> {
    assert.deepEqual(await nextTexts(this.pull), ["at last"]);
    assert.equal(this.proxy.failure, undefined);
    const to = this.endpoint.slice("tcp://".length);
    assert.ok(this.proxy.requests.includes(`1 ${to}`));
    assert.equal(this.pull.tryReceive(), undefined);
  }

  /** Stops the proxy, and starts another one in its place. */
  async restart(user?: string): Promise<void> {
    const { port } = this.proxy;
    await this.proxy.stop();
    this.proxy = await SocksRelay.listen({ port, ...user && { user } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await within(this.proxy[Symbol.asyncDispose](), "the end of the proxy");
  }
}
