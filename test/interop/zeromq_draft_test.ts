// Our draft sockets against zeromq.js's, WebSockets included: the whole matrix.
// runtimes: node
import { after, before, describe } from "node:test";
import { testMatrix } from "../compliance/interop.ts";
import { Places } from "../kit/places.ts";
import { noZeromqJs, ZeromqJsPeer } from "../kit/zeromq_js_peer.ts";
import { draftPairings } from "./draft_conversations.ts";
import { USER } from "./security.ts";

describe("draft sockets with zeromq.js's", { skip: noZeromqJs }, () => {
  const places = new Places();
  let peer: ZeromqJsPeer;

  before(async () => {
    peer = await ZeromqJsPeer.start(USER);
  });

  after(() => {
    peer.end();
    places.remove();
  });

  testMatrix(() => peer, places, {
    schemes: ["tcp", "ipc", "ws"],
    pairings: draftPairings,
  });
});
