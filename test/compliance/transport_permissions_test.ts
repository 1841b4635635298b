// What the transports ask of a runtime that grants permissions one by one:
// the network for tcp, files too for ipc, and nothing else.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { makeCertificates, skipUnlessOpenssl } from "../kit/certificates.ts";
import { loopback, runtimeName, Script, scriptUrl } from "../kit/runtime.ts";

const script = scriptUrl("../kit/socket_script", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "isomq-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Checks that sockets at the endpoint work with these permissions. */
async function works(
  endpoint: string,
  permissions: string[],
  options: object = {},
): Promise<void> {
  const words = ["release", endpoint, JSON.stringify(options)];
  const child = new Script(script, words, { permissions });
  assert.equal(await child.line(), "ready");
  assert.equal(await child.exited, 0);
}

/** Checks that binding the endpoint fails with these permissions. */
async function fails(
  endpoint: string,
  permissions: string[],
  message: RegExp,
): Promise<void> {
  const child = new Script(script, ["fail", endpoint], { permissions });
  assert.match(await child.line(), message);
  assert.equal(await child.exited, 0);
}

describe("permissions", () => {
  it("of the network suffice for tcp", async () => {
    await works("tcp://127.0.0.1:*", ["--allow-net=127.0.0.1"]);
    await works("tcp://localhost:*", ["--allow-net"]);
  });

  it("of the network suffice for ws", async () => {
    const options = { subprotocols: ["ZWS2.0"] };
    await works("ws://127.0.0.1:*", ["--allow-net=127.0.0.1"], options);
  });

  it("of the network suffice for wss", {
    skip: skipUnlessOpenssl,
  }, async () => {
    const { ca, server } = makeCertificates();
    await works("wss://127.0.0.1:*", ["--allow-net=127.0.0.1"], {
      subprotocols: ["ZWS2.0"],
      wssCertPem: server.cert,
      wssKeyPem: server.key,
      wssTrustPem: ca,
    });
  });

  it("of the network and a folder suffice for ipc", async () => {
    const files = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    await works(`ipc://${folder}/x`, ["--allow-net", ...files]);
  });

  // The other runtimes grant everything.
  if (runtimeName !== "deno") return;

  it("of a wildcard path are those of the temporary folder", async () => {
    const files = [`--allow-read=${tmpdir()}`, `--allow-write=${tmpdir()}`];
    await works("ipc://*", ["--allow-net", ...files]);
  });

  it("of a host name suffice to bind to the name", async () => {
    const permissions = ["--allow-net=localhost"];
    const child = new Script(script, ["listen", "tcp://localhost:*"], {
      permissions,
    });
    assert.match(await child.line(), /^tcp:\/\/127\.0\.0\.1:\d+$/);
    await child.kill();
  });

  it("of the system are asked for by interface names only", async () => {
    const endpoint = `tcp://${loopback}:*`;
    await works(endpoint, ["--allow-net", "--allow-sys=networkInterfaces"]);
    await fails(endpoint, ["--allow-net"], /^EACCES .*--allow-sys/);
  });

  it("that are missing are EACCES and name the flag", async () => {
    const other = ["--allow-net=192.0.2.1"];
    await fails("tcp://127.0.0.1:*", other, /^EACCES .*--allow-net/);
    await fails(`ipc://${folder}/y`, ["--allow-net"], /^EACCES .*--allow-read/);
  });
});
