/**
 * Cases of the Autobahn test suite, played to a session over a WebSocket in
 * both roles: a PAIR that sends back what it receives.
 *
 * Autobahn's payloads are ZeroMQ frames here, so that an octet of each is the
 * flag; text is refused.
 *
 * @module
 */

import assert from "node:assert/strict";
import { it } from "node:test";
import { concat } from "../../src/base/bytes.ts";
import type { Message } from "../../src/message/message.ts";
import type { WebSocketLink } from "../../src/transport/transport.ts";
import { WebSocketScene } from "../kit/websocket_scene.ts";
import type { FrameChanges, WireFrame } from "../kit/websocket_wire.ts";

/** Makes a frame as the peer of that role sends it. */
export type Wire = (
  opcode: number,
  payload?: Uint8Array | string,
  changes?: FrameChanges,
) => Uint8Array;

/** What comes of a case. */
export interface Expected {
  /** Opcodes and payloads of what the session says before it closes. */
  readonly said?: readonly (readonly [opcode: number, payload: Uint8Array])[];
  /** The code of its Close; 1005 is one without. Absent: it goes on. */
  readonly close?: number;
}

/** One case. */
export interface AutobahnCase extends Expected {
  /** Autobahn's number. */
  readonly id: string;
  readonly name: string;
  /** What the peer says, frame by frame. */
  readonly says: (wire: Wire) => readonly Uint8Array[];
  /** Octets of the chunks that arrive; a frame by default. */
  readonly chop?: number;
  /** True: all frames arrive in one chunk. */
  readonly atOnce?: boolean;
}

const ROLES: readonly WebSocketLink["role"][] = ["server", "client"];

/** Registers a test for each case, in both roles. */
export function autobahn(cases: readonly AutobahnCase[]): void {
  for (const one of cases) {
    for (const role of ROLES) {
      it(`${one.id} as ${role}: ${one.name}`, () => play(one, role));
    }
  }
}

async function play(
  { says, chop, atOnce = false, said = [], close }: AutobahnCase,
  role: WebSocketLink["role"],
): Promise<void> {
  const scene = await WebSocketScene.ready(
    { type: "PAIR", link: { role } },
    "PAIR",
  );
  scene.host.keeps = true;
  scene.host.onMessage = (pipe) => pipe.write(pipe.read() as Message);
  const frames = says((...frame) => scene.wire(...frame));
  for (const piece of atOnce ? [concat(frames)] : frames) {
    for (const chunk of chopped(piece, chop)) scene.peer.say(chunk);
    await scene.clock.settle();
  }
  const heard = scene.take();
  check(heard, role);
  const last = heard.at(-1);
  if (close === undefined) {
    assert.equal(scene.session.over, false, "it goes on");
  } else {
    assert.equal(last?.opcode, 8, "a Close is the last");
    heard.pop();
    const code = last!.payload.length < 2
      ? 1005
      : last!.payload[0]! * 256 + last!.payload[1]!;
    assert.equal(code, close);
    assert.ok(scene.session.over);
    // RFC 6455 §7.1.1: whoever is left waiting is not for long.
    await scene.clock.advance(1000);
    assert.ok(scene.stream.gone);
  }
  assert.deepEqual(
    heard.map(({ opcode, payload }) => [opcode, payload.length]),
    said.map(([opcode, payload]) => [opcode, payload.length]),
  );
  for (const [i, { payload }] of heard.entries()) same(payload, said[i]![1]);
  scene.session.close();
}

/** The octets in chunks of a size, or as they are. */
function chopped(octets: Uint8Array, size = octets.length): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) {
    chunks.push(octets.slice(at, at + size));
  }
  return chunks;
}

/** What holds for whatever a session says. */
function check(
  frames: readonly WireFrame[],
  role: WebSocketLink["role"],
): void {
  for (const { fin, rsv, masked } of frames) {
    assert.ok(fin, "in one frame");
    assert.equal(rsv, 0);
    assert.equal(masked, role === "client", "clients mask, servers do not");
  }
}

/** Compares without making a message of millions of octets. */
function same(found: Uint8Array, expected: Uint8Array): void {
  assert.ok(
    found.every((octet, i) => octet === expected[i]),
    "octet for octet",
  );
}

/** A payload of so many octets: a flag, and noise. */
export function payloadOf(size: number): Uint8Array {
  const octets = new Uint8Array(size);
  for (let i = 1; i < size; i++) octets[i] = i * 31 + (i >> 8);
  return octets;
}

/** A message in fragments of a size. */
export function inFragments(
  wire: Wire,
  opcode: number,
  payload: Uint8Array,
  size: number,
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const end = at + size;
    frames.push(wire(at === 0 ? opcode : 0, payload.subarray(at, end), {
      fin: end >= payload.length,
    }));
  }
  return frames;
}
