// Binding, accepting and connecting: part of the transport suite.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../src/endpoint/endpoint.ts";
import { End, pattern } from "../kit/byte_end.ts";
import { openSockets, Script, scriptUrl } from "../kit/runtime.ts";
import { type Bench, rejectsWith } from "../kit/stream_bench.ts";
import { until } from "../kit/wait.ts";

/** Tests listeners and attempts to connect. */
export function transportListening(bench: Bench): void {
  const { subject } = bench;
  const { transport, sharesAddresses = false } = subject;

  describe("listen", () => {
    if (!sharesAddresses) transportAddresses(bench);

    it("gives an endpoint to connect to", async () => {
      const { listener } = await bench.listen();
      assert.ok(listener.endpoint.startsWith(`${transport.scheme}://`));
      assert.ok(!listener.endpoint.includes("*"));
      await bench.connect(listener.endpoint);
    });

    it("rejects malformed endpoints, and check throws for them", async () => {
      for (const text of subject.malformed.bind) {
        const endpoint = parseEndpoint(text);
        assert.throws(() => transport.check!(endpoint, "bind", {}), {
          name: "ZmqError",
          code: "EINVAL",
          address: text,
        });
        await rejectsWith(bench.listen(text), "EINVAL", text);
      }
    });

    it("accepts 200 connections at once", async () => {
      const { listener, accepted } = await bench.listen(undefined, {
        backlog: 300,
      });
      const accepting = Array.from({ length: 200 }, async () => {
        const far = bench.end(await accepted());
        far.onData = (chunk) => far.write(chunk);
      });
      const nears = await Promise.all(
        Array.from({ length: 200 }, () => bench.connect(listener.endpoint)),
      );
      await Promise.all(accepting);
      await Promise.all(nears.map(async (stream, i) => {
        const near = bench.end(stream);
        near.write(pattern(100, i + 1));
        await near.has(100);
        assert.deepEqual(near.octets(), pattern(100, i + 1));
      }));
    });
  });

  describe("connect", () => {
    it("is refused where nobody listens, with the cause", async () => {
      const endpoint = await subject.refusedEndpoint();
      const error = await rejectsWith(
        bench.connect(endpoint),
        "ECONNREFUSED",
        endpoint,
      );
      assert.ok(error.cause instanceof Error);
    });

    it("rejects malformed endpoints, and check throws for them", async () => {
      for (const text of subject.malformed.connect) {
        const endpoint = parseEndpoint(text);
        assert.throws(() => transport.check!(endpoint, "connect", {}), {
          name: "ZmqError",
          code: "EINVAL",
          address: text,
        });
        await rejectsWith(bench.connect(text), "EINVAL", text);
      }
    });

    it("rejects with the reason of a signal that was aborted", async () => {
      const { listener } = await bench.listen();
      const reason = new Error("no time");
      await assert.rejects(
        bench.connect(listener.endpoint, {}, AbortSignal.abort(reason)),
        reason,
      );
    });

    it("rejects with the reason when aborted at once", async () => {
      const { listener } = await bench.listen();
      const before = openSockets();
      const reason = new Error("no time");
      const controller = new AbortController();
      const connecting = bench.connect(
        listener.endpoint,
        {},
        controller.signal,
      );
      controller.abort(reason);
      await assert.rejects(connecting, reason);
      await bench.clear();
      await until(() => openSockets() <= before, "no socket is left open");
    });

    it("does not heed its signal once connected", async () => {
      const { listener, accepted } = await bench.listen();
      const controller = new AbortController();
      const near = new End(
        await bench.connect(listener.endpoint, {}, controller.signal),
        "direct",
      );
      const far = new End(await accepted(), "direct");
      controller.abort();
      near.write(pattern(100));
      await far.has(100);
    });
  });

  describe("hold", () => {
    const script = scriptUrl("../kit/socket_script", import.meta.url);
    const options = JSON.stringify(subject.options ?? {});
    const argumentsOf = (task: string): string[] => [
      task,
      subject.bindEndpoint(),
      options,
    ];

    it("of nothing lets the process end by itself", async () => {
      const child = new Script(script, argumentsOf("release"));
      assert.equal(await child.line(), "ready");
      assert.equal(await child.exited, 0);
    });

    it("of a listener keeps the process", async () => {
      const child = new Script(script, argumentsOf("hold"));
      assert.equal(await child.line(), "ready");
      assert.equal(await child.line(), "still here");
      await child.kill();
    });
  });
}

/** Tests of addresses that belong to one listener. */
function transportAddresses(bench: Bench): void {
  const { subject } = bench;

  it("refuses an address in use, and goes on elsewhere", async () => {
    const { listener, accepted } = await bench.listen();
    await rejectsWith(
      bench.listen(listener.endpoint),
      "EADDRINUSE",
      listener.endpoint,
    );
    await bench.connect(listener.endpoint);
    await accepted();
  });

  it("takes an address again as soon as it was closed", async () => {
    const { listener } = await bench.listen();
    const { endpoint } = listener;
    await listener.close();
    for (let i = 0; i < 20; i++) {
      const again = await bench.listen(endpoint);
      assert.equal(again.listener.endpoint, endpoint);
      const stream = await bench.connect(endpoint);
      (await again.accepted()).close();
      stream.close();
      await again.listener.close();
    }
  });

  it("refuses connections once closed, and keeps those it has", async () => {
    const { listener, accepted } = await bench.listen();
    const near = bench.end(await bench.connect(listener.endpoint));
    const far = bench.end(await accepted());
    await listener.close();
    await listener.close();
    await rejectsWith(
      bench.connect(listener.endpoint),
      "ECONNREFUSED",
      listener.endpoint,
    );
    const again = await bench.listen(listener.endpoint);
    near.write(pattern(100));
    await far.has(100);
    await again.listener.close();
  });

  it("names both ends alike on both sides", async () => {
    const { listener, accepted } = await bench.listen();
    const near = await bench.connect(listener.endpoint);
    const far = await accepted();
    const { endpoint } = listener;
    const address = subject.addressOf?.(endpoint) ?? endpoint;
    assert.equal(near.remoteAddress, address);
    assert.equal(far.localAddress, address);
    assert.equal(far.remoteAddress, near.localAddress);
  });
}
