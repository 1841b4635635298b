// How a raw peer shakes hands up to the command that tells of itself, which
// then says whatever a case wants.
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import type { Attack } from "./cases.ts";
import { CurvePeer } from "./curve_peer.ts";
import { login } from "./login.ts";
import { USER } from "../interop/security.ts";
import {
  command,
  GREETING,
  greeting,
  loggedIn,
  type Place,
  property,
  typeOf,
} from "./words.ts";

/** A HELLO of PLAIN with the right credentials. */
export function plainHello(
  name: string = USER.name,
  password: string = USER.password,
): Uint8Array {
  const size = (text: string) => String.fromCharCode(text.length);
  return command("HELLO", size(name) + name + size(password) + password);
}

/** Properties that our socket accepts. */
export function goodMetadata(place: Place): Uint8Array {
  return property("Socket-Type", typeOf(place));
}

/**
 * Shakes hands up to READY, or to the client's INITIATE, and gives that
 * command as a frame, with any octets for the metadata.
 */
export async function introduction(
  attack: Attack,
  metadata: Uint8Array,
): Promise<Uint8Array> {
  const { role, mechanism, peer } = attack;
  if (mechanism === "CURVE") {
    const curve = await CurvePeer.greet(attack);
    return encodeFrame(COMMAND, await curve.introduction(metadata));
  }
  peer.say(greeting(attack));
  await peer.take(GREETING);
  if (mechanism === "NULL") return command("READY", metadata);
  if (role === "client") {
    peer.say(plainHello());
    await peer.frame();
    return command("INITIATE", metadata);
  }
  await peer.frame();
  peer.say(command("WELCOME"));
  await peer.frame();
  return command("READY", metadata);
}

/** Tells of itself in any octets. */
export async function introduce(
  attack: Attack,
  metadata: Uint8Array,
): Promise<void> {
  attack.peer.say(await introduction(attack, metadata));
}

/** What our side says until it knows the metadata. */
export function untilIntroduced(place: Place): readonly string[] {
  const isServer = place.role === "client" && place.mechanism !== "NULL";
  return isServer ? ["greeting", "WELCOME"] : loggedIn(place);
}

/** The same, and an ERROR where it may say why it does not accept it. */
export function untilDeclined(
  place: Place,
  reason: string,
): readonly string[] {
  const mayTell = place.role === "client" || place.mechanism === "NULL";
  const words = untilIntroduced(place);
  return mayTell ? [...words, `ERROR ${reason}`] : words;
}

/** Logs in, then says one more thing. */
export async function loginAndSay(
  attack: Attack,
  octets: Uint8Array,
): Promise<void> {
  await login(attack.peer, attack);
  attack.peer.say(octets);
}
