// What sockets offer and accept over WebSockets, by their mechanism.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultOptions, type Options } from "../../../src/options/options.ts";
import { subprotocolsOf } from "../../../src/session/subprotocols.ts";

function withNull(changes: Partial<Options> = {}): Options {
  return { ...defaultOptions("PULL"), ...changes };
}

test("a socket with NULL offers its handshake first, then none, as libzmq", () => {
  assert.deepEqual(
    subprotocolsOf("PULL", withNull(), "connect"),
    ["ZWS2.0/NULL", "ZWS2.0"],
  );
});

test("a socket with NULL accepts ZWS 1.0 too, and never offers it", () => {
  assert.deepEqual(
    subprotocolsOf("PULL", withNull(), "bind"),
    ["ZWS2.0/NULL", "ZWS2.0", "ZWS1.0"],
  );
});

test("a socket with PLAIN or CURVE has nothing but its own", () => {
  for (const role of ["bind", "connect"] as const) {
    for (const securityMechanism of ["plain", "curve"] as const) {
      assert.deepEqual(
        subprotocolsOf("PULL", withNull({ securityMechanism }), role),
        [`ZWS2.0/${securityMechanism.toUpperCase()}`],
      );
    }
  }
});

test("with a zapDomain there is always a handshake to ask about", () => {
  const options = withNull({ zapDomain: "global" });
  for (const role of ["bind", "connect"] as const) {
    assert.deepEqual(subprotocolsOf("PULL", options, role), ["ZWS2.0/NULL"]);
  }
});

test("STREAM and DGRAM, which are no ZMTP, have none", () => {
  for (const type of ["STREAM", "DGRAM"] as const) {
    assert.deepEqual(subprotocolsOf(type, withNull(), "bind"), []);
  }
});
