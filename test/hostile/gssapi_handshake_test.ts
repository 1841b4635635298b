// Raw peers that break the GSSAPI handshake, as clients and as servers, with
// tickets of a real KDC where that takes them further. Each costs its own
// connection, and a good peer is served in time.
import { describe, it } from "node:test";
import { concat, EMPTY } from "../../src/base/bytes.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import { skipWithoutKerberos } from "../kit/kerberos.ts";
import { noise } from "../kit/messages.ts";
import {
  firstToken,
  GssapiPeer,
  inClear,
  initiate,
  kerberosGround,
  messageCommand,
  tokenWithFlags,
} from "./gssapi_peer.ts";
import type { RawPeer } from "./raw_peer.ts";
import { type Failure, Scene } from "./scene.ts";
import { command, GREETING, greeting, message, type Place } from "./words.ts";

const CLIENT: Place = { role: "client", mechanism: "GSSAPI", scheme: "tcp" };
const SERVER: Place = { role: "server", mechanism: "GSSAPI", scheme: "tcp" };

const protocol = (reason: string): Failure => ({
  event: "handshake:error:protocol",
  code: "EPROTO",
  reason: `ERR_ZMTP_${reason}`,
});
const UNEXPECTED = protocol("UNEXPECTED_COMMAND");
const MALFORMED = protocol("MALFORMED_COMMAND_INITIATE");
const MALFORMED_MESSAGE = protocol("MALFORMED_COMMAND_MESSAGE");
const MALFORMED_NAME = protocol("MALFORMED_COMMAND_UNSPECIFIED");
const CRYPTOGRAPHIC = protocol("CRYPTOGRAPHIC");
const TOO_LARGE: Failure = {
  event: "handshake:error:protocol",
  code: "EMSGSIZE",
};

const EMPTY_COMMAND = encodeFrame(COMMAND, EMPTY);

/** An INITIATE whose token has another length than it says. */
function lying(told: number, octets: number): Uint8Array {
  const body = new Uint8Array(4 + octets);
  new DataView(body.buffer).setUint32(0, told);
  return command("INITIATE", body);
}

/** What a peer says at once, and what is said of it. */
const openings: readonly (readonly [string, Uint8Array, Failure])[] = [
  ["READY", command("READY"), UNEXPECTED],
  ["HELLO, which RFC 38 has", command("HELLO"), UNEXPECTED],
  ["MESSAGE", messageCommand(noise(60, 1)), UNEXPECTED],
  ["an empty command", EMPTY_COMMAND, UNEXPECTED],
  ["an ERROR", command("ERROR", "\x03400"), UNEXPECTED],
  [
    "a command without a name",
    encodeFrame(COMMAND, Uint8Array.of(0)),
    MALFORMED_NAME,
  ],
  ["a message", message("too early"), UNEXPECTED],
  [
    "a message in a MESSAGE",
    message(messageCommand(noise(60, 1)).slice(2)),
    UNEXPECTED,
  ],
  ["no token", command("INITIATE"), MALFORMED],
  ["half of a length", command("INITIATE", "\0\0"), MALFORMED],
  ["an empty token", lying(0, 0), MALFORMED],
  ["a token shorter than it says", lying(101, 100), MALFORMED],
  ["a token longer than it says", lying(99, 100), MALFORMED],
  ["a token of 2^32 - 1", lying(0xffffffff, 100), MALFORMED],
  ["a token of 2^31", lying(0x80000000, 100), MALFORMED],
  ["a token of noise", initiate(noise(500, 2)), MALFORMED],
  ["a token of one octet", initiate(Uint8Array.of(0x60)), MALFORMED],
  ["a token of 60 KiB of noise", initiate(noise(60_000, 3)), MALFORMED],
  [
    "a token of more than a handshake may have",
    initiate(noise(66_000, 4)),
    TOO_LARGE,
  ],
  [
    "the length of 2^40",
    Uint8Array.of(6, 0, 0, 1, 0, 0, 0, 0, 0),
    TOO_LARGE,
  ],
];

