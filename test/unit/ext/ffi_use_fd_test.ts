// Descriptors of the user's that native code is to listen on.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Addresses, AF_INET } from "../../../ext/ffi/addresses.ts";
import { type Ffi, loadFfi } from "../../../ext/ffi/mod.ts";
import { Pull, Push } from "../../../mod.ts";
import { skipWithoutKoffi } from "../../kit/native.ts";
import { Bag } from "../../kit/sockets.ts";
import { PATIENCE } from "../../kit/wait.ts";

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;

describe(
  "useFd with an option by native code",
  { skip: skipWithoutKoffi },
  () => {
    const receiveBufferSize = 50_000;

    it("takes a socket that listens", async () => {
      await using bag = new Bag();
      const { system } = await loadFfi();
      const address = new Addresses(system);
      const fd = system.socket(AF_INET, SOCK_STREAM);
      system.bind(fd, address.encode({ host: "127.0.0.1", port: 0 }));
      system.listen(fd, 5);
      const pull = bag.keep(new Pull({ useFd: fd, receiveBufferSize }));
      const push = bag.keep(new Push());
      push.connect(await pull.bind("tcp://*:*"));
      await push.send("here");
      await pull.receive({ timeout: PATIENCE });
    });

    const wrong: Readonly<
      Record<string, [make: (ffi: Ffi) => number[], string]>
    > = {
      "a socket that does not listen": [
        ({ system }) => [system.socket(AF_INET, SOCK_STREAM)],
        "one that does not listen",
      ],
      "datagrams": [
        ({ system }) => [system.socket(AF_INET, SOCK_DGRAM)],
        "one that does not listen",
      ],
      "a pipe": [
        ({ system }) => system.pipe(),
        '"getsockopt() failed: ENOTSOCK"',
      ],
    };
    for (const [what, [make, found]] of Object.entries(wrong)) {
      it(`refuses ${what} with EINVAL, and leaves it to its owner`, async () => {
        await using bag = new Bag();
        const ffi = await loadFfi();
        const fds = make(ffi);
        const [fd = -1] = fds;
        const pull = bag.keep(new Pull({ useFd: fd, receiveBufferSize }));
        await assert.rejects(pull.bind("tcp://127.0.0.1:*"), {
          code: "EINVAL",
          message: `Cannot bind with useFd ${fd}: expected a socket that ` +
            `listens, got ${found}`,
        });
        // It is still there.
        ffi.system.unblock(fd);
        fds.forEach((each) => ffi.system.close(each));
      });
    }

    it("refuses a descriptor that is not open with EINVAL", async () => {
      await using bag = new Bag();
      const pull = bag.keep(new Pull({ useFd: 1_000_000, receiveBufferSize }));
      await assert.rejects(pull.bind("tcp://127.0.0.1:*"), {
        code: "EINVAL",
        message: /got "getsockopt\(\) failed: EBADF"/,
      });
    });
  },
);
