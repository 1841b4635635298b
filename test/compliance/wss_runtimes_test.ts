// wss between Node, Deno and Bun, each as the server and as the client: their
// TLS is of three different libraries.
//
// runtimes: node
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { makeCertificates, skipUnlessOpenssl } from "../kit/certificates.ts";
import { ROOT } from "../structure/project.ts";

const LIMIT = 30_000;
const source = join(ROOT, "test/kit/wss_program.ts");
const bin = join(ROOT, "node_modules/.bin");

const commands: Readonly<Record<string, readonly string[]>> = {
  Node: [process.execPath, join(ROOT, ".out/test/kit/wss_program.js")],
  Deno: [join(bin, "deno"), "run", "--no-check", "--allow-all", source],
  Bun: [join(bin, "bun"), source],
};

describe("wss between runtimes", { skip: skipUnlessOpenssl }, () => {
  const folder = mkdtempSync(join(tmpdir(), "isomq-test-"));
  const children = new Set<ChildProcess>();
  after(async () => {
    for (const child of children) {
      child.kill("SIGKILL");
      if (child.exitCode === null) await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the program, and gives its first line. */
  async function start(runtime: string, ...words: string[]): Promise<string> {
    const [command, ...rest] = commands[runtime]!;
    const child = spawn(command!, [...rest, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: LIMIT,
    });
    children.add(child);
    for await (const line of createInterface({ input: child.stdout! })) {
      return line;
    }
    throw new Error(`${runtime} ended without a line`);
  }

  for (const server of Object.keys(commands)) {
    it(`carries octets from ${server} to all three and back`, async () => {
      const { ca, server: own } = makeCertificates();
      writeFileSync(join(folder, "ca.pem"), ca);
      writeFileSync(join(folder, "cert.pem"), own.cert);
      writeFileSync(join(folder, "key.pem"), own.key);
      const endpoint = await start(server, "server", folder);
      assert.match(endpoint, /^wss:\/\/127\.0\.0\.1:\d+\/echo$/);
      for (const client of Object.keys(commands)) {
        const line = await start(client, "client", folder, endpoint);
        assert.equal(line, "1000001 octets came back", client);
      }
    });
  }
});
