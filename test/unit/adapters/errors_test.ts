// The runtimes' system errors in the library's closed list of codes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemCode, toZmqError } from "../../../adapters/errors.ts";
import { ZmqError } from "../../../src/base/errors.ts";

describe("toZmqError", () => {
  const failure = (code: string) => Object.assign(new Error("x"), { code });

  it("maps errno names by what was being done", () => {
    const rows = [
      ["ECONNREFUSED", "connect", "ECONNREFUSED"],
      ["ENOENT", "connect", "ECONNREFUSED"],
      ["ENOENT", "bind", "ENOENT"],
      ["EADDRINUSE", "bind", "EADDRINUSE"],
      ["EADDRNOTAVAIL", "bind", "EADDRNOTAVAIL"],
      ["EACCES", "bind", "EACCES"],
      ["EPERM", "connect", "EACCES"],
      ["ENFILE", "connect", "EMFILE"],
      ["EMFILE", "bind", "EMFILE"],
      ["ETIMEDOUT", "connect", "ETIMEDOUT"],
      ["ENETUNREACH", "connect", "EHOSTUNREACH"],
      ["ENOTFOUND", "connect", "EHOSTUNREACH"],
      ["EAI_AGAIN", "connect", "EHOSTUNREACH"],
      ["EPIPE", "transfer", "ECONNRESET"],
      ["ECONNRESET", "transfer", "ECONNRESET"],
      ["EWHATEVER", "transfer", "ECONNRESET"],
      ["ERR_SOCKET_CLOSED", "connect", "EHOSTUNREACH"],
    ] as const;
    for (const [code, task, expected] of rows) {
      const cause = failure(code);
      const error = toZmqError(cause, task, "tcp://x:1");
      assert.equal(error.code, expected, code);
      assert.equal(error.cause, cause);
      assert.equal(error.address, "tcp://x:1");
      assert.ok(error.message.includes(`"tcp://x:1"`));
      assert.match(error.message, /^[A-Z].*[^.]$/);
    }
  });

  it("maps Deno's classes, and keeps its hint about permissions", () => {
    const cause = Object.assign(new Error("Requires net access to x"), {
      name: "NotCapable",
    });
    assert.equal(systemCode(cause), "EACCES");
    const error = toZmqError(cause, "connect", "tcp://x:1");
    assert.equal(error.code, "EACCES");
    assert.ok(error.message.endsWith(cause.message));
  });

  it("leaves the library's own errors alone, and takes anything", () => {
    const own = new ZmqError("ENODEV", "No such interface");
    assert.equal(toZmqError(own, "bind", "tcp://x:1"), own);
    const error = toZmqError("a text", "connect", "tcp://x:1");
    assert.equal(error.code, "EHOSTUNREACH");
    assert.equal(toZmqError(null, "bind", "x").code, "EADDRNOTAVAIL");
  });
});
