// Proxies that refuse, break off, babble or say nothing: each attempt gets its
// error, and the next one, with a proxy that works, gets through.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toBytes } from "../../src/base/bytes.ts";
import { openSockets } from "../kit/runtime.ts";
import {
  GRANTED,
  greet,
  readRequest,
  type SocksScript,
} from "../kit/socks_relay.ts";
import { until } from "../kit/wait.ts";
import { type Failure, SocksScene } from "./socks_scene.ts";

/** How attempts after a refusal come soon: else they wait for five seconds. */
const login = { socksUsername: "Ada", socksPassword: "hunter2" };

interface Case extends Failure {
  readonly what: string;
  readonly script: SocksScript;
  readonly options?: object;
}

/** A proxy that answers the request with octets, and ends. */
function replies(octets: string): SocksScript {
  return async (client) => {
    await greet(client);
    await readRequest(client);
    client.write(fromHex(octets));
    client.end();
  };
}

/** A proxy that says octets as soon as it is spoken to, and goes on living. */
function says(octets: Uint8Array | string): SocksScript {
  return async (client) => {
    await client.read(1);
    client.write(octets);
  };
}

const gone = { code: "ECONNRESET", reason: undefined, words: /proxy ended/ };
const babble = { code: "EPROTO", reason: "ERR_SOCKS_PROTOCOL" };
const late = { code: "ETIMEDOUT", reason: undefined };

const cases: readonly Case[] = [
  {
    what: "refuses the connection",
    script: replies("05050001000000000000"),
    code: "ECONNREFUSED",
    reason: "ERR_SOCKS_REPLY_5",
    words: /replied 5, connection refused$/,
  },
  {
    what: "cannot resolve the name, and says only that",
    script: replies("0504"),
    code: "EHOSTUNREACH",
    reason: "ERR_SOCKS_REPLY_4",
    words: /replied 4, host unreachable$/,
  },
  {
    what: "leaves before the method",
    script: (client) => client.close(),
    ...gone,
  },
  {
    what: "leaves within the method",
    script: async (client) => {
      await client.read(3);
      client.write(fromHex("05"));
      client.end();
    },
    ...gone,
  },
  {
    what: "leaves before the answer to the password",
    options: login,
    script: async (client) => {
      await client.read(3);
      client.write(fromHex("0502"));
      await client.read(2 + "Ada".length + 1 + "hunter2".length);
      client.end();
    },
    ...gone,
  },
  {
    what: "leaves before the reply",
    script: replies(""),
    ...gone,
  },
  {
    what: "leaves within the reply",
    script: replies("050000010000"),
    ...gone,
  },
  {
    what: "speaks HTTP",
    script: says("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ...babble,
    words: /begins with 72, expected 5$/,
  },
  {
    what: "speaks ZMTP",
    script: says(fromHex("ff00000000000000017f")),
    ...babble,
    words: /begins with 255, expected 5$/,
  },
  {
    what: "answers before it is asked",
    script: says(fromHex("050005000001000000000000")),
    ...babble,
    words: /before it is asked$/,
  },
  {
    what: "sends a megabyte of zeros",
    script: says(new Uint8Array(1 << 20)),
    ...babble,
    words: /begins with 0, expected 5$/,
  },
  {
    what: "replies nonsense",
    script: replies("05000007"),
    ...babble,
    words: /unknown type 7$/,
  },
  {
    what: "says nothing",
    options: { handshakeInterval: 100 },
    script: async (client) => await client.ended,
    ...late,
    words: /did not answer within 100 ms$/,
  },
  {
    what: "dribbles its method",
    options: { handshakeInterval: 100 },
    script: async (client) => {
      await client.read(3);
      client.write(fromHex("05"));
      await client.ended;
    },
    ...late,
    words: /did not answer within 100 ms$/,
  },
];

describe("a SOCKS proxy that", () => {
  for (const { what, script, options, ...failure } of cases) {
    it(`${what}: an error, and another attempt`, async () => {
      const before = openSockets();
      {
        const user = options !== undefined && "socksUsername" in options
          ? "Ada:hunter2"
          : undefined;
        await using scene = await SocksScene.open(options, user);
        await scene.begin(script);
        await scene.fails(failure);
        await scene.recovers();
      }
      await until(() => openSockets() <= before, "no socket is left open");
    });
  }

  it("does not connect in time: connectTimeout", async () => {
    await using scene = await SocksScene.open({ connectTimeout: 200 });
    let given: Promise<void> | undefined;
    await scene.begin(async (client) => {
      await greet(client);
      await readRequest(client);
      given = client.ended;
      await given;
    });
    await until(
      () => scene.events.some(({ type }) => type === "connect:retry"),
      "the end of the attempt",
    );
    const { error } = scene.events.find(({ type }) => type === "close")!;
    assert.equal(error?.code, "ETIMEDOUT");
    assert.match(error!.message, /within 200 ms$/);
    await given;
    await scene.recovers();
  });

  it("is not waited for when the socket is closed", async () => {
    await using scene = await SocksScene.open();
    let reached: () => void;
    const waiting = new Promise<void>((resolve) => reached = resolve);
    let ended: Promise<void> | undefined;
    await scene.begin(async (client) => {
      await greet(client);
      ended = client.ended;
      reached();
      await ended;
    });
    await waiting;
    await scene.push.close({ linger: 0 });
    await ended;
  });

  it("sends the reply one octet at a time, with what the peer says", async () => {
    await using scene = await SocksScene.open();
    await scene.begin(async (client) => {
      await greet(client);
      await readRequest(client);
      for (const octet of GRANTED) {
        client.write(Uint8Array.of(octet));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      client.end();
    });
    await until(
      () => scene.events.some(({ type }) => type === "connect"),
      "it",
    );
    await scene.recovers();
  });

  it("sends the reply and the peer's greeting in one piece", async () => {
    await using scene = await SocksScene.open();
    const told = scene.push.events.once("handshake:error:protocol");
    const greeting = fromHex("ff00000000000000007f03");
    await scene.begin(async (client) => {
      await greet(client);
      await readRequest(client);
      const rest = new Uint8Array(64 - greeting.length);
      rest.set(toBytes("\0NONSENSE"));
      client.write(
        Uint8Array.from([...GRANTED, ...greeting, ...rest]),
      );
      await client.ended;
    });
    // What was sent along is what the session is told first.
    const { error } = await told;
    assert.equal(error?.reason, "ERR_ZMTP_MECHANISM_MISMATCH");
    await scene.recovers();
  });
});
