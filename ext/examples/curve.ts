// CURVE: everything on the wire is encrypted, the client knows for sure whom
// it talks to, and the server decides whom it lets in.
import { Context, curveKeyPair, Reply, Request } from "../../mod.ts";

const text = new TextDecoder();
const server = curveKeyPair();
const friend = curveKeyPair();
const stranger = curveKeyPair();

// Without `authenticate`, CURVE lets every client in that knows the server's
// public key. It is called for each connection, before the peer is seen.
const context = new Context({
  authenticate: ({ publicKey }) =>
    publicKey === friend.publicKey
      ? { statusCode: "200", userId: "friend" }
      : { statusCode: "400" },
});

const reply = new Reply({
  context,
  curveServer: true,
  curveSecretKey: server.secretKey,
});
const endpoint = await reply.bind("tcp://127.0.0.1:*");

/** A client with a key pair; only the server's public key must be known. */
function client(keys: { publicKey: string; secretKey: string }): Request {
  const request = new Request({
    curveServerKey: server.publicKey,
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
  });
  return request;
}

const good = client(friend);
good.connect(endpoint);
await good.send("hello");
const { message, peer } = await reply.receiveFrom();
console.log(
  `${peer.userId} says ${text.decode(message[0])} by ${peer.mechanism}`,
);
await reply.send("welcome");
console.log(text.decode((await good.receive())[0]));

const bad = client(stranger);
const refused = bad.events.once("handshake:error:auth");
bad.connect(endpoint);
console.log(`The stranger got ${(await refused).type}`);

await Promise.all([good.close(), bad.close({ linger: 0 }), reply.close()]);
await context.shutdown();

// Prints:
// friend says hello by CURVE
// welcome
// The stranger got handshake:error:auth