describe("a hostile GSSAPI client", { skip: skipWithoutKerberos }, () => {
  const ground = kerberosGround();

  for (const [what, octets, failure] of openings) {
    it(`that begins with ${what} does not come in`, async () => {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), octets);
      await scene.keepsOut(peer, failure);
      await scene.servesGoodPeer();
    });
  }

  it("that cuts a right token anywhere does not come in", async () => {
    const token = await firstToken();
    for (const length of [1, 2, 20, 200, token.length - 1]) {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), initiate(token.subarray(0, length)));
      await refuses(scene, peer);
    }
  });

  it("that changes a right token anywhere does not come in", async () => {
    const token = await firstToken();
    for (const at of [30, 150, 300, token.length - 1]) {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      const changed = token.slice();
      changed[at]! ^= 1;
      peer.say(greeting(CLIENT), initiate(changed));
      await refuses(scene, peer);
      await scene.servesGoodPeer();
    }
  });

  it("that repeats somebody else's token does not come in", async () => {
    const token = await firstToken();
    {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), initiate(token));
      await peer.take(GREETING);
      await peer.frame();
    }
    await using scene = await Scene.open(CLIENT, ground());
    const peer = await scene.peer();
    peer.say(greeting(CLIENT), initiate(token));
    await refuses(scene, peer);
    await scene.servesGoodPeer();
  });

  for (const [what, flags] of [["mutual", 4], ["safe from repeats", 2]]) {
    it(`whose context is not ${what} does not come in`, async () => {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      const token = await tokenWithFlags(Number(flags));
      peer.say(greeting(CLIENT), initiate(token));
      await scene.keepsOut(peer, {
        event: "handshake:error:auth",
        code: "EACCES",
        reason: "ERR_GSS_UNAVAILABLE",
      });
      await scene.servesGoodPeer();
    });
  }

  const afterToken: readonly (readonly [string, Uint8Array, Failure])[] = [
    ["the token again", EMPTY, UNEXPECTED],
    ["READY at once", command("READY"), UNEXPECTED],
    ["a message", message("too early"), UNEXPECTED],
    ["MESSAGE", messageCommand(noise(60, 1)), UNEXPECTED],
    [
      "a command with no name",
      encodeFrame(COMMAND, Uint8Array.of(0)),
      MALFORMED_NAME,
    ],
  ];
  for (const [what, octets, failure] of afterToken) {
    it(`that says ${what} after a right token does not come in`, async () => {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await scene.peer();
      const token = initiate(await firstToken());
      // In one piece: what follows waits for what the library says.
      peer.say(concat([
        greeting(CLIENT),
        token,
        octets.length > 0 ? octets : token,
      ]));
      await scene.keepsOut(peer, failure);
      await scene.servesGoodPeer();
    });
  }

  const instead: readonly (readonly [string, Uint8Array, Failure])[] = [
    ["READY in clear", command("READY"), UNEXPECTED],
    ["a message in clear", message("in clear"), UNEXPECTED],
    ["MESSAGE with noise", messageCommand(noise(100, 5)), CRYPTOGRAPHIC],
    ["MESSAGE without a token", command("MESSAGE"), MALFORMED_MESSAGE],
    [
      "MESSAGE with an empty token",
      command("MESSAGE", "\0\0\0\0"),
      MALFORMED_MESSAGE,
    ],
    ["a second empty command", EMPTY_COMMAND, UNEXPECTED],
  ];
  for (const [what, octets, failure] of instead) {
    it(`that says ${what} for its last word does not come in`, async () => {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await GssapiPeer.begin(await scene.peer(), CLIENT);
      await peer.hear(1);
      peer.say();
      // The server's READY.
      await peer.peer.frame();
      peer.peer.say(octets);
      await scene.keepsOut(peer.peer, failure);
      await scene.servesGoodPeer();
      peer.mechanism.close();
    });
  }

  const READY_FLAGS = [1, 2, 4, 16] as const;
  for (const flags of READY_FLAGS) {
    it(`whose READY has the flags ${flags} does not come in`, async () => {
      await using scene = await Scene.open(CLIENT, ground());
      const peer = await lastWord(scene);
      const body = command("READY").slice(2);
      peer.peer.say(encodeFrame(COMMAND, peer.mechanism.wrap(flags, body)));
      await scene.keepsOut(
        peer.peer,
        flags === 16 ? MALFORMED_MESSAGE : UNEXPECTED,
      );
      await scene.servesGoodPeer();
      peer.mechanism.close();
    });
  }

  it("whose READY is signed and not encrypted does not come in", async () => {
    await using scene = await Scene.open(CLIENT, ground());
    const peer = await lastWord(scene);
    const body = command("READY").slice(2);
    const wrapped = await inClear(() => peer.mechanism.wrap(0, body));
    peer.peer.say(encodeFrame(COMMAND, wrapped));
    await scene.keepsOut(peer.peer, CRYPTOGRAPHIC);
    await scene.servesGoodPeer();
    peer.mechanism.close();
  });

  it("that says nothing is given up in time, at each step", async () => {
    for (const steps of [0, 1]) {
      await using scene = await Scene.open(CLIENT, ground(), {
        socket: { handshakeInterval: 1000 },
      });
      const peer = await GssapiPeer.begin(await scene.peer(), CLIENT);
      await peer.hear(steps);
      await scene.keepsOut(peer.peer, {
        event: "handshake:error:other",
        code: "ETIMEDOUT",
      });
      peer.mechanism.close();
    }
  });

  it("that comes a hundred times at once keeps nobody out", async () => {
    await using scene = await Scene.open(CLIENT, ground());
    for (let i = 0; i < 100; i++) {
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), initiate(noise(50_000, i)));
    }
    await scene.servesGoodPeer();
  });

  it("that comes and goes a thousand times holds nobody up", async () => {
    await using scene = await Scene.open(CLIENT, ground());
    for (let i = 0; i < 1000; i++) {
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), initiate(noise(1, i)));
      peer.reset();
    }
    await scene.servesGoodPeer();
  });

  it("that is gone while its token is read leaves nothing behind", async () => {
    await using scene = await Scene.open(CLIENT, ground());
    for (let i = 0; i < 20; i++) {
      const token = await firstToken();
      const peer = await scene.peer();
      peer.say(greeting(CLIENT), initiate(token));
      if (i % 2 === 0) peer.reset();
      else peer.close();
    }
    await scene.servesGoodPeer();
  });
});

