// WebSockets through a SOCKS proxy: in clear, and with TLS between the ends,
// of which the proxy sees octets only.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Dealer, Router } from "../../mod.ts";
import { makeCertificates, skipUnlessOpenssl } from "../kit/certificates.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { SocksRelay } from "../kit/socks_relay.ts";
import { until, within } from "../kit/wait.ts";

const MEGABYTE = 1024 * 1024;

describe("a WebSocket through a SOCKS proxy", () => {
  let proxy: SocksRelay;
  let bag: Bag;
  let socketsBefore = 0;

  beforeEach(async () => {
    socketsBefore = openSockets();
    proxy = await SocksRelay.listen({ user: "Ada:hunter2" });
    bag = new Bag();
  });
  afterEach(async () => {
    await bag[Symbol.asyncDispose]();
    await proxy.stop();
    await until(() => openSockets() <= socketsBefore, "all is closed");
  });

  function dealer(options: object = {}): Dealer {
    return bag.keep(
      new Dealer({
        socksProxy: proxy.address,
        socksUsername: "Ada",
        socksPassword: "hunter2",
        reconnectInterval: 10,
        reconnectMaxInterval: 20,
        ...options,
      }),
    );
  }

  /** Sends something there and back, short and long. */
  async function exchange(from: Dealer, to: Router): Promise<void> {
    for (const body of ["question", "x".repeat(MEGABYTE)]) {
      await from.send(body);
      const [id, ...parts] = await within(to.receive(), "the question");
      assert.deepEqual(texts(parts), [body]);
      await to.send([id!, "answer"]);
      assert.deepEqual(
        texts(await within(from.receive(), "the answer")),
        ["answer"],
      );
    }
  }

  it("works, and again when the proxy dropped it: ws", async () => {
    const router = bag.keep(new Router());
    const endpoint = await router.bind("ws://127.0.0.1:*/path");
    const socket = dealer();
    socket.connect(endpoint);
    await exchange(socket, router);
    const lost = socket.events.once("disconnect");
    proxy.drop();
    await within(lost, "the loss");
    await exchange(socket, router);
    assert.equal(proxy.requests.length, 2);
  });

  it("works, and only with the right certificate: wss", {
    skip: skipUnlessOpenssl,
  }, async () => {
    const { ca, otherCa, server } = makeCertificates();
    const router = bag.keep(
      new Router({ wssCertPem: server.cert, wssKeyPem: server.key }),
    );
    const endpoint = await router.bind("wss://127.0.0.1:*/path");
    const port = /:(\d+)\//.exec(endpoint)![1];
    const wary = dealer({ wssTrustPem: otherCa });
    const refused = wary.events.once("connect:retry");
    wary.connect(`wss://localhost:${port}/path`);
    const { error } = await within(refused, "a refusal");
    assert.equal(error?.code, "EPROTO");
    assert.equal(error?.reason, "ERR_TLS_CERTIFICATE");
    await wary.close();

    const socket = dealer({ wssTrustPem: ca });
    socket.connect(`wss://localhost:${port}/path`);
    await exchange(socket, router);
    assert.equal(proxy.requests.at(-1), `3 localhost:${port}`);
    assert.equal(socket.peers[0]!.address, `wss://localhost:${port}`);
  });

  it("is refused by a server that speaks before TLS can begin", async () => {
    const socket = dealer({ wssTrustSystem: true });
    const refused = socket.events.once("connect:retry");
    proxy.user = undefined;
    proxy.scripts.push(async (client) => {
      await client.read(3);
      client.write(Uint8Array.of(5, 2));
      await client.read(2 + "Ada".length + 1 + "hunter2".length);
      client.write(Uint8Array.of(1, 0));
      await client.read(10);
      client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 72, 105));
      await client.ended;
    });
    socket.connect("wss://192.0.2.1:443/");
    const { error } = await within(refused, "a refusal");
    assert.equal(error?.code, "EPROTO", String(error));
    assert.equal(error?.reason, "ERR_TLS_HANDSHAKE");
    await socket.close();
  });
});
