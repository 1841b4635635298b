// Peers that turn bad once GSSAPI has let them in, and somebody on the way who
// changes, repeats or leaves out what good ones say.
import assert from "node:assert/strict";
import { connect, createServer, type Server, type Socket } from "node:net";
import { describe, it } from "node:test";
import { Dealer, type ErrorCode, Router } from "../../mod.ts";
import { toBytes } from "../../src/base/bytes.ts";
import { COMMAND, encodeFrame, MORE } from "../../src/wire/framing.ts";
import { skipWithoutKerberos } from "../kit/kerberos.ts";
import { noise, texts } from "../kit/messages.ts";
import { Bag } from "../kit/sockets.ts";
import { within } from "../kit/wait.ts";
import { GssapiPeer, inClear, kerberosGround } from "./gssapi_peer.ts";
import { Scene } from "./scene.ts";
import { command, message, type Place } from "./words.ts";

const PLACES: readonly Place[] = [
  { role: "client", mechanism: "GSSAPI", scheme: "tcp" },
  { role: "client", mechanism: "GSSAPI", scheme: "ipc" },
  { role: "server", mechanism: "GSSAPI", scheme: "tcp" },
];

interface Case {
  readonly what: string;
  readonly reason: string;
  say(peer: GssapiPeer): unknown;
}

const say = (peer: GssapiPeer, ...frames: Uint8Array[]): void =>
  peer.peer.say(...frames);
const wrapped = (peer: GssapiPeer, flags = 0, text = "x"): Uint8Array =>
  peer.mechanism.wrap(flags, toBytes(text));

const cases: readonly Case[] = [
  {
    what: "a message in clear",
    reason: "UNEXPECTED_COMMAND",
    say: (peer) => say(peer, message("in clear")),
  },
  {
    what: "a command in clear",
    reason: "UNSPECIFIED",
    say: (peer) => say(peer, command("PING", "\0\0")),
  },
  {
    what: "MORE outside",
    reason: "UNSPECIFIED",
    say: (peer) => say(peer, encodeFrame(MORE, wrapped(peer))),
  },
  {
    what: "COMMAND outside",
    reason: "UNSPECIFIED",
    say: (peer) => say(peer, encodeFrame(COMMAND, wrapped(peer))),
  },
  {
    what: "a text that is signed and not encrypted",
    reason: "CRYPTOGRAPHIC",
    say: async (peer) =>
      say(peer, encodeFrame(0, await inClear(() => wrapped(peer)))),
  },
  {
    what: "the flags 16",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) => peer.message(16, "x"),
  },
  {
    what: "MORE and COMMAND inside",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) => peer.message(3, "x"),
  },
  {
    what: "SUBSCRIBE and CANCEL inside",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) => peer.message(12, "x"),
  },
  {
    what: "a command without a name",
    reason: "MALFORMED_COMMAND_UNSPECIFIED",
    say: (peer) => peer.message(2, ""),
  },
  {
    what: "a token of noise",
    reason: "CRYPTOGRAPHIC",
    say: (peer) => {
      const body = wrapped(peer);
      body.set(noise(body.length - 12, 1), 12);
      say(peer, encodeFrame(0, body));
    },
  },
  {
    what: "a token that is cut",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) => say(peer, encodeFrame(0, wrapped(peer).subarray(0, 60))),
  },
  {
    what: "no token",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) => say(peer, encodeFrame(0, wrapped(peer).subarray(0, 8))),
  },
  {
    what: "an octet after the token",
    reason: "MALFORMED_COMMAND_MESSAGE",
    say: (peer) =>
      say(peer, encodeFrame(0, Uint8Array.of(...wrapped(peer), 0))),
  },
  {
    what: "another command",
    reason: "UNEXPECTED_COMMAND",
    say: (peer) => say(peer, message(command("READY").subarray(2))),
  },
  {
    what: "a message twice",
    reason: "INVALID_SEQUENCE",
    say: (peer) => {
      const frame = encodeFrame(0, wrapped(peer, 1, "never ends"));
      say(peer, frame, frame);
    },
  },
  {
    what: "the other side's own words",
    reason: "CRYPTOGRAPHIC",
    say: async (peer) => {
      // What the socket says first: it is told, and says it back.
      const ping = toBytes("\x04PING\0\0");
      say(peer, encodeFrame(0, peer.mechanism.wrap(2, ping)));
      const { body } = await peer.peer.frame();
      say(peer, encodeFrame(0, body));
    },
  },
];

describe("a peer that GSSAPI let in", { skip: skipWithoutKerberos }, () => {
  const ground = kerberosGround();

  for (const place of PLACES) {
    const who = `a ${place.role} over ${place.scheme}`;
    for (const { what, reason, say } of cases) {
      it(`is dropped, ${who}, for ${what}`, async () => {
        await using scene = await Scene.open(place, ground());
        const peer = await GssapiPeer.begin(await scene.peer(), place);
        await peer.login();
        await scene.letsIn();
        // What was queued for a server.
        if (place.role === "server") await peer.peer.frame();
        await say(peer);
        await scene.drops(peer.peer, {
          event: "disconnect",
          code: "EPROTO",
          reason: `ERR_ZMTP_${reason}`,
        });
        await scene.servesGoodPeer();
        peer.mechanism.close();
      });
    }
  }

  it("may use what the mechanism has: parts, commands, subscriptions", async () => {
    const [place] = PLACES;
    await using scene = await Scene.open(place!, ground());
    const peer = await GssapiPeer.begin(await scene.peer(), place!);
    await peer.login();
    await scene.letsIn();
    peer.message(2, "\x04PING\0\0");
    peer.message(4, "topic");
    peer.message(8 | 2, "topic");
    peer.message(1, "first");
    peer.message(0, "last");
    await scene.hears("last");
    peer.mechanism.close();
  });
});

