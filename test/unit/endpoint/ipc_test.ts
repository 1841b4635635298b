// ipc addresses: paths, abstract names, the wildcard, and their limits.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import {
  formatIpc,
  ipcAddressLimit,
  parseIpc,
} from "../../../src/endpoint/ipc.ts";

describe("parseIpc", () => {
  it("takes paths and abstract names to bind and to connect", () => {
    for (const role of ["bind", "connect"] as const) {
      for (const path of ["/tmp/x", "x", "./x", "a b", "ü", "a@b", "a*"]) {
        const address = parseIpc(parseEndpoint(`ipc://${path}`), role);
        assert.deepEqual(address, { kind: "path", path });
        assert.equal(formatIpc(address), `ipc://${path}`);
      }
      const address = parseIpc(parseEndpoint("ipc://@a/b"), role);
      assert.deepEqual(address, { kind: "abstract", name: "a/b" });
      assert.equal(formatIpc(address), "ipc://@a/b");
    }
  });

  it("takes the wildcard to bind only", () => {
    const endpoint = parseEndpoint("ipc://*");
    assert.deepEqual(parseIpc(endpoint, "bind"), { kind: "any" });
    assert.equal(formatIpc({ kind: "any" }), "ipc://*");
    assert.throws(() => parseIpc(endpoint, "connect"), {
      code: "EINVAL",
      address: "ipc://*",
      message: /the address is "\*", expected a path or "@name"/,
    });
  });

  it("refuses what only begins like a wildcard or a name", () => {
    for (const role of ["bind", "connect"] as const) {
      for (const text of ["ipc://*x", "ipc://*/socket", "ipc://@"]) {
        assert.throws(() => parseIpc(parseEndpoint(text), role), {
          code: "EINVAL",
          address: text,
        });
      }
    }
  });

  it("counts octets up to the limit, the @ included", () => {
    assert.equal(ipcAddressLimit, 107);
    const fitting = ["x".repeat(107), `@${"x".repeat(106)}`, "ü".repeat(53)];
    for (const address of fitting) {
      parseIpc(parseEndpoint(`ipc://${address}`), "bind");
    }
    for (const address of [...fitting.map((one) => `${one}xx`)]) {
      assert.throws(
        () => parseIpc(parseEndpoint(`ipc://${address}`), "connect"),
        { code: "ENAMETOOLONG", message: /octets, expected at most 107$/ },
      );
    }
  });
});
