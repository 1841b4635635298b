// thorough
// Our sockets against peers of ZMTP 1.0, 2.0 and 3.0: every socket pair that
// those versions had, both sides binding.
import { after, describe } from "node:test";
import { detectRuntime } from "../../adapters/auto.ts";
import { testMatrix } from "../compliance/interop.ts";
import { OldPeer } from "../kit/old_peer.ts";
import { oldVersions } from "../kit/old_wire.ts";
import { Places } from "../kit/places.ts";
import { oldPairings } from "./old_conversations.ts";

const runtime = detectRuntime();

for (const version of oldVersions) {
  describe(`sockets with peers of ZMTP ${version}`, () => {
    const places = new Places();
    after(() => places.remove());

    const peer = new OldPeer(
      version,
      (scheme) => runtime.transports.find((one) => one.scheme === scheme)!,
    );
    testMatrix(() => peer, places, {
      schemes: ["tcp"],
      mechanisms: ["NULL"],
      pairings: oldPairings(version === "1.0"),
    });
  });
}
