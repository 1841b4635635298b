// Autobahn's groups 12 and 13: whatever compression a client offers, none is
// agreed upon, and a message that is compressed all the same is refused.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fromKey, toKey } from "../../src/base/bytes.ts";
import { Door, END_TIME } from "../hostile/door.ts";
import { request } from "../hostile/web_socket_words.ts";
import { until } from "../kit/wait.ts";
import { KEY, readWireFrames, wireFrame } from "../kit/websocket_wire.ts";

/** What Autobahn offers; the first one is that of group 12. */
const offers: readonly (readonly [id: string, offer: string])[] = [
  ["12", "permessage-deflate"],
  ["13.1", "permessage-deflate; client_no_context_takeover"],
  ["13.2", "permessage-deflate; server_no_context_takeover"],
  ["13.3", "permessage-deflate; client_max_window_bits=9"],
  ["13.4", "permessage-deflate; server_max_window_bits=15"],
  [
    "13.5",
    "permessage-deflate; server_no_context_takeover; " +
    "server_max_window_bits=9",
  ],
  [
    "13.7",
    "permessage-deflate; server_no_context_takeover; " +
    "server_max_window_bits=9, permessage-deflate",
  ],
];

/** "Hello" as RFC 7692 §7.2.3.1 has it. */
const HELLO = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
const HEAD_END = "\r\n\r\n";

describe("Autobahn 12 and 13, compression", () => {
  let door: Door;
  afterEach(() => door[Symbol.asyncDispose]());

  for (const [id, offer] of offers) {
    it(`${id}: "${offer}" is not taken up`, async () => {
      door = await Door.open("ws://127.0.0.1:*/a");
      const peer = await door.connect();
      peer.say(fromKey(request({ "Sec-WebSocket-Extensions": offer })));
      await until(() => toKey(peer.octets).includes(HEAD_END), "the answer");
      const [head] = toKey(peer.octets).split(HEAD_END);
      assert.match(head!, /^HTTP\/1\.1 101 /);
      assert.doesNotMatch(head!, /extensions/i);
      peer.say(wireFrame(2, HELLO, { key: KEY, rsv: 4 }));
      await peer.end(END_TIME);
      const frames = readWireFrames(peer.octets.subarray(head!.length + 4));
      const { opcode, payload } = frames.at(-1)!;
      assert.deepEqual([opcode, ...payload], [8, 0x03, 0xea], "1002");
    });
  }
});
