// The raw peers of these tests can do everything right: whoever is refused
// elsewhere is refused for what is wrong there.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Context } from "../../mod.ts";
import { mechanisms, trustingContext } from "../interop/security.ts";
import { octets, texts } from "../kit/messages.ts";
import { Places } from "../kit/places.ts";
import { login, trafficFrame } from "./login.ts";
import { Scene } from "./scene.ts";
import { wordsOf } from "./words.ts";

describe("a raw peer that does nothing wrong", () => {
  const places = new Places();
  let context: Context;

  before(() => {
    context = trustingContext();
  });

  after(async () => {
    await context.shutdown();
    places.remove();
  });

  for (const role of ["client", "server"] as const) {
    for (const mechanism of mechanisms) {
      for (const scheme of ["tcp", "ipc"] as const) {
        it(`is served as a ${mechanism} ${role} over ${scheme}`, async () => {
          const place = { role, mechanism, scheme };
          await using scene = await Scene.open(place, context, places);
          const peer = await scene.peer();
          const session = await login(peer, place);
          peer.say(trafficFrame(session, 0, octets("hello")));
          await scene.letsIn();
          const [first, ...rest] = await scene.socket.receive();
          assert.deepEqual(
            texts(role === "client" ? rest : [first!]),
            ["hello"],
          );
          const reply = octets("secret");
          if (role === "client") await scene.socket.send([first!, reply]);
          const { flags, body } = await peer.frame();
          assert.equal(flags, 0);
          const isSealed = session.encrypts;
          const text = isSealed ? session.open(body).subarray(1) : body;
          assert.deepEqual(texts([text]), ["secret"]);
          const said = wordsOf(peer.octets, place);
          assert.equal(said.at(-1), "message");
        });
      }
    }
  }
});
