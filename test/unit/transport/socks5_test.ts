// Socks5Exchange: the octets of both directions (RFC 1928 and RFC 1929).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, fromHex, toBytes, toHex } from "../../../src/base/bytes.ts";
import { ZmqError } from "../../../src/base/errors.ts";
import { parseTcpConnect } from "../../../src/endpoint/tcp.ts";
import { parseEndpoint } from "../../../src/endpoint/endpoint.ts";
import {
  Socks5Exchange,
  type Socks5Request,
} from "../../../src/transport/socks5.ts";

type Credentials = Pick<Socks5Request, "username" | "password">;

/** An exchange about a `host:port`. */
function exchange(
  address: string,
  credentials: Credentials = {},
): Socks5Exchange {
  const endpoint = parseEndpoint(`tcp://${address}`);
  const { destination } = parseTcpConnect(endpoint);
  return new Socks5Exchange({ destination, ...credentials });
}

/** Gives an exchange octets in hexadecimal; what it says comes back so. */
function take(one: Socks5Exchange, octets: string): string | undefined {
  const said = one.take(fromHex(octets.replaceAll(" ", "")));
  return said === undefined ? undefined : toHex(said);
}

function hex(text: string): string {
  return toHex(toBytes(text));
}

/** An exchange that waits for the reply. */
function asked(): Socks5Exchange {
  const one = exchange("127.0.0.1:5555");
  take(one, "0500");
  return one;
}

/** Fails unless the octets are refused. */
function refuses(
  one: Socks5Exchange,
  octets: string,
  code: string,
  reason: string,
  words: RegExp,
): void {
  assert.throws(() => take(one, octets), (error) => {
    assert.ok(error instanceof ZmqError);
    assert.equal(error.code, code);
    assert.equal(error.reason, reason);
    assert.match(error.message, words);
    return true;
  });
}

describe("Socks5Exchange asks", () => {
  it("without authentication for an IPv4 address", () => {
    const one = exchange("192.0.2.1:5555");
    assert.equal(toHex(one.hello()), "050100");
    assert.equal(one.asked, false);
    assert.equal(take(one, "0500"), "05010001c000020115b3");
    assert.equal(one.asked, true);
    assert.equal(take(one, "0500 0001 00000000 0000"), undefined);
    assert.equal(toHex(one.rest!), "");
  });

  it("for an IPv6 address", () => {
    const one = exchange("[2001:db8::1]:80");
    assert.equal(
      take(one, "0500"),
      "0501000420010db80000000000000000000000010050",
    );
  });

  it("for a mapped IPv6 address by the IPv4 address that it is", () => {
    const one = exchange("[::ffff:192.0.2.1]:80");
    assert.equal(take(one, "0500"), "05010001c00002010050");
  });

  it("for a name as it is: nobody but the proxy resolves it", () => {
    for (const name of ["expyuzz4wqqyqhjn.onion", "localhost"]) {
      const one = exchange(`${name}:65535`);
      const length = name.length.toString(16).padStart(2, "0");
      assert.equal(take(one, "0500"), `05010003${length}${hex(name)}ffff`);
    }
  });

  it("for a name of 253 octets", () => {
    const name = `${"a".repeat(63)}.`.repeat(3) + "a".repeat(61);
    assert.equal(
      take(exchange(`${name}:1`), "0500"),
      `05010003fd${hex(name)}0001`,
    );
  });

  it("with a user name and a password", () => {
    const one = exchange("192.0.2.1:1", { username: "Ada", password: "π" });
    assert.equal(toHex(one.hello()), "050102");
    assert.equal(take(one, "0502"), `0103${hex("Ada")}02${hex("π")}`);
    assert.equal(one.asked, false);
    assert.equal(take(one, "0100"), "05010001c00002010001");
  });

  it("without authentication where the user name is empty", () => {
    const one = exchange("a:1", { username: "", password: "p" });
    assert.equal(toHex(one.hello()), "050100");
    assert.equal(take(one, "0500"), "0501000301610001");
  });

  it("with the longest of both, and without a password", () => {
    const long = "x".repeat(255);
    const one = exchange("a:1", { username: long, password: long });
    assert.equal(take(one, "0502"), `01ff${hex(long)}ff${hex(long)}`);
    assert.equal(take(exchange("a:1", { username: "u" }), "0502"), "01017500");
  });
});

