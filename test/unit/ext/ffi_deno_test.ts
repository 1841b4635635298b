// Deno's permissions hold for native code: it is not loaded without, and what
// it is used for goes no further than the runtime's own sockets may.
// runtimes: deno
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { skipWithoutKoffi as skip } from "../../kit/native.ts";
import { Script, scriptUrl } from "../../kit/runtime.ts";

const PROGRAM = scriptUrl("./ffi_deno_program", import.meta.url);

/** The three lines that the program prints with some permissions. */
async function told(...permissions: string[]): Promise<string[]> {
  const script = new Script(PROGRAM, [], {
    permissions: ["--allow-env", ...permissions],
  });
  const lines = [];
  for (let i = 0; i < 3; i++) lines.push(await script.line());
  assert.equal(await script.exited, 0);
  return lines;
}

describe("native code on Deno", () => {
  it("names the permissions that it is loaded with", async () => {
    const [ffi, option] = await told("--allow-read", "--allow-net");
    assert.equal(
      ffi,
      'ENOTSUP Cannot call native code: expected the package "koffi" ' +
        '(npm install koffi@3), got "Deno loads "koffi" with --allow-ffi and ' +
        '--allow-read"',
    );
    assert.equal(
      option,
      'ENOTSUP Cannot set "sendBufferSize" to 50000: the runtime "deno" does ' +
        'not support the option without the package "koffi" (npm install ' +
        'koffi@3; Deno loads "koffi" with --allow-ffi and --allow-read), ' +
        "expected the default, -1",
    );
  });

  it("is loaded with them", { skip }, async () => {
    const lines = await told("--allow-read", "--allow-ffi", "--allow-net");
    assert.deepEqual(lines, ["fine", "fine", "fine"]);
  });

  it("makes no socket that Deno does not allow", { skip }, async () => {
    const [ffi, option, bind] = await told("--allow-read", "--allow-ffi");
    assert.deepEqual([ffi, option], ["fine", "fine"]);
    assert.match(
      bind!,
      /^EACCES Cannot bind to "tcp:\/\/127\.0\.0\.1:\*": permission was denied: Requires net access to "127\.0\.0\.1:0", run again with the --allow-net flag$/,
    );
  });
});
