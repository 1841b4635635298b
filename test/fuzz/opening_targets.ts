/**
 * Fuzzing the opening handshake of WebSockets: requests and responses that
 * went wrong on their way, cut anywhere.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { concat, fromKey, toBytes, toKey } from "../../src/base/bytes.ts";
import {
  HeadReader,
  type HttpHead,
  maxHeadFields,
  maxHeadSize,
  requestLine,
  statusLine,
} from "../../src/wire/http_head.ts";
import { subprotocolOf } from "../../src/wire/websocket_names.ts";
import {
  checkResponse,
  encodeGrant,
  encodeRefusal,
  encodeRequest,
  judgeOpening,
  type OpeningPolicy,
  requestOf,
} from "../../src/wire/websocket_opening.ts";
import { errorFrom } from "./checks.ts";
import { chunks, cuts, mutated, mutations } from "./mutations.ts";
import type { Target } from "./target.ts";

const KEY = "x3JJHMbDL1EzLkh9GBhXDw==";
const ACCEPT = "HSmrc0sMlYUkAGmm5OPpG2HaGWk=";
const SPOKEN = ["ZWS2.0/NULL", "ZWS2.0"];

const policy = fc.record<OpeningPolicy>({
  subprotocols: fc.constant(SPOKEN),
  origins: fc.constantFrom(null, ["*"], ["https://a.example"], []),
});

/** The lines of a head, each a piece, with fields that it need not have. */
function pieces(head: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  const lines = toKey(head).split(/(?<=\r\n)/).map(fromKey);
  const more = fc.constantFrom(
    "Origin: https://a.example\r\n",
    "Content-Length: 0\r\n",
    "Connection: keep-alive, upgrade\r\n",
    "Sec-WebSocket-Extensions: permessage-deflate\r\n",
    `X: ${"\xff".repeat(300)}\r\n`,
  ).map(fromKey);
  return fc.array(more, { maxLength: 3 }).map((fields) => [
    lines[0]!,
    ...fields,
    ...lines.slice(1),
  ]);
}

const NAMES = [
  ..."Host Upgrade Connection Origin Content-Length X".split(" "),
  ..."Key Protocol Version Accept Extensions".split(" ").map((name) =>
    `Sec-WebSocket-${name}`
  ),
];

interface Read {
  /** The start line, the fields and the rest, to be compared. */
  readonly digest?: readonly unknown[];
  readonly head: HttpHead | undefined;
  readonly error: string | undefined;
}

/** What a reader makes of pieces; nothing may be left out or made up. */
function read(line: RegExp, given: readonly Uint8Array[]): Read {
  const reader = new HeadReader(line);
  let head: HttpHead | undefined;
  let rest: Uint8Array[] = [];
  const error = errorFrom(() => {
    for (const [i, piece] of given.entries()) {
      head = reader.read(piece);
      if (head === undefined) continue;
      rest = [head.rest, ...given.slice(i + 1)];
      break;
    }
  });
  if (head === undefined) return { head, error: error?.message };
  const all = toKey(concat(given));
  const behind = toKey(concat(rest));
  assert.ok(all.endsWith(behind));
  const length = all.length - behind.length;
  assert.ok(length <= maxHeadSize);
  assert.ok(all.slice(0, length).endsWith("\r\n\r\n"));
  assert.equal(all.slice(0, length).indexOf("\r\n\r\n"), length - 4);
  assert.ok(all.slice(0, length).split("\r\n").length - 3 <= maxHeadFields);
  const { start, fields } = head;
  const digest = [start, NAMES.map((name) => fields.all(name)), behind];
  return { digest, head, error: undefined };
}

/** What is written must hold nothing that a peer could have put there. */
function checkWritten(octets: Uint8Array): void {
  assert.match(toKey(octets), /^HTTP\/1\.1 [\x20-\x7e\r\n]*$/);
}

function target(
  name: string,
  line: RegExp,
  octets: Uint8Array,
  judge: (head: HttpHead, policy: OpeningPolicy) => void,
): Target {
  return {
    name,
    runs: 20_000,
    property: fc.property(
      pieces(octets),
      mutations,
      cuts,
      policy,
      (conversation, changes, places, policy) => {
        const changed = concat(mutated(conversation, changes));
        const whole = read(line, [changed]);
        const inPieces = read(line, chunks(changed, places));
        assert.deepEqual(inPieces.digest, whole.digest);
        assert.equal(inPieces.error, whole.error);
        if (whole.head !== undefined) judge(whole.head, policy);
      },
    ),
  };
}

const request = target(
  "requests of WebSockets",
  requestLine,
  encodeRequest({
    host: "127.0.0.1:8080",
    target: "/a?type=DEALER",
    key: KEY,
    subprotocols: SPOKEN,
  }),
  (head, policy) => {
    const find = (path: string) => path === "/a" ? policy : undefined;
    const verdict = judgeOpening(requestOf(head), find);
    if ("status" in verdict) {
      checkWritten(encodeRefusal(verdict));
      return;
    }
    const agreed = subprotocolOf(verdict.subprotocol);
    assert.ok(policy.subprotocols.includes(agreed));
    assert.equal(atob(verdict.key).length, 16);
    checkWritten(encodeGrant(ACCEPT, verdict.subprotocol));
  },
);

const response = target(
  "responses of WebSockets",
  statusLine,
  concat([encodeGrant(ACCEPT, "ZWS2.0"), toBytes("\0rest")]),
  (head) => {
    errorFrom(() => {
      assert.ok(SPOKEN.includes(checkResponse(head, ACCEPT, SPOKEN)));
    });
  },
);

/** The opening handshake in both roles. */
export const openingTargets: readonly Target[] = [request, response];
