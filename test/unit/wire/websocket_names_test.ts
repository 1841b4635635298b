// Subprotocols as browsers can say them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { subprotocolOf, tokenOf } from "../../../src/wire/websocket_names.ts";

describe("tokenOf()", () => {
  it("gives a token of RFC 9110 §5.6.2 for each subprotocol", () => {
    const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
    for (const name of ["ZWS2.0/NULL", "ZWS2.0/CURVE", "ZWS2.0", "ZWS1.0"]) {
      assert.match(tokenOf(name), token);
      assert.equal(subprotocolOf(tokenOf(name)), name);
    }
  });
});

describe("subprotocolOf()", () => {
  it("leaves other names alone", () => {
    for (const name of ["ZWS2.0/PLAIN", "chat-room", "ZWS3.0-NULL", ""]) {
      assert.equal(subprotocolOf(name), name);
    }
  });
});
