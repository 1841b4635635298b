// The compliance suite of sockets: what they promise, on any transport.
import { describe } from "node:test";
import type { Scheme } from "../kit/places.ts";
import { testLife } from "./socket_life.ts";
import { testPairs } from "./socket_pairs.ts";
import { testProxy } from "./socket_proxy.ts";
import { testPubSub } from "./socket_pubsub.ts";
import { testQueues } from "./socket_queues.ts";
import { testRequests } from "./socket_request.ts";
import { testRouting } from "./socket_routing.ts";
import { testWaiting } from "./socket_waiting.ts";

/** Registers the whole suite for a transport. */
export function testSockets(scheme: Scheme): void {
  describe(`sockets over ${scheme}`, () => {
    testPairs(scheme);
    testWaiting(scheme);
    testQueues(scheme);
    testLife(scheme);
    testPubSub(scheme);
    testRouting(scheme);
    testRequests(scheme);
    testProxy(scheme);
  });
}
