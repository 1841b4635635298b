// Contexts whose authenticators are at fault: the first question gets a wrong
// answer, or none, and all others are admitted. RFC 27.
import { type Authenticator, Context, Router } from "../../mod.ts";
import { toBytes } from "../../src/base/bytes.ts";
import type { World } from "./cases.ts";
import { octetsOf } from "./words.ts";

/** The frames of a reply: octets, or text with a character an octet. */
export type Reply = readonly (string | Uint8Array)[];

/** Gives the replies to a request, by its id. */
export type Replies = (requestId: Uint8Array) => readonly Reply[];

/** A reply that admits the peer. */
export const goodReply = (requestId: Uint8Array): Reply => [
  "",
  "1.0",
  requestId,
  "200",
  "OK",
  "maria",
  "",
];

/** A context with a handler socket, whose first replies are those given. */
export async function replyingWorld(first: Replies): Promise<World> {
  const context = new Context();
  const handler = new Router({ context });
  await handler.bind("inproc://zeromq.zap.01");
  const serve = async () => {
    let replies = first;
    for await (const message of handler) {
      const [from, , , requestId] = message;
      for (const reply of replies(requestId!)) {
        await handler.send([from!, ...reply.map(octetsOf)]);
      }
      replies = (id) => [goodReply(id)];
    }
  };
  const served = serve();
  return {
    context,
    close: async () => {
      await handler.close();
      await served;
      await context.shutdown();
    },
  };
}

/** A context with a function, whose first answer is the one given. */
export function answeringWorld(first: Authenticator): World {
  let asked = false;
  const context = new Context({
    authenticate: (request) => {
      if (asked) return { statusCode: "200", userId: "maria" };
      asked = true;
      return first(request);
    },
  });
  return { context, close: () => context.shutdown() };
}

/** A property of a reply's metadata, with any length said of its value. */
export function rawProperty(
  name: string,
  value: string,
  said: number = value.length,
): Uint8Array {
  const octets = new Uint8Array(1 + name.length + 4 + value.length);
  octets[0] = name.length;
  octets.set(toBytes(name), 1);
  new DataView(octets.buffer).setUint32(1 + name.length, said);
  octets.set(octetsOf(value), 5 + name.length);
  return octets;
}
