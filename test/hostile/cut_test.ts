// Handshakes that are cut at every octet, in good order and not: no octet is
// one at which a peer may go away and leave something behind.
import assert from "node:assert/strict";
import { it } from "node:test";
import { concat, EMPTY } from "../../src/base/bytes.ts";
import { mechanisms } from "../interop/security.ts";
import { until } from "../kit/wait.ts";
import { arena } from "./arena.ts";
import type { RawPeer } from "./raw_peer.ts";
import { Scene } from "./scene.ts";
import { command, greeting, type Place, property, typeOf } from "./words.ts";

const endings = {
  FIN: (peer: RawPeer) => peer.finish(),
  RST: (peer: RawPeer) => peer.reset(),
} as const;

/** What a peer says before it depends on what it hears. */
function firstWords(place: Place): Uint8Array {
  const ready = command("READY", property("Socket-Type", typeOf(place)));
  const isNull = place.mechanism === "NULL";
  return concat([greeting(place), isNull ? ready.subarray(0, -1) : EMPTY]);
}

arena("hostile peers, handshakes cut at each octet: the socket", (shared) => {
  /** Cuts a handshake at each octet, and waits for all of the ends. */
  async function cutEverywhere(
    scene: Scene,
    end: (peer: RawPeer) => void,
  ): Promise<number> {
    const words = firstWords(scene.place);
    const { length } = words;
    for (let said = 0; said <= length; said++) {
      const peer = await scene.peer();
      peer.say(words.subarray(0, said));
      end(peer);
    }
    // One that is reset before it is accepted is no connection on Deno.
    const ends = () =>
      scene.names.filter((name) =>
        name === "disconnect" || name === "accept:error"
      );
    await until(() => ends().length > length, "all connections ended");
    assert.equal(ends().length, length + 1);
    return length + 1;
  }

  for (const role of ["client", "server"] as const) {
    for (const mechanism of mechanisms) {
      for (const [how, end] of Object.entries(endings)) {
        it(`survives ${how} of a ${mechanism} ${role}`, async () => {
          const place = { role, mechanism, scheme: "tcp" } as const;
          await using scene = await Scene.open(place, shared, {
            socket: { reconnectInterval: 1, reconnectMaxInterval: 1 },
          });
          const count = await cutEverywhere(scene, end);
          for (const { type, error } of scene.events) {
            assert.notEqual(type, "handshake");
            if (type !== "disconnect") continue;
            assert.equal(error?.code, "ECONNRESET");
          }
          await scene.servesGoodPeer();
          shared.survived("cuts", count);
        });
      }
    }
  }
});
