/**
 * A ZAP handler socket that never answers made its context remember every
 * connection that had asked, for ever.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Context, Router } from "../../mod.ts";
import { ZapClient } from "../../src/context/zap_client.ts";
import { login } from "../hostile/login.ts";
import { RawPeer } from "../hostile/raw_peer.ts";
import { until } from "../kit/wait.ts";

describe("ZapClient", () => {
  it("forgets the questions of connections that are over", async () => {
    await using context = new Context();
    await using handler = new Router({ context });
    await handler.bind("inproc://zeromq.zap.01");
    const asked = new ZapClient(context);
    const { services } = context;
    const watched = {
      ...services,
      authenticator: () => asked.authenticator(),
    };
    await using router = new Router({
      context: { services: watched },
      plainServer: true,
      // All three are asked about before it is over.
      handshakeInterval: 2000,
    });
    const endpoint = await router.bind("tcp://127.0.0.1:*");
    const place = {
      role: "client",
      mechanism: "PLAIN",
      scheme: "tcp",
    } as const;
    const peers = await Promise.all(
      Array.from({ length: 3 }, () => RawPeer.connectTo(endpoint)),
    );
    const logins = peers.map((peer) => login(peer, place));
    await until(() => asked.pending === 3, "all are asked about");
    peers[0]!.reset();
    peers[1]!.finish();
    await Promise.allSettled(logins);
    await until(() => asked.pending === 0, "all are forgotten");
    assert.equal(router.peers.length, 0);
    asked.close();
  });
});
