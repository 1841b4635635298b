/**
 * RFC 38, GSSAPI in ZMTP. It has no sentence with MUST or SHALL, and no
 * grammar: what libzmq speaks is the measure.
 *
 * @module
 */

import assert from "node:assert/strict";
import { GssapiClient } from "../../ext/gssapi/client.ts";
import type { GssapiHandshake } from "../../ext/gssapi/handshake.ts";
import { GssapiServer } from "../../ext/gssapi/server.ts";
import { EMPTY, fromKey, toKey } from "../../src/base/bytes.ts";
import { FakeGssContext } from "../kit/fake_gss_context.ts";
import { section } from "../kit/rfc.ts";
import { sent, setup } from "../unit/security/handshakes.ts";

const says = section(38, "Implementation");

/** Both sides at the start. */
function sides(): { client: GssapiHandshake; server: GssapiHandshake } {
  const options = (isClient: boolean) => ({
    context: new FakeGssContext(isClient),
    encrypts: true,
  });
  return {
    client: new GssapiClient(setup("DEALER"), options(true)),
    server: new GssapiServer(setup("ROUTER"), options(false)),
  };
}

/** What a side has to say. */
async function commandsOf(side: GssapiHandshake): Promise<Uint8Array[]> {
  await side.work;
  return sent(side);
}

async function pass(
  from: GssapiHandshake,
  to: GssapiHandshake,
): Promise<Uint8Array[]> {
  const commands = await commandsOf(from);
  for (const command of commands) {
    to.receive(command);
    await to.work;
  }
  return commands;
}

says(
  "The mechanism starts with a HELLO command from client to server",
  async () => {
    const { client, server } = sides();
    assert.deepEqual(await commandsOf(server), []);
    const [first, ...others] = await commandsOf(client);
    assert.ok(toKey(first!).startsWith("\x08INITIATE\0\0\0\x04"));
    assert.deepEqual(others, []);
    const command = fromKey("\x05HELLO");
    assert.throws(() => server.receive(command), {
      code: "EPROTO",
      reason: "ERR_ZMTP_UNEXPECTED_COMMAND",
    });
  },
  "it is INITIATE, as with libzmq",
);

says(
  "continues with a handshake until each party has authenticated the other",
  async () => {
    const { client, server } = sides();
    await pass(client, server);
    await pass(server, client);
    assert.notEqual(client.status, "ready");
    // The context of the client is whole: the server is told by a command
    // without an octet.
    assert.deepEqual(await pass(client, server), [EMPTY]);
    assert.equal(server.status, "authenticating");
    server.admit();
    await pass(server, client);
    assert.equal(client.status, "ready");
    assert.equal(server.status, "handshaking");
    await pass(client, server);
    assert.equal(server.status, "ready");
  },
);

says(
  "All command bodies consist of an 8-character command name, padded",
  async () => {
    const { client, server } = sides();
    await pass(client, server);
    const [token] = await pass(server, client);
    assert.ok(toKey(token!).startsWith("\x08INITIATE"));
    await pass(client, server);
    server.admit();
    const [ready] = await commandsOf(server);
    assert.ok(toKey(ready!).startsWith("\x07MESSAGE"));
  },
  "a name has its length before it, as everywhere in ZMTP 3",
);
