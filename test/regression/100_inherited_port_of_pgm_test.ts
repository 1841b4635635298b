// The sockets of OpenPGM went to the programs that the process started: the
// port stayed taken, and requests for repair went nowhere.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { it } from "node:test";
import { Publisher, Subscriber } from "../../mod.ts";
import { groupEndpoint, skipWithoutPgm } from "../kit/pgm.ts";
import { until } from "../kit/wait.ts";

/** The sockets that the system has at a port of UDP, by their inodes. */
function socketsAt(port: number): string[] {
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, "0")} `,
  );
  return readFileSync("/proc/net/udp", "utf8").split("\n")
    .filter((line) => local.test(line))
    .map((line) => line.trim().split(/ +/)[9]!);
}

/** The sockets of this process, by their inodes. */
function ownSockets(): Set<string> {
  const inodes = new Set<string>();
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // What listed them is closed.
    }
  }
  return inodes;
}

for (const Type of [Publisher, Subscriber]) {
  it(`the port of a ${Type.name} is free while a program goes on`, {
    skip: skipWithoutPgm,
  }, async () => {
    const endpoint = groupEndpoint();
    const port = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
    const socket = new Type({ rate: 40_000 });
    await socket.bind(endpoint);
    // The tests of another process may have come by the same port.
    const own = ownSockets();
    const opened = new Set(socketsAt(port).filter((inode) => own.has(inode)));
    assert.notEqual(opened.size, 0);
    const program = spawn("sleep", ["30"], { stdio: "ignore" });
    const ended = once(program, "exit");
    try {
      await once(program, "spawn");
      await socket.close();
      const left = ownSockets();
      assert.deepEqual([...opened].filter((inode) => left.has(inode)), []);
      // The other may yet be on its way to be another program, with copies.
      await until(
        () => !socketsAt(port).some((inode) => opened.has(inode)),
        "the port to be free",
        5000,
      );
    } finally {
      program.kill();
      await ended;
    }
  });
}
