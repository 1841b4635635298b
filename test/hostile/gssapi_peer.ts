// A raw peer that speaks GSSAPI as far as a test wants: with a context of its
// own, at a real KDC.
import { after, before } from "node:test";
import { Context } from "../../mod.ts";
import { loadFfi } from "../../ext/ffi/mod.ts";
import { GssapiClient } from "../../ext/gssapi/client.ts";
import { GssContext } from "../../ext/gssapi/context.ts";
import type { GssapiHandshake } from "../../ext/gssapi/handshake.ts";
import { Gssapi, type GssCalls } from "../../ext/gssapi/library.ts";
import { encodeInitiate, encodeMessage } from "../../ext/gssapi/messages.ts";
import { GssapiServer } from "../../ext/gssapi/server.ts";
import { toBytes } from "../../src/base/bytes.ts";
import type { MechanismSetup } from "../../src/security/mechanism.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import { Realm } from "../kit/kerberos.ts";
import { Places } from "../kit/places.ts";
import type { Ground } from "./encounter.ts";
import { speak } from "./login.ts";
import type { RawPeer } from "./raw_peer.ts";
import { GREETING, greeting, type Place, typeOf } from "./words.ts";

const SERVICE = { text: "host@localhost", type: "hostBased" } as const;

let library: Promise<Gssapi> | undefined;

/** The library, once. */
export function loadGssapi(): Promise<Gssapi> {
  return library ??= loadFfi().then((ffi) => new Gssapi(ffi));
}

/** A context of the raw peer's side. */
export async function rawContext({ role }: Place): Promise<GssContext> {
  const gssapi = await loadGssapi();
  return role === "client"
    ? new GssContext(gssapi, undefined, SERVICE)
    : new GssContext(gssapi);
}

/** A token that our side is going to like, as the first of a client. */
export async function firstToken(): Promise<Uint8Array> {
  const context = new GssContext(await loadGssapi(), undefined, SERVICE);
  try {
    const { token, error } = await context.step(new Uint8Array(0));
    if (error !== undefined) throw error;
    return token;
  } finally {
    context.close();
  }
}

/** A client's first token of a context with other properties than ours. */
export async function tokenWithFlags(flags: number): Promise<Uint8Array> {
  const { calls, ffi } = await loadGssapi();
  const mutable = calls as { init_sec_context: GssCalls["init_sec_context"] };
  const { init_sec_context: init } = calls;
  let token = new Uint8Array(0);
  mutable.init_sec_context = Object.assign(init.bind(undefined), {
    after: init.after,
    async: async (...values: Parameters<typeof init>) => {
      values[5] = flags;
      const outcome = await init.async(...values);
      const { buffer } = ffi.view(values[10] as bigint, 16).slice();
      const [length, address] = new BigUint64Array(buffer);
      token = ffi.view(address!, Number(length)).slice();
      return outcome;
    },
  });
  try {
    // Our own side does not like it, but the token is there.
    await firstToken().catch(() => {});
    return token;
  } finally {
    mutable.init_sec_context = init;
  }
}

/** A raw peer in a handshake, and what it is made with. */
export class GssapiPeer {
  readonly peer: RawPeer;
  readonly context: GssContext;
  readonly mechanism: GssapiHandshake;

  private constructor(
    peer: RawPeer,
    context: GssContext,
    mechanism: GssapiHandshake,
  ) {
    this.peer = peer;
    this.context = context;
    this.mechanism = mechanism;
  }

  /** Greets. */
  static async begin(
    peer: RawPeer,
    place: Place,
    encrypts = true,
  ): Promise<GssapiPeer> {
    const setup: MechanismSetup = {
      metadata: [["Socket-Type", toBytes(typeOf(place))]],
      checkMetadata: () => {},
    };
    const context = await rawContext(place);
    const mechanism = place.role === "client"
      ? new GssapiClient(setup, { context, encrypts })
      : new GssapiServer(setup, { context, encrypts });
    peer.say(greeting(place));
    await peer.take(GREETING);
    return new GssapiPeer(peer, context, mechanism);
  }

  /** Goes on until so many commands of the other side have come. */
  async hear(count: number): Promise<void> {
    const { mechanism, peer } = this;
    await mechanism.work;
    for (let i = 0; i < count; i++) {
      speak(peer, mechanism);
      mechanism.receive((await peer.frame()).body);
      await mechanism.work;
      if (mechanism.status === "authenticating") mechanism.admit();
    }
  }

  /** Says what is to be said now. */
  say(): void {
    speak(this.peer, this.mechanism);
  }

  /** Shakes hands to the end. */
  async login(): Promise<void> {
    while (this.mechanism.status !== "ready") await this.hear(1);
    this.say();
  }

  /** Says a frame of traffic, encrypted by the book. */
  message(flags: number, body: string, outer = 0): void {
    const wrapped = this.mechanism.wrap(flags, toBytes(body));
    this.peer.say(encodeFrame(outer, wrapped));
  }
}

/** An INITIATE command. */
export function initiate(token: Uint8Array): Uint8Array {
  return encodeFrame(COMMAND, encodeInitiate(token));
}

/** A MESSAGE in a command frame, as in the handshake. */
export function messageCommand(token: Uint8Array): Uint8Array {
  return encodeFrame(COMMAND, encodeMessage(token));
}

/** Does something while raw peers only sign what they should encrypt. */
export async function inClear<T>(action: () => T): Promise<T> {
  const { calls, ffi } = await loadGssapi();
  const mutable = calls as { wrap: GssCalls["wrap"] };
  const { wrap } = calls;
  const sign: Wrap = (minor, context, _, quality, input, isSecret, output) => {
    const status = wrap(minor, context, 0, quality, input, isSecret, output);
    // Our own side would notice.
    ffi.view(isSecret as bigint, 4)[0] = 1;
    return status;
  };
  mutable.wrap = Object.assign(sign, { async: wrap.async, after: wrap.after });
  try {
    return action();
  } finally {
    mutable.wrap = wrap;
  }
}

type Wrap = (...values: Parameters<GssCalls["wrap"]>) => number;

/** The context and the realm of one suite. */
export function kerberosGround(): () => Ground {
  let realm: Realm;
  let ground: Ground;
  before(async () => {
    realm = await Realm.start();
    await realm.enter();
    ground = {
      context: new Context({ authenticate: () => true }),
      places: new Places(),
    };
  });
  after(async () => {
    await ground.context.shutdown();
    ground.places.remove();
    await realm.end();
  });
  return () => ground;
}
