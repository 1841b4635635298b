// Subprotocols as browsers can say them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpFields } from "../../../src/wire/http_head.ts";
import { subprotocolOf, tokenOf } from "../../../src/wire/websocket_names.ts";
import { judgeOpening } from "../../../src/wire/websocket_opening.ts";

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

describe("judgeOpening()", () => {
  function judge(asked: string): unknown {
    const fields = new HttpFields([
      ["Host", "example.org"],
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Version", "13"],
      ["Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="],
      ["Sec-WebSocket-Protocol", asked],
    ]);
    const request = { method: "GET", target: "/", version: "1.1", fields };
    const policy = { subprotocols: ["ZWS2.0/CURVE"], origins: null };
    const verdict = judgeOpening(request, () => policy);
    return "status" in verdict ? verdict.status : verdict.subprotocol;
  }

  it("grants a browser what it asked for, in its own words", () => {
    assert.equal(judge("ZWS2.0-CURVE"), "ZWS2.0-CURVE");
    assert.equal(judge("ZWS2.0-NULL, ZWS2.0-CURVE"), "ZWS2.0-CURVE");
    assert.equal(judge("ZWS2.0/CURVE"), "ZWS2.0/CURVE");
  });

  it("grants no other mechanism, whatever the words", () => {
    for (const asked of ["ZWS2.0-NULL", "ZWS2.0", "ZWS2.0-", "ZWS2.0-CURVE2"]) {
      assert.equal(judge(asked), 400, asked);
    }
  });
});