/** Somebody between a client and a server. */
class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  /** What becomes of the client's next chunks. */
  change: (chunk: Uint8Array) => readonly Uint8Array[] = (chunk) => [chunk];
  endpoint = "";

  private constructor(target: string) {
    const port = Number(target.slice(target.lastIndexOf(":") + 1));
    this.#server = createServer((client) => {
      const server = connect(port, "127.0.0.1");
      this.#sockets.push(client, server);
      client.on("data", (chunk: Uint8Array) => {
        for (const part of this.change(new Uint8Array(chunk))) {
          server.write(part);
        }
      });
      server.on("data", (chunk: Uint8Array) => client.write(chunk));
      for (
        const [one, other] of [[client, server], [server, client]] as const
      ) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
    });
  }

  static async to(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) =>
      relay.#server.listen(0, "127.0.0.1", resolve)
    );
    const { port } = relay.#server.address() as { port: number };
    relay.endpoint = `tcp://127.0.0.1:${port}`;
    return relay;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

interface Tampering {
  readonly what: string;
  readonly code: ErrorCode;
  readonly reason: string;
  change(chunk: Uint8Array): readonly Uint8Array[];
}

const flipped = (at: number): Tampering["change"] => (chunk) => {
  chunk[at < 0 ? chunk.length + at : at]! ^= 1;
  return [chunk];
};

const tamperings: readonly Tampering[] = [
  {
    what: "flips a bit at the end of a token",
    code: "EPROTO",
    reason: "ERR_ZMTP_CRYPTOGRAPHIC",
    change: flipped(-1),
  },
  {
    what: "flips a bit in the middle of a token",
    code: "EPROTO",
    reason: "ERR_ZMTP_CRYPTOGRAPHIC",
    change: flipped(50),
  },
  {
    what: "flips the token's flag of encryption",
    code: "EPROTO",
    reason: "ERR_ZMTP_CRYPTOGRAPHIC",
    // The head of the frame, MESSAGE and its length; RFC 4121: TOK_ID, flags.
    change: flipped(2 + 12 + 2),
  },
  {
    what: "repeats a message",
    code: "EPROTO",
    reason: "ERR_ZMTP_INVALID_SEQUENCE",
    change: (chunk) => [chunk, chunk],
  },
];

describe("who is between GSSAPI peers", { skip: skipWithoutKerberos }, () => {
  const ground = kerberosGround();

  for (const { what, code, reason, change } of tamperings) {
    it(`and ${what} ends the connection, and has nothing delivered`, async () => {
      await using bag = new Bag();
      const { context } = ground();
      const server = bag.keep(new Router({ context, gssapiServer: true }));
      await using relay = await Relay.to(
        await server.bind("tcp://127.0.0.1:*"),
      );
      const client = bag.keep(
        new Dealer({ context, gssapiServicePrincipal: "host@localhost" }),
      );
      client.connect(relay.endpoint);
      await client.send("good");
      const [, good] = await within(server.receive(), "the good message");
      assert.deepEqual(texts([good!]), ["good"]);
      const dropped = server.events.once("disconnect");
      const left = client.events.once("disconnect");
      const isRepeated = reason.endsWith("SEQUENCE");
      relay.change = change;
      await client.send("tampered");
      const { error } = await within(dropped, "the end");
      assert.equal(error?.code, code);
      assert.equal(error?.reason, reason);
      const received = server.tryReceive();
      assert.equal(received !== undefined, isRepeated);
      relay.change = (chunk) => [chunk];
      // The client comes again.
      await within(left, "the client's end");
      await client.send("after");
      const [, after] = await within(server.receive(), "the next message");
      assert.deepEqual(texts([after!]), ["after"]);
    });
  }

  it("and leaves a message out, is noticed with the next one", async () => {
    await using bag = new Bag();
    const { context } = ground();
    const server = bag.keep(new Router({ context, gssapiServer: true }));
    await using relay = await Relay.to(await server.bind("tcp://127.0.0.1:*"));
    const client = bag.keep(
      new Dealer({ context, gssapiServicePrincipal: "host@localhost" }),
    );
    client.connect(relay.endpoint);
    await client.send("good");
    await within(server.receive(), "the good message");
    const dropped = server.events.once("disconnect");
    const left = new Promise<void>((resolve) => {
      relay.change = () => {
        relay.change = (chunk) => [chunk];
        resolve();
        return [];
      };
    });
    await client.send("left out");
    await within(left, "it to be left out");
    await client.send("next");
    const { error } = await within(dropped, "the end");
    assert.equal(error?.reason, "ERR_ZMTP_INVALID_SEQUENCE");
    assert.equal(server.tryReceive(), undefined);
  });
});
