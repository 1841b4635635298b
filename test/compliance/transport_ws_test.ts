// The transport suite for ws and wss on the runtime at hand: what follows the
// opening handshake is a stream of octets like any other.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import type {
  StreamOptions,
  Subprotocol,
  Transport,
} from "../../src/transport/transport.ts";
import { pattern } from "../kit/byte_end.ts";
import { makeCertificates, skipUnlessOpenssl } from "../kit/certificates.ts";
import { skipUnlessIPv6, skipUnlessLinux } from "../kit/runtime.ts";
import {
  Bench,
  rejectsWith,
  type TransportSubject,
} from "../kit/stream_bench.ts";
import { transportSuite } from "./transport.ts";

const runtime = detectRuntime();

/** What every socket tells its transports. */
const TOLD = {
  subprotocols: ["ZWS2.0/NULL", "ZWS2.0"] as readonly Subprotocol[],
  handshakeInterval: 10_000,
};

/** A transport of the runtime that is told the options. */
function transportOf(scheme: string, told: StreamOptions): Transport {
  const own = runtime.transports.find((one) => one.scheme === scheme)!;
  return {
    scheme,
    check: (endpoint, role, given) =>
      own.check!(endpoint, role, { ...told, ...given }),
    connect: (endpoint, given) => own.connect(endpoint, { ...told, ...given }),
    listen: (endpoint, given, accept) =>
      own.listen(endpoint, { ...told, ...given }, accept),
  };
}

function subjectOf(
  scheme: string,
  more: StreamOptions = {},
): TransportSubject {
  const options = { ...TOLD, ...more };
  const subject: TransportSubject = {
    transport: transportOf(scheme, options),
    options,
    bindEndpoint: () => `${scheme}://127.0.0.1:*/a/path`,
    refusedEndpoint: async () => {
      const bench = new Bench(subject);
      const { listener } = await bench.listen();
      await bench.clear();
      return listener.endpoint;
    },
    addressOf: (endpoint) => endpoint.replace(/\/a\/path$/, ""),
    malformed: {
      bind: ["127.0.0.1", "*:65536/", "::1:80/a", "*:80/ ", "*:80/?a"].map(
        (address) => `${scheme}://${address}`,
      ),
      connect: ["127.0.0.1:*/", "*:80", "127.0.0.1:80/#a", "[::1]/"].map(
        (address) => `${scheme}://${address}`,
      ),
    },
  };
  return subject;
}

const ws = subjectOf("ws");
transportSuite("ws", ws);

const certificates = skipUnlessOpenssl ? undefined : makeCertificates();
describe("wss", { skip: skipUnlessOpenssl }, () => {
  transportSuite(
    "wss",
    subjectOf("wss", {
      wssCertPem: certificates?.server.cert,
      wssKeyPem: certificates?.server.key,
      wssTrustPem: certificates?.ca,
    }),
  );
});

describe("ws addresses", () => {
  const bench = new Bench(ws);
  afterEach(() => bench.clear());

  async function works(endpoint: string, ipv6 = false): Promise<string> {
    const { listener, accepted } = await bench.listen(endpoint, { ipv6 });
    const near = await bench.connect(
      listener.endpoint.replace("[::]", "[::1]").replace(
        "0.0.0.0",
        "127.0.0.1",
      ),
      { ipv6 },
    );
    const far = bench.end(await accepted());
    bench.end(near).write(pattern(10));
    await far.has(10);
    return listener.endpoint;
  }

  it("have a path, and / without one", async () => {
    assert.match(await works("ws://*:*"), /^ws:\/\/0\.0\.0\.0:\d+\/$/);
    assert.match(await works("ws://127.0.0.1:*/"), /^ws:\/\/127.0.0.1:\d+\/$/);
    assert.match(await works("ws://localhost:*/a;b"), /:\d+\/a;b$/);
  });

  it("may be IPv6", { skip: skipUnlessIPv6 }, async () => {
    assert.match(await works("ws://[::1]:*/a"), /^ws:\/\/\[::1\]:\d+\/a$/);
    assert.match(await works("ws://*:*/a", true), /^ws:\/\/\[::\]:\d+\/a$/);
  });

  it("connect from a source address", { skip: skipUnlessLinux }, async () => {
    const { listener, accepted } = await bench.listen();
    await bench.connect(listener.endpoint.replace("//", "//127.0.0.5:*;"));
    assert.match((await accepted()).remoteAddress, /^ws:\/\/127\.0\.0\.5:/);
  });

  it("take a query to the server", async () => {
    const { listener, accepted } = await bench.listen(undefined, {
      subprotocols: ["ZWS1.0"],
    });
    const endpoint = `${listener.endpoint}?type=DEALER&a=%20`;
    const { subprotocols } = { subprotocols: ["ZWS1.0"] };
    const near = await bench.connect(endpoint, { subprotocols });
    assert.equal(near.webSocket!.role, "client");
    const { webSocket } = await accepted();
    assert.deepEqual(webSocket, {
      subprotocol: "ZWS1.0",
      role: "server",
      masked: true,
      canPing: true,
      peerType: "DEALER",
    });
  });

  it("of another path are refused, with the status", async () => {
    const failures: unknown[] = [];
    const { listener } = await bench.listen(undefined, {
      onAcceptError: (error) => failures.push(error),
    });
    const endpoint = `${listener.endpoint}/more`;
    const error = await rejectsWith(
      bench.connect(endpoint),
      "EPROTO",
      endpoint,
    );
    assert.match(error.message, /answered 404 Not Found/);
    assert.match(String(failures), /status 404/);
  });

  it("that a filter refuses get no answer at all", async () => {
    const { listener } = await bench.listen(undefined, {
      admits: () => false,
    });
    await rejectsWith(
      bench.connect(listener.endpoint),
      "EPROTO",
      listener.endpoint,
    );
  });
});

describe("an attempt to open a WebSocket", () => {
  const bench = new Bench(ws);
  const tcp = runtime.transports.find(({ scheme }) => scheme === "tcp")!;
  const silent = new Bench({ ...ws, transport: tcp });
  afterEach(() => Promise.all([bench.clear(), silent.clear()]));

  async function silence(): Promise<string> {
    const { listener } = await silent.listen("tcp://127.0.0.1:*");
    return listener.endpoint.replace("tcp:", "ws:");
  }

  it("ends when it takes too long", async () => {
    const endpoint = await silence();
    const options = { handshakeInterval: 50 };
    await rejectsWith(bench.connect(endpoint, options), "ETIMEDOUT", endpoint);
  });

  it("ends with the reason of the signal", async () => {
    const endpoint = await silence();
    const controller = new AbortController();
    const attempt = bench.connect(endpoint, {}, controller.signal);
    const reason = new Error("no time");
    setTimeout(() => controller.abort(reason), 20);
    await assert.rejects(attempt, reason);
  });

  it("is refused to a socket that speaks over none", async () => {
    const endpoint = await silence();
    const options = { subprotocols: [] };
    await rejectsWith(
      bench.connect(endpoint, options),
      "ENOCOMPATPROTO",
      endpoint,
    );
    await rejectsWith(
      bench.listen("ws://127.0.0.1:*", options),
      "ENOCOMPATPROTO",
      "ws://127.0.0.1:*",
    );
  });
});
