// How a raw peer logs in like an honest one, up to where it turns bad, and
// what it says afterwards, sealed where the mechanism wants that.
import { toBytes } from "../../src/base/bytes.ts";
import { loadNoble } from "../../src/security/crypto.ts";
import { CurveClient } from "../../src/security/curve_client.ts";
import { type CurveKeys, toCurveKeys } from "../../src/security/curve_keys.ts";
import { CurveServer } from "../../src/security/curve_server.ts";
import type {
  Mechanism,
  MechanismSetup,
} from "../../src/security/mechanism.ts";
import { NullMechanism } from "../../src/security/null.ts";
import { PlainClient, PlainServer } from "../../src/security/plain.ts";
import { COMMAND, encodeFrame, MORE } from "../../src/wire/framing.ts";
import type { Property } from "../../src/wire/metadata.ts";
import { keys, USER } from "../interop/security.ts";
import type { RawPeer } from "./raw_peer.ts";
import {
  GREETING,
  greeting,
  type GreetingChange,
  type Place,
  typeOf,
} from "./words.ts";

/** The long-term CURVE keys of whoever is the server. */
export const serverKeys: CurveKeys = toCurveKeys(keys.server.secretKey);

/** The long-term CURVE keys of whoever is the client. */
export const clientKeys: CurveKeys = toCurveKeys(keys.client.secretKey);

/** What a raw peer tells of itself in the handshake. */
export interface LoginOptions {
  /** Default: a type that our socket talks to. */
  readonly type?: string;
  /** More properties. */
  readonly properties?: readonly Property[];
  /** What is different about the greeting. */
  readonly greeting?: GreetingChange;
}

/** The handshake of a raw peer, by the mechanisms of the library. */
export async function rawMechanism(
  place: Place,
  options: LoginOptions = {},
): Promise<Mechanism> {
  const { role, mechanism } = place;
  const setup: MechanismSetup = {
    metadata: [
      ["Socket-Type", toBytes(options.type ?? typeOf(place))],
      ...options.properties ?? [],
    ],
    checkMetadata: () => {},
  };
  if (mechanism === "NULL") {
    return new NullMechanism(setup, { authenticate: false });
  }
  if (mechanism === "PLAIN") {
    return role === "server" ? new PlainServer(setup) : new PlainClient(setup, {
      username: toBytes(USER.name),
      password: toBytes(USER.password),
    });
  }
  const crypto = await loadNoble();
  if (role === "server") {
    return new CurveServer(setup, { crypto, keys: serverKeys });
  }
  return new CurveClient(setup, {
    crypto,
    keys: clientKeys,
    serverKey: serverKeys.publicKey,
  });
}

/** Greets and shakes hands; what follows is traffic. */
export async function login(
  peer: RawPeer,
  place: Place,
  options: LoginOptions = {},
): Promise<Mechanism> {
  peer.say(greeting(place, options.greeting));
  return await shake(peer, place, options);
}

/** Shakes hands, our greeting having been said. */
export async function shake(
  peer: RawPeer,
  place: Place,
  options: LoginOptions = {},
): Promise<Mechanism> {
  const mechanism = await rawMechanism(place, options);
  await peer.take(GREETING);
  while (mechanism.status !== "ready") {
    speak(peer, mechanism);
    // Not ready: one more command of the other side is missing.
    mechanism.receive((await peer.frame()).body);
    if (mechanism.status === "authenticating") mechanism.admit();
  }
  speak(peer, mechanism);
  return mechanism;
}

/** Says all that a mechanism has to say. */
export function speak(peer: RawPeer, mechanism: Mechanism): void {
  for (let body = mechanism.next(); body; body = mechanism.next()) {
    peer.say(encodeFrame(COMMAND, body));
  }
}

/** A frame of traffic as it goes over the wire: sealed by CURVE. */
export function trafficFrame(
  mechanism: Mechanism,
  flags: number,
  body: Uint8Array,
): Uint8Array {
  if (!mechanism.encrypts) return encodeFrame(flags, body);
  const { overhead } = mechanism;
  const sealed = new Uint8Array(overhead + body.length);
  // Within the box, bit 0 is MORE and bit 1 COMMAND.
  sealed[overhead - 1] = (flags & MORE) | ((flags & COMMAND) === 0 ? 0 : 2);
  sealed.set(body, overhead);
  mechanism.seal(sealed, 0, body.length);
  return encodeFrame(0, sealed);
}
