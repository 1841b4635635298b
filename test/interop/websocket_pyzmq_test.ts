// Our sockets over WebSockets against libzmq's, by way of pyzmq: the whole
// matrix, and more than one peer at once.
import { after, before, describe } from "node:test";
import { testMatrix } from "../compliance/interop.ts";
import { Places } from "../kit/places.ts";
import { noPython, PythonPeer } from "../kit/python_peer.ts";
import { DOMAIN, USER } from "./security.ts";

describe("sockets with libzmq's over ws", { skip: noPython }, () => {
  const places = new Places();
  let python: PythonPeer;

  before(async () => {
    python = await PythonPeer.start();
    await python.allow({ [DOMAIN]: { users: { [USER.name]: USER.password } } });
  });

  after(async () => {
    await python.end();
    places.remove();
  });

  testMatrix(() => python, places, { schemes: ["ws"] });
});