describe("a hostile GSSAPI server", { skip: skipWithoutKerberos }, () => {
  const ground = kerberosGround();

  for (const [what, octets, failure] of openings) {
    if (what === "an ERROR") continue;
    it(`that answers with ${what} is left`, async () => {
      await using scene = await Scene.open(SERVER, ground());
      const peer = await scene.peer();
      peer.say(greeting(SERVER));
      await peer.take(GREETING);
      // The client's token.
      await peer.frame();
      peer.say(octets);
      await scene.keepsOut(peer, failure);
      await scene.servesGoodPeer();
    });
  }

  it("that speaks before it is asked is left", async () => {
    await using scene = await Scene.open(SERVER, ground());
    const peer = await scene.peer();
    peer.say(greeting(SERVER), initiate(noise(100, 6)));
    await scene.keepsOut(peer, UNEXPECTED);
    await scene.servesGoodPeer();
  });

  it("that gives the client's token back is left", async () => {
    await using scene = await Scene.open(SERVER, ground());
    const peer = await scene.peer();
    peer.say(greeting(SERVER));
    await peer.take(GREETING);
    const { body } = await peer.frame();
    peer.say(encodeFrame(COMMAND, body));
    await refuses(scene, peer);
    await scene.servesGoodPeer();
  });

  it("that refuses is told of as such", async () => {
    await using scene = await Scene.open(SERVER, ground());
    const peer = await scene.peer();
    peer.say(greeting(SERVER));
    await peer.take(GREETING);
    await peer.frame();
    peer.say(command("ERROR", "\x03400"));
    await scene.keepsOut(peer, {
      event: "handshake:error:auth",
      code: "EACCES",
      reason: "400",
    });
    await scene.servesGoodPeer();
  });

  it("that says READY in clear, or signed only, is left", async () => {
    for (const isSigned of [false, true]) {
      await using scene = await Scene.open(SERVER, ground());
      const peer = await GssapiPeer.begin(await scene.peer(), SERVER);
      await peer.hear(1);
      peer.say();
      await peer.peer.frame();
      const body = command("READY").slice(2);
      const wrapped = isSigned
        ? await inClear(() => peer.mechanism.wrap(0, body))
        : body;
      peer.peer.say(encodeFrame(COMMAND, wrapped));
      await scene.keepsOut(peer.peer, isSigned ? CRYPTOGRAPHIC : UNEXPECTED);
      await scene.servesGoodPeer();
      peer.mechanism.close();
    }
  });
});

/** A client whose turn it is to say READY. */
async function lastWord(scene: Scene): Promise<GssapiPeer> {
  const peer = await GssapiPeer.begin(await scene.peer(), CLIENT);
  await peer.hear(1);
  peer.say();
  await peer.peer.frame();
  return peer;
}

/** Fails unless the peer is kept out, for a reason that Kerberos gives. */
async function refuses(scene: Scene, peer: RawPeer): Promise<void> {
  const { error } = await scene.event("disconnect");
  const { code = "EACCES", reason = "" } = error ?? {};
  if (code === "EPROTO") {
    await scene.keepsOut(peer, MALFORMED);
  } else {
    await scene.keepsOut(peer, {
      event: "handshake:error:auth",
      code: "EACCES",
      reason: reason.startsWith("ERR_GSS_") ? reason : "ERR_GSS_",
    });
  }
}
