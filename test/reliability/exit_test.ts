// A process whose sockets are closed, or hold nothing, ends by itself; one
// with an open socket goes on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Pull } from "../../mod.ts";
import { text } from "../kit/messages.ts";
import { PATIENCE, within } from "../kit/wait.ts";

/** The program as this runtime runs it: compiled on Node only. */
const PROGRAM = fileURLToPath(
  new URL(
    `./exit_program.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`,
    import.meta.url,
  ),
);

const RUN: readonly string[] = "deno" in process.versions
  ? ["run", "--allow-all", "--no-check", PROGRAM]
  : [PROGRAM];

/** Milliseconds that a process with nothing to do may go on. */
const LIMIT = PATIENCE;

/** Runs the program; resolves when it says that it is done. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, [...RUN, ...args]);
  let output = "";
  const exit = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  const done = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.includes("done\n")) resolve();
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    void exit.then(() => reject(new Error(`It ended: ${output}`)));
  });
  const kill = () => child.kill("SIGKILL");
  try {
    await within(done, "the program to be done");
  } catch (error) {
    kill();
    throw error;
  }
  return { exit, kill };
}

describe("a process ends by itself", () => {
  const ways = {
    closed: "when its sockets are closed",
    listeners: "when its sockets are closed by listeners of their events",
    timers: "when sockets with timers, keys and lingers are closed",
    unref: "when its open sockets are unref()ed",
    udp: "when its sockets over udp are closed, or unref()ed",
    shutdown: "when its context is shut down",
  };
  for (const [way, when] of Object.entries(ways)) {
    it(when, async () => {
      const { exit, kill } = await run(way);
      try {
        assert.equal(await within(exit, "the end", LIMIT), 0);
      } finally {
        kill();
      }
    });
  }

  it("and not before what it sent has left", async () => {
    await using pull = new Pull({ linger: 0 });
    const endpoint = await pull.bind("tcp://127.0.0.1:*");
    const { exit, kill } = await run("flush", endpoint);
    try {
      assert.equal(await within(exit, "the end", LIMIT), 0);
    } finally {
      kill();
    }
    for (let i = 0; i < 1000; i++) {
      const [frame] = await pull.receive({ timeout: PATIENCE });
      assert.equal(text(frame), `${i}`);
    }
  });

  it("but not while a socket is open", async () => {
    const { exit, kill } = await run("open");
    try {
      await assert.rejects(within(exit, "the end", 500), /Waited/);
    } finally {
      kill();
    }
    await exit;
  });
});
