// Sessions in place of one side of the recorded conversations: they say what
// libzmq said, octet for octet, and hand over what it received.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex, toKey } from "../../../src/base/bytes.ts";
import type { Options } from "../../../src/options/options.ts";
import type { SocketType } from "../../../src/options/socket_type.ts";
import { parseCommand } from "../../../src/wire/commands.ts";
import { parseMetadata } from "../../../src/wire/metadata.ts";
import { FakeClock } from "../../kit/fake_clock.ts";
import { facing, type RawPeer, TestHost } from "../../kit/session_host.ts";
import {
  bodyOf,
  type Capture,
  capture,
  captures,
  type Unit,
} from "../wire/golden.ts";

/** Conversations that end in the handshake, or where a timer speaks. */
const OTHERS: ReadonlySet<string> = new Set([
  "heartbeat",
  "null-incompatible-types",
  "null-zap-denied",
  "plain-zap-400",
  "plain-zap-300",
  "plain-zap-500",
  "mechanism-mismatch",
]);

type Side = "connect" | "bind";

interface Typed extends Capture {
  readonly socketTypes: Readonly<Record<Side, SocketType>>;
}

function unitsOf(entry: Capture, side: string): readonly Unit[] {
  return entry.exchange!.filter(({ from, hex }) => from === side && hex);
}

/** The options that make a session say what that side said. */
function optionsOf(entry: Capture, side: Side): Partial<Options> {
  const options: Partial<Options> = {};
  for (const unit of unitsOf(entry, side)) {
    const isRight = unit.decoded?.malformedName === undefined;
    if (unit.kind !== "command" || !isRight) continue;
    const { name, data } = parseCommand(bodyOf(unit));
    if (name === "HELLO") {
      options.plainUsername = unit.decoded!.username as string;
      options.plainPassword = unit.decoded!.password as string;
    }
    if (name !== "READY" && name !== "INITIATE") continue;
    const identity = parseMetadata(data).get("Identity");
    if (identity !== undefined) options.routingId = identity;
  }
  const isPlain = toHex(fromHex(entry.exchange![0]!.hex!).subarray(12, 17)) ===
    "504c41494e";
  if (isPlain) {
    return {
      ...options,
      securityMechanism: "plain",
      plainServer: side === "bind",
    };
  }
  const asked = entry.zap !== undefined && side === "bind";
  return asked ? { ...options, zapDomain: "test" } : options;
}

/** The messages in units, as texts of one character an octet. */
function messagesIn(units: readonly Unit[]): string[][] {
  const messages: string[][] = [];
  let frames: string[] = [];
  for (const unit of units) {
    if (unit.kind !== "message") continue;
    frames.push(toKey(bodyOf(unit)));
    if (unit.decoded!.more === true) continue;
    messages.push(frames);
    frames = [];
  }
  return messages;
}

/** Lets the socket do what the recorded one did, in its order. */
async function act(host: TestHost, units: readonly Unit[]): Promise<void> {
  const [pipe] = host.pipes;
  for (const unit of units) {
    if (unit.kind === "command") {
      const { name, data } = parseCommand(bodyOf(unit));
      if (name === "SUBSCRIBE" || name === "CANCEL") pipe!.command(name, data);
    }
  }
  for (const message of messagesIn(units)) host.send(...message);
  await host.clock.settle();
}

/** What a side said; our greeting names the server, libzmq's does not. */
function said(units: readonly Unit[], isServer: boolean): string {
  const octets = fromHex(units.map(({ hex }) => hex).join(""));
  if (isServer) octets[32] = 1;
  return toHex(octets);
}

/** What a socket is to receive from these units, subscriptions apart. */
function received(type: SocketType, units: readonly Unit[]): string[][] {
  const messages = messagesIn(units);
  if (type !== "PUB" && type !== "XPUB") return messages;
  return messages.filter(([first]) =>
    !first!.startsWith("\0") && !first!.startsWith("\x01")
  );
}

const playable = ["zmtp/null.json", "zmtp/plain.json"]
  .flatMap((file) => captures(file) as readonly Typed[])
  .filter(({ name }) => !OTHERS.has(name));

for (const entry of playable) {
  for (const side of ["connect", "bind"] as const) {
    for (const chunk of [0, 1]) {
      test(`Session plays the ${side} side of ${entry.name}, chunks of ${chunk}`, async () => {
        const other = side === "connect" ? "bind" : "connect";
        const type = entry.socketTypes[side];
        const options = optionsOf(entry, side);
        const host = new TestHost(type, new FakeClock(), options);
        host.authenticate = () => true;
        const { peer } = await facing(host, { chunk });
        const theirs = unitsOf(entry, other);
        await sayAll(host, peer, theirs.filter(isHandshake));
        const ours = unitsOf(entry, side);
        await act(host, ours.filter((unit) => !isHandshake(unit)));
        await sayAll(host, peer, theirs.filter((unit) => !isHandshake(unit)));
        assert.equal(peer.received, said(ours, options.plainServer === true));
        assert.deepEqual(host.messages, received(type, theirs));
        assert.equal(peer.state, "");
        assert.deepEqual(host.names, ["handshake"]);
      });
    }
  }
}

function isHandshake(unit: Unit): boolean {
  if (unit.kind === "greeting") return true;
  const name = unit.decoded?.name ?? "";
  return ["READY", "HELLO", "WELCOME", "INITIATE", "ERROR"].includes(name);
}

async function sayAll(
  host: TestHost,
  peer: RawPeer,
  units: readonly Unit[],
): Promise<void> {
  for (const unit of units) {
    peer.say(unit.hex!);
    await host.clock.settle();
  }
}

