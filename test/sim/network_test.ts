// The simulated network keeps what TCP promises, and no more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import type { ByteStream } from "../../src/transport/transport.ts";
import { assertSameOctets, End, pattern } from "../kit/byte_end.ts";
import { SimNetwork } from "./network.ts";
import { Random } from "./random.ts";
import { TCP_TIMEOUT } from "./stream.ts";
import { type Owner, Time } from "./time.ts";

const ENDPOINT = parseEndpoint("tcp://10.0.0.1:1");

interface Setting {
  readonly time: Time;
  readonly network: SimNetwork;
  readonly near: End;
  readonly far: End;
  sleep(milliseconds: number): Promise<void>;
}

interface Host extends Owner {
  readonly address: string;
  alive: boolean;
}

/** Runs a test between two hosts with a connection, for several seeds. */
async function between(
  work: (setting: Setting) => Promise<void>,
): Promise<void> {
  for (let seed = 1; seed <= 30; seed++) {
    const time = new Time(new Random(seed));
    const network = new SimNetwork(time, new Random(seed), () => {});
    const [a, b]: [Host, Host] = [
      { address: "10.0.0.0", alive: true, stalledUntil: 0 },
      { address: "10.0.0.1", alive: true, stalledUntil: 0 },
    ];
    await time.run(async () => {
      let accepted: ByteStream | undefined;
      await network.transport(b).listen(
        ENDPOINT,
        { backlog: 1 },
        (stream) => accepted = stream,
      );
      const stream = await network.transport(a).connect(ENDPOINT, {
        signal: new AbortController().signal,
      });
      const sleep = (milliseconds: number): Promise<void> =>
        new Promise((done) => time.after(milliseconds, undefined, done));
      while (accepted === undefined) await sleep(1);
      const [near, far] = [stream, accepted].map((each) =>
        new End(each, "direct")
      );
      await work({ time, network, near: near!, far: far!, sleep });
    }, { time: 100_000, events: 1e6 });
  }
}

describe("the simulated network", () => {
  const octets = pattern(20_000);

  it("carries octets whole and in order, and ends after the last", async () => {
    await between(async ({ near, far, sleep }) => {
      for (let at = 0; at < octets.length; at += 3000) {
        near.write(octets.subarray(at, at + 3000));
      }
      near.finish();
      while (!far.peerEnded) await sleep(10);
      assertSameOctets(far.octets(), octets);
      assert.ok(near.drains > 0);
      far.finish();
      while (!near.isClosed || !far.isClosed) await sleep(10);
      assert.equal(near.error, undefined);
    });
  });

  it("holds a writer back while nobody reads", async () => {
    await between(async ({ near, far, sleep }) => {
      far.pause();
      const large = pattern(300_000);
      assert.equal(near.write(large), false);
      await sleep(1000);
      assert.equal(near.drains, 0);
      assert.equal(far.received, 0);
      far.resume();
      far.onData = () => {};
      while (near.drains === 0) await sleep(10);
      assert.ok(far.received > 0);
    });
  });

  it("holds octets back in a partition, and carries them after it", async () => {
    await between(async ({ network, near, far, sleep }) => {
      network.partition(new Set(["10.0.0.0"]));
      near.write(octets.subarray(0, 100));
      await sleep(TCP_TIMEOUT / 2);
      assert.equal(far.received, 0);
      network.partition();
      await sleep(1000);
      assertSameOctets(far.octets(), octets.subarray(0, 100));
    });
  });

  it("gives a peer up that does not answer, which does not know it", async () => {
    await between(async ({ network, near, far, sleep }) => {
      network.partition(new Set(["10.0.0.0"]));
      near.write(octets.subarray(0, 100));
      await sleep(TCP_TIMEOUT + 1000);
      assert.match(`${near.error}`, /broke/);
      assert.ok(!far.isClosed);
      network.partition();
      far.write(octets.subarray(0, 1));
      await sleep(1000);
      assert.ok(far.isClosed);
    });
  });

  it("tells the other end of a close, at once or when it writes", async () => {
    await between(async ({ near, far, sleep }) => {
      near.close();
      await sleep(200);
      assert.ok(near.isClosed);
      assert.ok(far.peerEnded || far.isClosed);
      far.write(octets.subarray(0, 1));
      await sleep(200);
      assert.ok(far.isClosed);
    });
  });
});
