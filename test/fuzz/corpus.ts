/**
 * What a session of ours hears in the golden conversations: who it is then,
 * and the pieces that the other side says.
 *
 * @module
 */

import { fromHex } from "../../src/base/bytes.ts";
import type { Options } from "../../src/options/options.ts";
import type { SocketType } from "../../src/options/socket_type.ts";
import { encodeFrame, MORE } from "../../src/wire/framing.ts";
import { type Capture, capture, captures } from "../unit/wire/golden.ts";

/** One side of a conversation, to be played to a session. */
export interface Part {
  readonly name: string;
  /** The type of our socket. */
  readonly type: SocketType;
  readonly options: Partial<Options>;
  /** What the peer says. */
  readonly pieces: readonly Uint8Array[];
  /** True when the peer is surely let in, if nothing is changed. */
  readonly isAdmitted: boolean;
}

/** The credentials in the captures. */
export const USERNAME = "admin";
/** The credentials in the captures. */
export const PASSWORD = "secret";

/** Conversations in which somebody is refused. */
const REFUSED =
  /incompatible|denied|mismatch|zap-[345]00|clash|^bad-|plain-error|raw[12]0/;

interface Typed extends Capture {
  readonly socketTypes?: Readonly<Record<string, SocketType>>;
}

function said(entry: Capture, side: string): Uint8Array[] {
  return entry.exchange!.flatMap(({ from, hex }) =>
    from === side && hex ? [fromHex(hex)] : []
  );
}

function optionsFor(entry: Capture, isServer: boolean): Partial<Options> {
  const mechanism = String.fromCharCode(
    ...fromHex(entry.exchange![0]!.hex!).subarray(12, 17),
  );
  if (mechanism !== "PLAIN") return {};
  return isServer ? { securityMechanism: "plain", plainServer: true } : {
    securityMechanism: "plain",
    plainUsername: USERNAME,
    plainPassword: PASSWORD,
  };
}

/** Both sides of a conversation of two libzmq sockets. */
function bothParts(entry: Typed): Part[] {
  return (["connect", "bind"] as const).flatMap((side) => {
    const type = entry.socketTypes?.[side];
    if (type === undefined) return [];
    return [{
      name: `${entry.name} ${side}`,
      type,
      options: optionsFor(entry, side === "bind"),
      pieces: said(entry, side === "bind" ? "connect" : "bind"),
      isAdmitted: !REFUSED.test(entry.name),
    }];
  });
}

/** What a peer played by hand said to a libzmq socket. */
function rawPart(entry: Capture): Part {
  const [, named] = /libzmq-([a-z]+)/.exec(entry.name) ?? [];
  const isClient = entry.name.startsWith("plain-error");
  return {
    name: entry.name,
    type: isClient ? "REQ" : (named ?? "rep").toUpperCase() as SocketType,
    options: optionsFor(entry, !isClient),
    pieces: said(entry, "raw"),
    isAdmitted: !REFUSED.test(entry.name),
  };
}

/** What libzmq was not recorded with: long messages, a PING in the middle. */
function longMessages(): Part {
  const [greeting, ready] = said(
    capture("zmtp/null.json", "null-dealer-router-identity"),
    "connect",
  );
  const ping = fromHex("04070450494e470000");
  const frames = [1, 2, 3, 5, 9].flatMap((count) =>
    Array.from({ length: count }, (_, i) => {
      const more = i < count - 1 ? MORE : 0;
      return encodeFrame(more, Uint8Array.of(count, i));
    })
  );
  return {
    name: "long messages",
    type: "ROUTER",
    options: {},
    pieces: [
      greeting!,
      ready!,
      ...frames.slice(0, 8),
      ping,
      ...frames.slice(8),
    ],
    isAdmitted: true,
  };
}

/** Every conversation that needs no keys. */
export const parts: readonly Part[] = [
  ...["zmtp/null.json", "zmtp/plain.json", "zmtp/drafts.json"]
    .flatMap((file) => captures(file) as readonly Typed[])
    .flatMap(bothParts),
  ...captures("zmtp/raw-peers.json").map(rawPart),
  longMessages(),
];
