// Deno would ask its user before it loads native code: the adapter never lets
// it come to that.
// runtimes: deno
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../../adapters/auto.ts";
import { Context } from "../../../mod.ts";

interface Permission {
  readonly name: string;
}

interface Permissions {
  readonly permissions: {
    querySync(permission: Permission): { readonly state: string };
    revokeSync(permission: Permission): unknown;
  };
}

const { permissions } = (globalThis as unknown as { Deno: Permissions }).Deno;

const load = () => detectRuntime().loadAddon!("sodium-native");

// Deno's own error would say that it was asked for the permission.
const REFUSAL = {
  name: "Error",
  message: /^Deno loads "sodium-native" with --allow-ffi and --allow-read$/,
};

/** What a context finds that has loaded nothing yet. */
async function found(): Promise<string> {
  return (await new Context().services.loadCurve()).name;
}

describe("Runtime.loadAddon of Deno", () => {
  it("loads nothing without either permission", async () => {
    const query = permissions.querySync;
    try {
      for (const missing of ["ffi", "read"]) {
        for (const state of ["prompt", "denied"]) {
          permissions.querySync = ({ name }) => ({
            state: name === missing ? state : "granted",
          });
          assert.throws(load, REFUSAL);
          assert.equal(await found(), "noble");
        }
      }
    } finally {
      permissions.querySync = query;
    }
  });

  it("loads nothing once the permission is gone, and asks nobody", async () => {
    assert.equal(typeof load(), "object");
    assert.equal(await found(), "sodium");
    permissions.revokeSync({ name: "ffi" });
    assert.throws(load, REFUSAL);
    assert.equal(await found(), "noble");
  });
});
