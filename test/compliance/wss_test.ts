// Sockets over wss on the runtime at hand: certificates that will do and those
// that will not, and coming back when the server has a better one.
import assert from "node:assert/strict";
import { createServer } from "node:tls";
import { after, afterEach, before, describe, it } from "node:test";
import {
  Context,
  curveKeyPair,
  Dealer,
  type ErrorCode,
  Router,
  type Socket,
  type SocketEvent,
} from "../../mod.ts";
import {
  type Certificate,
  type Certificates,
  makeCertificates,
  skipUnlessOpenssl,
} from "../kit/certificates.ts";
import { texts } from "../kit/messages.ts";
import { openSockets } from "../kit/runtime.ts";
import { Bag } from "../kit/sockets.ts";
import { TcpPeer } from "../kit/tcp_peer.ts";
import { until, within } from "../kit/wait.ts";

const SERVICE_TIME = 5000;
const MEGABYTE = 1024 * 1024;

/** The events of a socket from now on. */
function record(socket: Socket): SocketEvent[] {
  const events: SocketEvent[] = [];
  void (async () => {
    for await (const event of socket.events) events.push(event);
  })();
  return events;
}

describe("wss", { skip: skipUnlessOpenssl }, () => {
  let certificates: Certificates;
  let bag: Bag;
  let socketsBefore = 0;
  before(() => {
    socketsBefore = openSockets();
    certificates = makeCertificates();
    bag = new Bag();
  });
  afterEach(async () => {
    await bag[Symbol.asyncDispose]();
    bag = new Bag();
  });
  after(() => until(() => openSockets() <= socketsBefore, "all is closed"));

  const serverOptions = ({ cert, key }: Certificate) => ({
    wssCertPem: cert,
    wssKeyPem: key,
  });

  function router(certificate: Certificate, options: object = {}): Router {
    return bag.keep(
      new Router({ linger: 0, ...serverOptions(certificate), ...options }),
    );
  }

  function dealer(options: object = {}): Dealer {
    return bag.keep(
      new Dealer({
        linger: 0,
        reconnectInterval: 20,
        reconnectMaxInterval: 50,
        wssTrustPem: certificates.ca,
        ...options,
      }),
    );
  }

  async function exchange(from: Dealer, to: Router): Promise<void> {
    const talk = async (): Promise<void> => {
      await from.send("question");
      const [id, ...parts] = await to.receive();
      assert.deepEqual(texts(parts), ["question"]);
      await to.send([id!, "answer"]);
      assert.deepEqual(texts(await from.receive()), ["answer"]);
    };
    await within(talk(), "an exchange", SERVICE_TIME);
  }

  /** Fails unless connecting fails for the reason, and goes on to fail. */
  async function isRefused(
    socket: Dealer,
    endpoint: string,
    code: ErrorCode,
    reason: string | undefined,
    text: RegExp = /./,
  ): Promise<void> {
    const events = record(socket);
    socket.connect(endpoint);
    const closes = () => events.filter(({ type }) => type === "close");
    await until(() => closes().length >= 2, "two attempts failed");
    for (const { error } of closes()) {
      assert.equal(error!.code, code, error!.message);
      assert.equal(error!.reason, reason, error!.message);
      assert.match(error!.message, text);
      assert.equal(error!.address, endpoint);
    }
    assert.ok(!events.some(({ type }) => type === "connect"));
  }

  const keys = { server: curveKeyPair(), client: curveKeyPair() };
  const mechanisms: Readonly<Record<string, readonly [object, object]>> = {
    NULL: [{}, {}],
    PLAIN: [{ plainServer: true }, {
      plainUsername: "Ada",
      plainPassword: "secret",
    }],
    CURVE: [{ curveServer: true, curveSecretKey: keys.server.secretKey }, {
      curveServerKey: keys.server.publicKey,
      curvePublicKey: keys.client.publicKey,
      curveSecretKey: keys.client.secretKey,
    }],
  };
  for (const [name, [ofServer, ofClient]] of Object.entries(mechanisms)) {
    it(`carries ${name}`, async () => {
      const context = new Context({
        authenticate: () => ({ statusCode: "200", userId: "Ada" }),
      });
      const server = router(certificates.server, { ...ofServer, context });
      const client = dealer({ ...ofClient, context });
      const endpoint = await server.bind("wss://127.0.0.1:*/a");
      assert.match(endpoint, /^wss:\/\/127\.0\.0\.1:\d+\/a$/);
      client.connect(endpoint);
      await exchange(client, server);
      assert.match(server.peers[0]!.address, /^wss:\/\/127\.0\.0\.1:\d+$/);
    });
  }

  it("refuses addresses that tcpAcceptFilter has not, before TLS", async () => {
    const bound = router(certificates.server, {
      tcpAcceptFilter: "203.0.113.0/24",
      handshakeInterval: 0,
    });
    const refused = bound.events.once("accept:error");
    const endpoint = await bound.bind("wss://127.0.0.1:*");
    const [, port] = /:(\d+)/.exec(endpoint)!;
    // It says nothing, and would be waited for.
    await using peer = await TcpPeer.connect(`tcp://127.0.0.1:${port}`);
    await within(peer.ended, "the peer to be dropped", SERVICE_TIME);
    assert.equal((await refused).error?.code, "EACCES");
  });

  it("carries long messages both ways", async () => {
    const server = router(certificates.server);
    const client = dealer();
    client.connect(await server.bind("wss://127.0.0.1:*"));
    const long = new Uint8Array(5 * MEGABYTE).map((_, i) => i % 251);
    await client.send([long, "end"]);
    const [id, first, second] = await server.receive();
    assert.deepEqual(first, long);
    assert.deepEqual(texts([second!]), ["end"]);
    await server.send([id!, first!]);
    assert.deepEqual((await client.receive())[0], long);
  });

  it("checks the endpoint's name, and tells it to the server", async () => {
    const server = router(certificates.server);
    const client = dealer();
    const endpoint = await server.bind("wss://127.0.0.1:*");
    client.connect(endpoint.replace("127.0.0.1", "localhost"));
    await exchange(client, server);
  });

  it("checks wssHostname instead where it is set", async () => {
    const server = router(certificates.stranger);
    const client = dealer({ wssHostname: "other.example" });
    client.connect(await server.bind("wss://127.0.0.1:*"));
    await exchange(client, server);
  });

  it("tells the server which name is wanted", async () => {
    const names: (string | false | null)[] = [];
    const { cert, key } = certificates.server;
    const server = createServer({ cert, key }, (socket) => {
      names.push((socket as { servername?: string }).servername ?? "");
      socket.on("error", () => {});
      socket.destroy();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    dealer().connect(`wss://localhost:${port}`);
    await until(() => names.length > 0, "a client came");
    assert.equal(names[0], "localhost");
    await bag[Symbol.asyncDispose]();
    await new Promise((done) => server.close(done));
  });

  const bad: readonly [
    name: string,
    server: "server" | "stranger" | "expired",
    client: () => object,
    text: RegExp,
  ][] = [
    [
      "an unknown authority",
      "server",
      () => ({ wssTrustPem: certificates.otherCa }),
      /the certificate is not accepted/,
    ],
    [
      "an authority that the system does not know",
      "server",
      () => ({ wssTrustPem: null, wssTrustSystem: true }),
      /the certificate is not accepted/,
    ],
    ["another name", "stranger", () => ({}), /not accepted.*127\.0\.0\.1/],
    [
      "another name than wssHostname",
      "server",
      () => ({ wssHostname: "other.example" }),
      /not accepted.*other\.example/,
    ],
    ["a time that is over", "expired", () => ({}), /expired/],
  ];
  for (const [name, which, options, text] of bad) {
    it(`refuses a certificate of ${name}, and tries again`, async () => {
      const server = router(certificates[which]);
      const endpoint = await server.bind("wss://127.0.0.1:*");
      await isRefused(
        dealer(options()),
        endpoint,
        "EPROTO",
        "ERR_TLS_CERTIFICATE",
        text,
      );
      assert.equal(server.peers.length, 0);
    });
  }

  it("trusts wssTrustPem beside the system where both are set", async () => {
    const server = router(certificates.server);
    const client = dealer({ wssTrustSystem: true });
    client.connect(await server.bind("wss://127.0.0.1:*"));
    await exchange(client, server);
  });

  it("connects once the server has a better certificate", async () => {
    const wrong = router(certificates.stranger);
    const endpoint = await wrong.bind("wss://127.0.0.1:*");
    const client = dealer();
    const events = record(client);
    client.connect(endpoint);
    await until(
      () => events.some(({ type }) => type === "connect:retry"),
      "it failed",
    );
    await wrong.unbind(endpoint);
    const right = router(certificates.server);
    await right.bind(endpoint);
    await exchange(client, right);
  });

  it("throws EINVAL to who trusts nobody", () => {
    const client = dealer({ wssTrustPem: null });
    assert.throws(() => client.connect("wss://127.0.0.1:1"), {
      code: "EINVAL",
      message: /expected "wssTrustPem" or "wssTrustSystem" to be set/,
    });
  });

  it("rejects with EINVAL without a certificate that fits its key", async () => {
    const { server, stranger } = certificates;
    for (
      const [options, text] of [
        [{ wssKeyPem: null }, /expected "wssCertPem" and "wssKeyPem"/],
        [{ wssCertPem: null }, /expected "wssCertPem" and "wssKeyPem"/],
        [{ wssKeyPem: stranger.key }, /not the key of the certificate/],
        [{ wssKeyPem: "junk" }, /expected a secret key as PEM/],
        [{ wssCertPem: "junk" }, /"wssCertPem": expected one or more/],
      ] as const
    ) {
      await assert.rejects(
        router(server, options).bind("wss://127.0.0.1:*"),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "EINVAL", error.message);
          assert.match(error.message, text);
          assert.ok(!error.message.includes("BEGIN"), "no secret is shown");
          return true;
        },
      );
    }
  });

  it("says which trusted certificate is none", async () => {
    const server = router(certificates.server);
    const endpoint = await server.bind("wss://127.0.0.1:*");
    const junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    for (const wssTrustPem of ["junk", junk]) {
      const client = dealer({ wssTrustPem });
      const events = record(client);
      client.connect(endpoint);
      await until(
        () => events.some(({ type }) => type === "close"),
        "it failed",
      );
      const { error } = events.find(({ type }) => type === "close")!;
      assert.equal(error!.code, "EINVAL");
      assert.match(error!.message, /"wssTrustPem": expected one or more/);
    }
  });

  it("refuses a server without TLS, and a client without", async () => {
    const plain = bag.keep(new Router({ linger: 0 }));
    const clear = await plain.bind("ws://127.0.0.1:*");
    await isRefused(
      dealer(),
      clear.replace("ws:", "wss:"),
      "ECONNRESET",
      "ERR_TLS_HANDSHAKE",
    );
    const server = router(certificates.server);
    const events = record(server);
    const secure = await server.bind("wss://127.0.0.1:*");
    const client = dealer();
    client.connect(secure.replace("wss:", "ws:"));
    await until(
      () => events.some(({ type }) => type === "accept:error"),
      "the server refused",
    );
    const { error } = events.find(({ type }) => type === "accept:error")!;
    assert.ok(["EPROTO", "ECONNRESET"].includes(error!.code), error!.message);
    const good = dealer();
    good.connect(secure);
    await exchange(good, server);
  });
});
