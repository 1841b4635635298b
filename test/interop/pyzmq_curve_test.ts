// CURVE with libzmq, by each library of cryptography: some conversations, both
// ways. The whole matrix has the one that the default context finds.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Pull, Push } from "../../mod.ts";
import { testMatrix } from "../compliance/interop.ts";
import { libraries } from "../kit/curve_libraries.ts";
import { octets } from "../kit/messages.ts";
import { Places } from "../kit/places.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { Bag } from "../kit/sockets.ts";
import { PATIENCE } from "../kit/wait.ts";
import { pairings } from "./conversations.ts";
import { DOMAIN, ourSecurity, trustingContext } from "./security.ts";

const chosen = pairings.filter(({ ours, theirs }) =>
  ["DEALER ROUTER", "PUB SUB", "SUB PUB"].includes(`${ours} ${theirs}`)
);

for (const library of libraries) {
  describe(`CURVE by ${library.name} with libzmq's`, { skip: noPython }, () => {
    const places = new Places();
    let python: PythonPeer;

    before(async () => {
      python = await PythonPeer.start();
      // libzmq's servers ask who may come in.
      await python.allow({ [DOMAIN]: {} });
    });

    after(async () => {
      await python.end();
      places.remove();
    });

    testMatrix(() => python, places, {
      library,
      schemes: ["tcp"],
      mechanisms: ["CURVE"],
      pairings: chosen,
    });
  });
}

describe("CURVE by different libraries", () => {
  for (const server of libraries) {
    for (const client of libraries) {
      it(`goes from ${client.name} to ${server.name}`, async () => {
        await using bag = new Bag();
        const pull = bag.keep(
          new Pull({
            context: trustingContext(server),
            ...ourSecurity("CURVE", true),
          }),
        );
        const push = bag.keep(
          new Push({
            context: trustingContext(client),
            ...ourSecurity("CURVE", false),
          }),
        );
        push.connect(await pull.bind("tcp://127.0.0.1:*"));
        const sent = [1, 100, 8193, 300_000].map((size) =>
          octets("x".repeat(size))
        );
        await push.send(sent);
        const received = await pull.receive({ timeout: PATIENCE });
        assert.deepEqual(received, sent);
      });
    }
  }
});
