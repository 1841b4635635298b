/**
 * RFC 37: groups, sockets for threads, heartbeats.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fromKey } from "../../src/base/bytes.ts";
import { takesRequests } from "../kit/publish_rules.ts";
import { section } from "../kit/rfc.ts";
import {
  discardsParts,
  refusesParts,
  servesManyCallers,
} from "../kit/send_rules.ts";
import { command } from "../kit/session_host.ts";
import { scene } from "../kit/session_scene.ts";

const groups = section(37, "The Radio-Dish Pattern");

groups(
  "group membership checks SHALL happen at the RADIO side",
  () => takesRequests("RADIO"),
);
groups("To join a group, the DISH peer SHALL send a JOIN command", async () => {
  const { host, peer } = await scene("DISH");
  for (const group of ["a", "", "g".repeat(200)]) {
    host.pipes[0]!.command("JOIN", fromKey(group));
    await host.clock.settle();
    assert.equal(peer.take(), command("JOIN", group));
  }
});
groups("the DISH peer SHALL send a LEAVE command", async () => {
  const { host, peer } = await scene("DISH");
  host.pipes[0]!.command("LEAVE", fromKey("group"));
  await host.clock.settle();
  assert.equal(peer.take(), command("LEAVE", "group"));
});

const SENDING = ["CLIENT", "SERVER", "RADIO", "SCATTER", "PEER", "CHANNEL"];
const RECEIVING = ["CLIENT", "SERVER", "DISH", "GATHER", "PEER", "CHANNEL"];

const threads = section(37, "Thread-Safe Socket Types");

threads("the sockets API MUST be atomic", async () => {
  for (const type of SENDING) await servesManyCallers(type as never);
});
threads("a call to send MUST send the entire message", async () => {
  for (const type of SENDING) await refusesParts(type as never);
});
threads("a call to receive MUST receive the entire message", async () => {
  for (const type of RECEIVING) await servesManyCallers(type as never);
});
threads("MUST disallow the sending of multipart messages", async () => {
  for (const type of SENDING) await refusesParts(type as never);
});
threads("MUST discard any multipart messages received", async () => {
  for (const type of RECEIVING) await discardsParts(type as never);
});

const beats = section(37, "Connection Heartbeating");

beats("SHALL respond with a PONG command that echoes the", async () => {
  for (const minor of [0, 1]) {
    const { peer, say } = await scene("PULL", {}, minor);
    for (const context of ["", "x", "\0\xff", "sixteen octets.."]) {
      await say(command("PING", `\0\x64${context}`));
      assert.equal(peer.take(), command("PONG", context));
    }
  }
});
beats("which may be empty and MUST not exceed 16 octets", async () => {
  for (const context of ["seventeen octets.", "x".repeat(200)]) {
    const { host, peer, say } = await scene("PULL");
    await say(command("PING", `\0\x64${context}`));
    await host.clock.advance(1000);
    assert.deepEqual([peer.take(), peer.state], ["", "closed"]);
  }
  const { host, peer } = await scene("PULL", { heartbeatInterval: 100 });
  await host.clock.advance(100);
  assert.match(peer.take(), /^04(0[7-9a-f]|1[0-7])0450494e47/);
});
