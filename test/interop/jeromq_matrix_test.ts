// Our sockets against JeroMQ 0.3, a real engine of ZMTP 2.0: every socket
// pair over tcp, both sides binding.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Pull } from "../../mod.ts";
import { testMatrix } from "../compliance/interop.ts";
import { JeromqPeer, noJeromq } from "../kit/jeromq_peer.ts";
import { Places } from "../kit/places.ts";
import { within } from "../kit/wait.ts";
import { publishTo } from "./conversations.ts";
import { oldPairings } from "./old_conversations.ts";

/** Its XSUB sends nothing but subscriptions. */
const pairings = oldPairings(false).map((pairing) =>
  `${pairing.ours} ${pairing.theirs}` === "XPUB XSUB"
    ? { ...pairing, talk: publishTo }
    : pairing
);

describe("sockets with JeroMQ's", { skip: noJeromq }, () => {
  const places = new Places();
  let peer: JeromqPeer;

  before(() => {
    peer = new JeromqPeer();
  });

  after(async () => {
    await peer.end();
    places.remove();
  });

  testMatrix(() => peer, places, {
    schemes: ["tcp"],
    mechanisms: ["NULL"],
    pairings,
  });

  it("are refused as peers of ZMTP 2.0 unless minProtocolVersion allows it", async () => {
    const pull = new Pull();
    const theirs = await peer.socket("PUSH");
    try {
      const failure = pull.events.once("handshake:error:protocol");
      await theirs.connect(await pull.bind("tcp://127.0.0.1:*"));
      const { error } = await within(failure, "the refusal");
      assert.equal(error!.code, "EPROTO");
      assert.match(error!.message, /speaks ZMTP 2\.0: expected 3\.0 or later/);
      assert.deepEqual(pull.peers, []);
    } finally {
      await Promise.all([pull.close({ linger: 0 }), theirs.close()]);
    }
  });
});
