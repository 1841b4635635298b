// The interfaces of groups of IPv6, which libnorm does not check itself.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadFfi } from "../../../ext/ffi/mod.ts";
import { checkInterface } from "../../../ext/norm/interface.ts";
import { skipWithoutKoffi, socketDescriptors } from "../../kit/native.ts";
import { loopback, skipUnlessIPv6 } from "../../kit/runtime.ts";

const GROUP = "ff05::77";

/** Checks an interface of a group; what was opened for it is closed. */
async function check(device: string, host = GROUP): Promise<void> {
  const ffi = await loadFfi();
  const before = socketDescriptors().length;
  try {
    const address = { node: 1, interface: device, host, port: 5555 };
    checkInterface(ffi, address, "norm://there");
  } finally {
    assert.equal(socketDescriptors().length, before);
  }
}

describe(
  "checkInterface()",
  { skip: skipWithoutKoffi || skipUnlessIPv6 },
  () => {
    for (const device of ["::1", "127.0.0.1"]) {
      it(`takes ${device}, an address of this host`, () => check(device));
    }

    for (const device of ["2001:db8::1", "192.0.2.1", "[::1]", "no.such0"]) {
      it(`refuses ${device}, which this host has not`, async () => {
        await assert.rejects(check(device), { code: "ENODEV" });
      });
    }

    it("refuses what has no way to groups", async () => {
      await assert.rejects(check(loopback), { code: "ENODEV" });
    });

    it("leaves other addresses to the library", async () => {
      await check("nothing0", "239.193.1.1");
      await check("nothing0", "fd00::1");
    });
  },
);
