/**
 * Connectors and acceptors over a network in memory.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { Acceptor } from "../../src/session/acceptor.ts";
import { Connector } from "../../src/session/connector.ts";
import { FakeClock } from "./fake_clock.ts";
import { MemoryNetwork, type MemoryOptions } from "./memory_stream.ts";
import { RawPeer, TestHost } from "./session_host.ts";

export const ENDPOINT = parseEndpoint("tcp://127.0.0.1:5555");

export interface World {
  readonly clock: FakeClock;
  readonly network: MemoryNetwork;
  bind(host: TestHost): Promise<Acceptor>;
  connect(host: TestHost): { connector: Connector; gone: () => boolean };
  host(type: SocketType, changes?: Partial<Options>): TestHost;
}

export function world(options: MemoryOptions = {}): World {
  const clock = new FakeClock();
  const network = new MemoryNetwork(options);
  return {
    clock,
    network,
    bind: async (host) => {
      const { options } = host;
      const acceptor = new Acceptor(host, network, ENDPOINT, options);
      assert.equal(await acceptor.listen(), ENDPOINT.text);
      return acceptor;
    },
    connect: (host) => {
      const { options } = host;
      const connector = new Connector(host, network, ENDPOINT, options);
      let gone = false;
      connector.start(() => gone = true);
      return { connector, gone: () => gone };
    },
    host: (type, changes) => new TestHost(type, clock, changes),
  };
}

/** Listens with peers that a test plays by hand. */
export async function listenRaw(network: MemoryNetwork): Promise<RawPeer[]> {
  const peers: RawPeer[] = [];
  await network.listen(
    ENDPOINT,
    { backlog: 1 },
    (stream) => void peers.push(new RawPeer(stream as never)),
  );
  return peers;
}

/** True once the promise has settled. */
export async function settled(
  promise: Promise<unknown>,
  clock: FakeClock,
): Promise<boolean> {
  let done = false;
  promise.then(() => done = true);
  await clock.settle();
  return done;
}
