// Wrong endpoints are refused at once, by an error that names the endpoint,
// what is wrong with it, and what was expected.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Pull, Push, Router, Stream, type Transport } from "../../mod.ts";
import { Bag } from "../kit/sockets.ts";
import {
  type Any,
  assertDistinct,
  assertRefused,
  call,
  long,
  shown,
  type Wrong,
} from "./wrong.ts";

let bag: Bag;
let push: Push;
let pull: Pull;

/** An endpoint that cannot be bound. */
function bound(
  endpoint: Any,
  code: string,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `bind(${shown(endpoint)})`,
    act: () => pull.bind(endpoint),
    code,
    tells: expected,
  };
}

/** An endpoint that cannot be connected to. */
function connected(
  endpoint: Any,
  code: string,
  ...expected: (string | RegExp)[]
): Wrong {
  return {
    what: `connect(${shown(endpoint)})`,
    act: () => push.connect(endpoint),
    code,
    tells: expected,
  };
}

/** A transport that is one, for tcp. */
const tunnel: Transport = {
  scheme: "tcp",
  connect: () => Promise.reject(new Error("Never called")),
  listen: () => Promise.reject(new Error("Never called")),
};

const wrongs: readonly Wrong[] = [
  bound("", "EINVAL", '""', "scheme://address"),
  bound("nonsense", "EINVAL", "nonsense", "scheme://address"),
  bound("tcp://", "EINVAL", "tcp://", "scheme://address"),
  bound("TCP://127.0.0.1:*", "EINVAL", "TCP://127.0.0.1:*"),
  bound(5555, "EINVAL", "5555", "string"),
  bound(undefined, "EINVAL", "undefined", "string"),
  bound("gopher://127.0.0.1:70", "EPROTONOSUPPORT", "gopher", "tcp"),
  bound("tcp://127.0.0.1", "EINVAL", "port", "host:port"),
  bound("tcp://127.0.0.1:70000", "EINVAL", "70000", "65535"),
  bound("tcp://127.0.0.1:http", "EINVAL", "http", "65535"),
  bound("tcp://127.0.0.1: 5", "EINVAL", "space"),
  bound("tcp://::1:5555", "EINVAL", "[::1]"),
  bound("tcp://256.0.0.1:5555", "EINVAL", "256.0.0.1"),
  bound("tcp://192.0.2.1:*", "EADDRNOTAVAIL", "192.0.2.1"),
  bound("tcp://no.such.host.invalid:*", "ENODEV", "no.such.host.invalid"),
  bound("ipc://@", "EINVAL", "ipc://@"),
  bound(`ipc:///tmp/${long}`, "ENAMETOOLONG", "107"),
  bound("ipc:///no/such/folder/socket", "ENOENT", "/no/such/folder"),
  bound(`inproc://${long}`, "ENAMETOOLONG", "256"),
  bound("inproc://a\0b", "EINVAL", "NUL"),
  bound("tipc://{63,0,0}", "EINVAL", "63", "64 to 4294967295"),
  bound("tipc://<1.2.3:4>", "EINVAL", "<1.2.3:4>", "{type,lower,upper}"),
  connected("tcp://127.0.0.1:*", "EINVAL", "*", "65535"),
  connected("tcp://*:5555", "EINVAL", "*"),
  connected("tcp://127.0.0.1:0", "EINVAL", "0", "1 to 65535"),
  connected("tipc://<*>", "EINVAL", "<*>", "{type,instance}"),
  connected("tcp://:5555", "EINVAL", "host"),
  connected("tcp://a b:5555", "EINVAL", "space"),
  connected("ipc://*", "EINVAL", "ipc://*"),
  connected("carrier-pigeon://x", "EPROTONOSUPPORT", "carrier-pigeon"),
  connected(null, "EINVAL", "null", "string"),
  call(
    "connect() of a STREAM to inproc",
    () => bag.keep(new Stream()).connect("inproc://x"),
    "ENOCOMPATPROTO",
    "STREAM",
    "inproc",
  ),
  call(
    "connect() of a STREAM to a WebSocket",
    () => bag.keep(new Stream()).connect("ws://127.0.0.1:1"),
    "ENOCOMPATPROTO",
    "STREAM",
    "ws",
  ),
  call(
    "unbind() of what is not bound",
    () => pull.unbind("tcp://127.0.0.1:1"),
    "ENOENT",
    "tcp://127.0.0.1:1",
  ),
  call(
    "disconnect() of what is not connected",
    () => push.disconnect("tcp://127.0.0.1:1"),
    "ENOENT",
    "tcp://127.0.0.1:1",
  ),
  call(
    "unbind() of nonsense",
    () => pull.unbind("nonsense"),
    "EINVAL",
    "nonsense",
    "scheme://address",
  ),
  call(
    "connect() with an empty routingId",
    () => bag.keep(new Router()).connect("inproc://x", { routingId: "" }),
    "EINVAL",
    "routingId",
    "1 to 255",
  ),
  call(
    "connect() with a long routingId",
    () => bag.keep(new Router()).connect("inproc://x", { routingId: long }),
    "EINVAL",
    "routingId",
    "255",
  ),
  ...[
    [5, "object of options"],
    [{ transport: null }, "null", "connect() and listen()"],
    [{ transport: { scheme: "tcp" } }, "connect() and listen()"],
    [{ transport: { ...tunnel, scheme: "ws" } }, "ws://", "tcp://"],
  ].flatMap(([options, ...tells]): Wrong[] => [
    call(
      `bind() with ${shown(options)}`,
      () => pull.bind("tcp://127.0.0.1:*", options as Any),
      "EINVAL",
      ...tells as string[],
    ),
    call(
      `connect() with ${shown(options)}`,
      () => push.connect("tcp://127.0.0.1:1", options as Any),
      "EINVAL",
      ...tells as string[],
    ),
  ]),
  ...[
    ["127.1:1080", "tcp://a:1", "socks5://127.1:1080", "IP address"],
    ["a:70000", "tcp://a:1", "socks5://a:70000", "65535"],
    ["[::1::]:1080", "ws://a:1/", "socks5://[::1::]:1080", "IPv6"],
    ["a:1", "tcp://[fe80::1%eth0]:1", "fe80::1%eth0", "zone"],
  ].map(([socksProxy, endpoint, ...tells]): Wrong =>
    call(
      `connect() to ${endpoint} through ${socksProxy}`,
      () => bag.keep(new Push({ socksProxy: socksProxy! })).connect(endpoint!),
      "EINVAL",
      ...tells,
    )
  ),
  call(
    "connect() to inproc with a transport",
    () => push.connect("inproc://x", { transport: tunnel }),
    "EINVAL",
    "inproc",
    "none",
  ),
];

describe("a wrong endpoint", () => {
  before(() => {
    bag = new Bag();
    push = bag.keep(new Push());
    pull = bag.keep(new Pull());
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