describe("Socks5Exchange hears", () => {
  const replies = {
    "an IPv4 address": "0500 0001 7f000001 15b3",
    "an IPv6 address": `0500 0004 ${"00".repeat(15)}01 15b3`,
    "a name": `0500 0003 09 ${hex("localhost")} 15b3`,
    "an empty name": "0500 0003 00 15b3",
  };
  for (const [what, reply] of Object.entries(replies)) {
    const octets = fromHex(reply.replaceAll(" ", ""));
    const greeting = fromHex("ff00000000000000017f");

    it(`a reply with ${what}, and keeps what is behind it`, () => {
      const one = asked();
      one.take(concat([octets, greeting]));
      assert.deepEqual(one.rest, greeting);
    });

    it(`a reply with ${what}, cut anywhere`, () => {
      for (let at = 1; at < octets.length; at++) {
        const one = asked();
        assert.equal(one.take(octets.subarray(0, at)), undefined);
        assert.equal(one.rest, undefined, `after ${at} octets`);
        one.take(concat([octets.subarray(at), greeting]));
        assert.deepEqual(one.rest, greeting);
      }
    });
  }

  it("everything one octet at a time", () => {
    const one = exchange("a:1", { username: "u", password: "p" });
    const said = [toHex(one.hello())];
    for (const octet of fromHex(`0502${"0100"}05000001${"00".repeat(6)}ff`)) {
      if (one.rest !== undefined) break;
      const next = one.take(Uint8Array.of(octet));
      if (next !== undefined) said.push(toHex(next));
    }
    assert.deepEqual(said, ["050102", "0101750170", "0501000301610001"]);
    assert.equal(one.rest?.length, 0);
  });
});

describe("Socks5Exchange refuses", () => {
  const codes = {
    1: ["EHOSTUNREACH", /replied 1, general SOCKS server failure$/],
    2: ["EACCES", /replied 2, connection not allowed by ruleset$/],
    3: ["EHOSTUNREACH", /replied 3, network unreachable$/],
    4: ["EHOSTUNREACH", /replied 4, host unreachable$/],
    5: ["ECONNREFUSED", /replied 5, connection refused$/],
    6: ["ETIMEDOUT", /replied 6, TTL expired$/],
    7: ["ENOTSUP", /replied 7, command not supported$/],
    8: ["ENOTSUP", /replied 8, address type not supported$/],
    9: ["EHOSTUNREACH", /replied 9, which RFC 1928 does not name$/],
    255: ["EHOSTUNREACH", /replied 255, which RFC 1928 does not name$/],
  } as const;
  for (const [reply, [code, words]] of Object.entries(codes)) {
    it(`what replies ${reply}, before the rest of the reply`, () => {
      const octets = `05${Number(reply).toString(16).padStart(2, "0")}`;
      refuses(asked(), octets, code, `ERR_SOCKS_REPLY_${reply}`, words);
    });
  }

  it("a proxy that accepts no method", () => {
    const method = "ERR_SOCKS_METHOD";
    refuses(exchange("a:1"), "05ff", "EACCES", method, /no authentication$/);
    const secret = { username: "Ada", password: "hunter2" };
    const one = exchange("a:1", secret);
    refuses(one, "05ff", "EACCES", method, /a user name and a password$/);
  });

  it("a proxy that does not accept the password, without telling it", () => {
    for (const status of ["01", "02", "ff"]) {
      const one = exchange("a:1", { username: "Ada", password: "hunter2" });
      take(one, "0502");
      assert.throws(() => take(one, `01${status}`), (error) => {
        assert.ok(error instanceof ZmqError);
        assert.equal(error.code, "EACCES");
        assert.equal(error.reason, "ERR_SOCKS_LOGIN");
        assert.doesNotMatch(error.message, /Ada|hunter2/);
        return true;
      });
    }
  });

  const login = (): Socks5Exchange => {
    const one = exchange("a:1", { username: "Ada" });
    take(one, "0502");
    return one;
  };
  const garbage: [string, Socks5Exchange, string, RegExp][] = [
    ["SOCKS 4", exchange("a:1"), "005a", /begins with 0, expected 5$/],
    ["HTTP", exchange("a:1"), hex("HTTP/1.1"), /begins with 72, expected 5$/],
    [
      "a method nobody offered",
      exchange("a:1"),
      "0502",
      /method 2, expected 0$/,
    ],
    [
      "no authentication where a password was offered",
      exchange("a:1", { username: "u" }),
      "0500",
      /method 0, expected 2$/,
    ],
    ["GSSAPI", exchange("a:1"), "0501", /method 1, expected 0$/],
    ["a reply before it was asked", exchange("a:1"), "050005", /before/],
    ["a login of another version", login(), "0500", /with 5, expected 1$/],
    ["a reply behind a login", login(), "010005", /before it is asked$/],
    ["a reply of another version", asked(), "04", /with 4, expected 5$/],
    ["a reserved octet that is none", asked(), "050001", /is 1, not 0$/],
    ["an unknown address type", asked(), "05000002", /unknown type 2$/],
  ];
  for (const [what, one, octets, words] of garbage) {
    it(what, () => {
      refuses(one, octets, "EPROTO", "ERR_SOCKS_PROTOCOL", words);
    });
  }

  it("octets of any kind with nothing but its own errors", () => {
    let state = 1;
    const random = (below: number): number => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    for (let round = 0; round < 20_000; round++) {
      const one = exchange("a:1", round % 2 === 0 ? {} : { username: "u" });
      // Now and then what is right, so that all states are reached.
      for (const right of ["0500", "0502", "0100", "05000003"]) {
        const octets = random(4) > 0
          ? fromHex(right)
          : Uint8Array.from({ length: 1 + random(8) }, () => random(256));
        try {
          one.take(octets);
        } catch (error) {
          assert.ok(error instanceof ZmqError, `${error}`);
          break;
        }
        if (one.rest !== undefined) break;
      }
    }
  });
});
