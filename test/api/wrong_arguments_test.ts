// Wrong arguments are refused at once, by an error that names the argument,
// the value, and what was expected.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  curvePublicKey,
  Dish,
  Pair,
  Peer,
  poll,
  proxy,
  Publisher,
  Pull,
  Push,
  Radio,
  Reply,
  Request,
  Server,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  z85Decode,
  z85Encode,
} from "../../mod.ts";
import { Bag, makeDuplex } from "../kit/sockets.ts";
import {
  type Any,
  assertDistinct,
  assertRefused,
  call,
  long,
  type Wrong,
} from "./wrong.ts";

let bag: Bag;
let push: Push;
let pull: Pull;
let dish: Dish;

const wrongs: readonly Wrong[] = [ // Arguments of send.
  call(
    "send() of undefined",
    () => push.send(undefined as Any),
    "EINVAL",
    "undefined",
    "string",
  ),
  call(
    "send() of an object",
    () => push.send({} as Any),
    "EINVAL",
    "object",
    "string",
  ),
  call(
    "send() of a function",
    () => push.send((() => 1) as Any),
    "EINVAL",
    "function",
    "string",
  ),
  call(
    "send() of true",
    () => push.send(true as Any),
    "EINVAL",
    "true",
    "string",
  ),
  call(
    "send() of no frames",
    () => push.send([]),
    "EINVAL",
    "empty array",
    "one frame",
  ),
  call(
    "send() with a wrong frame",
    () => push.send(["a", undefined as Any]),
    "EINVAL",
    "undefined",
  ),
  call(
    "send() of frames in frames",
    () => push.send([["a"] as Any]),
    "EINVAL",
    "array",
  ),
  call(
    "trySend() of an object",
    () => push.trySend({} as Any),
    "EINVAL",
    "object",
    "string",
  ),
  call(
    "send() with a timeout of text",
    () => push.send("x", { timeout: "5" as Any }),
    "EINVAL",
    "timeout",
    '"5"',
    "integer",
  ),
  call(
    "send() with a timeout of -2",
    () => push.send("x", { timeout: -2 }),
    "EINVAL",
    "timeout",
    "-2",
    "-1",
  ),
  call(
    "send() of two frames on a SERVER",
    () => bag.keep(new Server()).send(["a", "b"] as Any, { routingId: 1 }),
    "EINVAL",
    /array|frames/,
  ),
  call(
    "send() without a routing id on a SERVER",
    () => bag.keep(new Server()).send("a", {} as Any),
    "EINVAL",
    "routingId",
  ),
  call(
    "send() with options of nothing on a SERVER",
    () => bag.keep(new Server()).send("a", undefined as Any),
    "EINVAL",
    "routingId",
  ),
  call(
    "send() with a routing id of text on a PEER",
    () => bag.keep(new Peer()).send("a", { routingId: "x" as Any }),
    "EINVAL",
    "routingId",
    '"x"',
  ),
  call(
    "send() without a group on a RADIO",
    () => bag.keep(new Radio()).send("a", {} as Any),
    "EINVAL",
    "group",
  ),
  call(
    "send() to a long group on a RADIO",
    () => bag.keep(new Radio()).send("a", { group: long }),
    "EINVAL",
    "group",
    "255",
  ),
  call(
    "send() of two frames on a CHANNEL",
    () => bag.keep(makeDuplex("CHANNEL")).send(["a", "b"]),
    "EINVAL",
    "2",
    "CHANNEL",
  ),
  call(
    "send() of three frames on a STREAM",
    () => bag.keep(new Stream()).send(["a", "b", "c"]),
    "EINVAL",
    "3",
    "routing id",
  ),
  call(
    "send() on a REP that was not asked",
    () => bag.keep(new Reply()).send("a"),
    "EFSM",
    "nobody asked",
  ),
  // Arguments of receive.
  call(
    "receive() with a timeout of 1.5",
    () => pull.receive({ timeout: 1.5 }),
    "EINVAL",
    "timeout",
    "1.5",
    "integer",
  ),
  call(
    "receive() with a signal that is none",
    () => pull.receive({ signal: "stop" as Any, timeout: 5 }),
    "EINVAL",
    "signal",
  ),
  call("receiveMany() of 0", () => pull.receiveMany(0), "EINVAL", "0", "1"),
  call(
    "receiveMany() of text",
    () => pull.receiveMany("5" as Any),
    "EINVAL",
    '"5"',
    "integer",
  ),
  call(
    "receive() on a REQ that did not ask",
    () => bag.keep(new Request()).receive(),
    "EFSM",
    /request|send/i,
  ),
  call("poll() of nothing", () => poll([]), "EINVAL", "sockets"),
  call(
    "poll() of a socket that only sends",
    () => poll([push as Any]),
    "EINVAL",
    "sockets",
  ),
  call(
    "poll() with a timeout of -3",
    () => poll([pull], { timeout: -3 }),
    "EINVAL",
    "timeout",
    "-3",
  ),
  // Topics and groups.
  call(
    "subscribe() of undefined",
    () => bag.keep(new Subscriber()).subscribe(undefined as Any),
    "EINVAL",
    "undefined",
  ),
  call(
    "subscribe() of an object",
    () => bag.keep(new Subscriber()).subscribe({} as Any),
    "EINVAL",
    "object",
  ),
  call(
    "subscribe() on an XPUB that is not manual",
    () => bag.keep(new XPublisher()).subscribe("a"),
    "EINVAL",
    "manual",
  ),
  call(
    "join() twice",
    () => {
      dish.join("twice");
      dish.join("twice");
    },
    "EINVAL",
    "twice",
  ),
  call("join() of a long group", () => dish.join(long), "EINVAL", "255", "300"),
  call(
    "join() of a group with a zero",
    () => dish.join("a\0b"),
    "EINVAL",
    /0|zero/,
  ),
  call(
    "leave() of a group that was not joined",
    () => dish.leave("stranger"),
    "EINVAL",
    "stranger",
  ),
  // Everything else.
  call(
    "request() with retries of -1",
    () => bag.keep(new Request()).request("x", { retries: -1 }),
    "EINVAL",
    "retries",
    "-1",
  ),
  call(
    "request() with a timeout of text",
    () => bag.keep(new Request()).request("x", { timeout: "1" as Any }),
    "EINVAL",
    "timeout",
    '"1"',
  ),
  call(
    "close() with a linger of -2",
    () => bag.keep(new Pair()).close({ linger: -2 }),
    "EINVAL",
    "linger",
    "-2",
    "-1",
  ),
  call(
    "proxy() of no socket",
    () => proxy({} as Socket, pull),
    "EINVAL",
    "front",
    "object",
    "open socket",
  ),
  call(
    "proxy() with a wrong capture",
    () => proxy(pull, push, { capture: 5 as Any }),
    "EINVAL",
    "capture",
    "5",
  ),
  call(
    "proxy() of a closed socket",
    () => {
      const closed = new Publisher();
      void closed.close();
      return proxy(pull, closed);
    },
    "EINVAL",
    "back",
    "closed",
  ),
  call(
    "z85Encode() of five octets",
    () => z85Encode(new Uint8Array(5)),
    "EINVAL",
    "5",
    "4",
  ),
  call(
    "z85Encode() of text",
    () => z85Encode("abcd" as Any),
    "EINVAL",
    "abcd",
    "Uint8Array",
  ),
  call(
    "z85Decode() of four characters",
    () => z85Decode("abcd"),
    "EINVAL",
    "4",
    "5",
  ),
  call(
    "z85Decode() of a wrong character",
    () => z85Decode("ab~cd"),
    "EINVAL",
    "~",
  ),
  call(
    "z85Decode() of too great a number",
    () => z85Decode("#####"),
    "EINVAL",
    "Z85",
    "%nSc0",
  ),
  call(
    "z85Decode() of octets",
    () => z85Decode(new Uint8Array(5) as Any),
    "EINVAL",
    "5 octets",
    "string",
  ),
  call(
    "curvePublicKey() of nonsense",
    () => curvePublicKey("nonsense"),
    "EINVAL",
    "secretKey",
    "40",
  ),
];

describe("a wrong argument", () => {
  before(() => {
    bag = new Bag();
    push = bag.keep(new Push());
    pull = bag.keep(new Pull());
    dish = bag.keep(new Dish());
  });

  after(async () => {
    await bag[Symbol.asyncDispose]();
  });

  for (const wrong of wrongs) {
    it(`is refused: ${wrong.what}`, () => assertRefused(wrong));
  }

  it("is of many kinds", () => {
    assertDistinct(wrongs);
    assert.ok(wrongs.length >= 20, `${wrongs.length}`);
  });
});
