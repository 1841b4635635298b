// The raw peers of these tests can do everything right: whoever is refused
// elsewhere is refused for what is wrong there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { mechanisms } from "../interop/security.ts";
import { octets, texts } from "../kit/messages.ts";
import { arena } from "./arena.ts";
import { login, trafficFrame } from "./login.ts";
import { Scene } from "./scene.ts";
import { wordsOf } from "./words.ts";

arena("a raw peer that does nothing wrong", (shared) => {
  for (const role of ["client", "server"] as const) {
    for (const mechanism of mechanisms) {
      for (const scheme of ["tcp", "ipc"] as const) {
        it(`is served as a ${mechanism} ${role} over ${scheme}`, async () => {
          const place = { role, mechanism, scheme };
          await using scene = await Scene.open(place, shared);
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
