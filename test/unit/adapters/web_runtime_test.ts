// What the runtime for browsers refuses, whoever has a WebSocket.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { webRuntime } from "../../../adapters/web/runtime.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";

const options = { signal: new AbortController().signal };

describe("webRuntime()", () => {
  const { transports } = webRuntime();
  const ws = transports.find(({ scheme }) => scheme === "ws")!;

  it("cannot listen: ENOTSUP naming web", async () => {
    const endpoint = parseEndpoint("ws://127.0.0.1:80");
    const refusal = { code: "ENOTSUP", message: /the web runtime cannot/ };
    assert.throws(() => ws.check!(endpoint, "bind"), refusal);
    await assert.rejects(
      ws.listen(endpoint, { backlog: 1 }, () => {}),
      refusal,
    );
  });

  it("takes the URLs of WebSockets, and no other", () => {
    for (
      const text of [
        "ws://example.org",
        "ws://example.org:8080/a/path?query=1",
        "ws://[::1]:80/",
      ]
    ) ws.check!(parseEndpoint(text), "connect");
    for (
      const text of [
        "ws://*:80",
        "ws://127.0.0.1:*",
        "ws://127.0.0.1;example.org:80",
        "ws://user@example.org",
        "ws://example.org:70000",
        "ws://example.org/#part",
        "ws:// ",
      ]
    ) {
      assert.throws(() => ws.check!(parseEndpoint(text), "connect"), {
        code: "EINVAL",
        address: text,
      });
    }
  });

  it("says so where there is no WebSocket", async () => {
    const { WebSocket } = globalThis;
    globalThis.WebSocket = undefined as never;
    try {
      await assert.rejects(
        ws.connect(parseEndpoint("ws://127.0.0.1:80"), options),
        { code: "ENOTSUP", message: /has no WebSocket/ },
      );
    } finally {
      globalThis.WebSocket = WebSocket;
    }
  });
});
