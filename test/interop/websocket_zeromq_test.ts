// Our sockets over WebSockets against zeromq.js's and the newer libzmq in it:
// the whole matrix.
// runtimes: node
import { after, before, describe } from "node:test";
import { testMatrix } from "../compliance/interop.ts";
import { Places } from "../kit/places.ts";
import { noZeromqJs, ZeromqJsPeer } from "../kit/zeromq_js_peer.ts";
import { USER } from "./security.ts";

describe("sockets with zeromq.js's over ws", { skip: noZeromqJs }, () => {
  const places = new Places();
  let peer: ZeromqJsPeer;

  before(async () => {
    peer = await ZeromqJsPeer.start(USER);
  });

  after(() => {
    peer.end();
    places.remove();
  });

  testMatrix(() => peer, places, { schemes: ["ws"] });
});
