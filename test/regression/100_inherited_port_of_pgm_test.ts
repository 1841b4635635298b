// The sockets of OpenPGM went to the programs that the process started: the
// port stayed taken, and requests for repair went nowhere.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { Publisher, Subscriber } from "../../mod.ts";
import { groupEndpoint, skipWithoutPgm } from "../kit/pgm.ts";

/** How many sockets the system has at a port. */
function socketsAt(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  return readFileSync("/proc/net/udp", "utf8").split("\n")
    .filter((line) => line.slice(0, 30).includes(local)).length;
}

for (const Type of [Publisher, Subscriber]) {
  it(`the port of a ${Type.name} is free while a program goes on`, {
    skip: skipWithoutPgm,
  }, async () => {
    const endpoint = groupEndpoint();
    const port = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
    const socket = new Type({ rate: 40_000 });
    await socket.bind(endpoint);
    assert.notEqual(socketsAt(port), 0);
    const program = spawn("sleep", ["30"], { stdio: "ignore" });
    const ended = once(program, "exit");
    try {
      await once(program, "spawn");
      await socket.close();
      assert.equal(socketsAt(port), 0);
    } finally {
      program.kill();
      await ended;
    }
  });
}