test("Session answers the recorded heartbeat", async () => {
  const entry = capture("zmtp/null.json", "heartbeat");
  const host = new TestHost("DEALER", new FakeClock());
  const { peer } = await facing(host);
  await sayAll(host, peer, unitsOf(entry, "connect"));
  assert.equal(peer.received, said(unitsOf(entry, "bind"), false));
});

test("Session pings as recorded", async () => {
  const entry = capture("zmtp/null.json", "heartbeat");
  const host = new TestHost("DEALER", new FakeClock(), {
    heartbeatInterval: 100,
    heartbeatTimeToLive: 3000,
  });
  const { peer } = await facing(host);
  const pongs = unitsOf(entry, "bind");
  await sayAll(host, peer, pongs.slice(0, 2));
  for (const pong of pongs.slice(2)) {
    await host.clock.advance(100);
    await sayAll(host, peer, [pong]);
  }
  assert.equal(peer.received, said(unitsOf(entry, "connect"), false));
});

const failures: [string, string, Side, string][] = [
  ["zmtp/null.json", "null-incompatible-types", "connect", "protocol"],
  ["zmtp/null.json", "null-zap-denied", "connect", "auth"],
  ["zmtp/plain.json", "plain-zap-400", "connect", "auth"],
  ["zmtp/plain.json", "plain-zap-500", "connect", "auth"],
];
for (const [file, name, side, event] of failures) {
  test(`Session fails as recorded in ${name}`, async () => {
    const entry = capture(file, name) as Typed;
    const options = optionsOf(entry, side);
    const host = new TestHost(
      entry.socketTypes[side],
      new FakeClock(),
      options,
    );
    const { peer } = await facing(host);
    await sayAll(host, peer, unitsOf(entry, "bind"));
    assert.deepEqual(host.names, [`handshake:error:${event}`, "disconnect"]);
    assert.equal(host.pipes.length, 0);
  });
}

for (
  const [name, code] of [["plain-zap-400", "400"], ["plain-zap-500", "500"]]
) {
  test(`Session refuses as recorded in ${name}, with a right ERROR`, async () => {
    const entry = capture("zmtp/plain.json", name!) as Typed;
    const host = new TestHost("REP", new FakeClock(), optionsOf(entry, "bind"));
    host.authenticate = () => ({ statusCode: code as "400" });
    const { peer } = await facing(host);
    await sayAll(host, peer, unitsOf(entry, "connect"));
    const right = said(unitsOf(entry, "bind"), true)
      .replace("04095e52524f52", "040a054552524f52");
    assert.equal(peer.received, right);
  });
}

const raw: [string, SocketType, Partial<Options>, string[][]][] = [
  ["raw30-pub-libzmq-sub", "SUB", {}, [["topic"]]],
  ["raw30-sub-libzmq-pub", "PUB", {}, []],
  ["raw31-sub-libzmq-pub-mixed", "PUB", {}, []],
  ["raw32-req-libzmq-rep", "REP", {}, [["", "hi"]]],
  ["raw39-req-libzmq-rep", "REP", {}, [["", "hi"]]],
  ["as-server-clash", "REP", {}, []],
  ["unknown-command", "REP", {}, [["", "hi"]]],
  ["ping-context", "REP", {}, []],
];
for (const [name, type, options, messages] of raw) {
  test(`Session does as libzmq in ${name}`, async () => {
    const entry = capture("zmtp/raw-peers.json", name);
    const host = new TestHost(type, new FakeClock(), options);
    const { peer } = await facing(host);
    let expected = "";
    let units = 0;
    for (const unit of entry.exchange!) {
      if (unit.from === "raw") {
        peer.say(unit.hex!);
        await host.clock.settle();
        continue;
      }
      expected += unit.hex!;
      if (units++ === 0 || name === "ping-context") continue;
      await say(host, fromHex(unit.hex!));
    }
    assert.equal(peer.received, expected);
    assert.deepEqual(host.messages, messages);
    assert.equal(peer.state, "");
  });
}

/** Lets the socket send what libzmq sent then. */
async function say(host: TestHost, octets: Uint8Array): Promise<void> {
  const [pipe] = host.pipes;
  if (host.type === "SUB") {
    const name = octets[2] === 1 ? "SUBSCRIBE" : "CANCEL";
    pipe!.command(name, octets.subarray(3));
  } else if (octets[0] === 1) host.send("", toKey(octets.subarray(4)));
  else host.send(toKey(octets.subarray(2)));
  await host.clock.settle();
}

test("Session says what libzmq says to an HTTP client, and closes", async () => {
  const entry = capture("zmtp/raw-peers.json", "bad-signature");
  const host = new TestHost("REP", new FakeClock());
  const { peer } = await facing(host);
  await sayAll(host, peer, unitsOf(entry, "raw"));
  assert.equal(peer.received, unitsOf(entry, "libzmq")[0]!.hex);
  assert.equal(peer.state, "closed");
});

for (const name of ["plain-error-correct", "plain-error-as-libzmq"]) {
  test(`Session takes the refusal in ${name}`, async () => {
    const entry = capture("zmtp/raw-peers.json", name);
    const host = new TestHost("REQ", new FakeClock(), {
      securityMechanism: "plain",
      plainUsername: "u",
      plainPassword: "p",
    });
    const { peer } = await facing(host);
    await sayAll(host, peer, unitsOf(entry, "raw"));
    assert.equal(peer.received, unitsOf(entry, "libzmq")[0]!.hex);
    assert.deepEqual(host.names, ["handshake:error:auth", "disconnect"]);
    assert.equal(host.events[0]!.error?.reason, "400");
  });
}
