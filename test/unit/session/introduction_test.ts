// What authenticators are told of a peer's address. RFC 27 "address".
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostOf } from "../../../src/session/introduction.ts";

describe("the host of a peer's address", () => {
  const rows = [
    ["tcp://127.0.0.1:5560", "127.0.0.1"],
    ["tcp://[::1]:5560", "::1"],
    ["tcp://[fe80::1%eth0]:5560", "fe80::1%eth0"],
    ["ws://example.org:80", "example.org"],
    ["tipc://<1.1.2:4711>", "1.1.2"],
    ["tipc://<0.0.0:4294967295>", "0.0.0"],
    ["ipc:///run/socket", "/run/socket"],
    ["inproc://here", "here"],
    ["192.0.2.7", "192.0.2.7"],
  ] as const;
  for (const [address, host] of rows) {
    it(`${address} is ${host}`, () => {
      assert.equal(hostOf(address), host);
    });
  }
});
