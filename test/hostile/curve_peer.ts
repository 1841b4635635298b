// CURVE as a hostile peer speaks it: every step by hand, each with whatever
// is to be different. RFC 26. Names as there: C', c' and S', s' are the keys
// of one connection.
import { concat, randomBytes, writeU32 } from "../../src/base/bytes.ts";
import { loadNoble } from "../../src/security/crypto.ts";
import type { CurveCrypto } from "../../src/security/curve_crypto.ts";
import type { CurveKeys } from "../../src/security/curve_keys.ts";
import {
  encodeCookie,
  encodeHello,
  encodeInitiate,
  encodeReady,
  encodeVouch,
  encodeWelcome,
  helloKey,
  openWelcome,
  type Welcome,
} from "../../src/security/curve_messages.ts";
import { NonceCounter, NonceWatch } from "../../src/security/curve_nonce.ts";
import { CurveTraffic } from "../../src/security/curve_traffic.ts";
import { COMMAND, encodeFrame } from "../../src/wire/framing.ts";
import type { RawPeer } from "./raw_peer.ts";
import { clientKeys, serverKeys } from "./login.ts";
import { GREETING, greeting, type Place, property, typeOf } from "./words.ts";

/** What is different about an INITIATE. */
export interface InitiateChange {
  readonly metadata?: Uint8Array;
  readonly cookie?: Uint8Array;
  readonly nonce?: Uint8Array;
  /** The key that it says is the client's. */
  readonly clientKey?: Uint8Array;
  /** C' and S in the vouch, and the secret that it is made with. */
  readonly vouchFor?: Uint8Array;
  readonly vouchTo?: Uint8Array;
  readonly vouchSecret?: Uint8Array;
  /** Octets in place of the vouch. */
  readonly vouch?: Uint8Array;
  /** The key of the box. */
  readonly key?: Uint8Array;
}

/** A nonce of two halves. */
export function nonce(low: number, high = 0): Uint8Array {
  const octets = new Uint8Array(8);
  writeU32(octets, 0, high);
  writeU32(octets, 4, low);
  return octets;
}

/** The frame of a handshake command. */
export function frameOf(body: Uint8Array): Uint8Array {
  return encodeFrame(COMMAND, body);
}

/** One raw side of CURVE. */
export class CurvePeer {
  readonly crypto: CurveCrypto;
  readonly peer: RawPeer;
  readonly place: Place;
  /** C' and c', or S' and s'. */
  readonly transient: CurveKeys;
  /** The other side's key of this connection. */
  theirs: Uint8Array = new Uint8Array(32);
  /** What the WELCOME said. */
  cookie: Uint8Array = new Uint8Array(96);

  private constructor(peer: RawPeer, place: Place, crypto: CurveCrypto) {
    this.peer = peer;
    this.place = place;
    this.crypto = crypto;
    const secretKey = randomBytes(32);
    this.transient = { secretKey, publicKey: crypto.publicKey(secretKey) };
  }

  /** Greets, and is greeted. */
  static async greet(
    { peer, ...place }: Place & { readonly peer: RawPeer },
  ): Promise<CurvePeer> {
    const curve = new CurvePeer(peer, place, await loadNoble());
    peer.say(greeting(place));
    await peer.take(GREETING);
    return curve;
  }

  /** Properties that our socket accepts. */
  get metadata(): Uint8Array {
    return property("Socket-Type", typeOf(this.place));
  }

  /** The key of a box between a public and a secret key. */
  shared(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array {
    const key = this.crypto.sharedKey(publicKey, secretKey);
    // Everybody knows the secret with a point of low order.
    return key ?? new Uint8Array(32);
  }

  /** The key of this connection. */
  get key(): Uint8Array {
    return this.shared(this.theirs, this.transient.secretKey);
  }

  // The client.

  /** The body of a HELLO, right but for the keys given. */
  hello(
    serverKey: Uint8Array = serverKeys.publicKey,
    own: CurveKeys = this.transient,
  ): Uint8Array {
    const key = this.shared(serverKey, own.secretKey);
    return encodeHello(this.crypto, key, own.publicKey, nonce(1));
  }

  /** Says HELLO, and takes the WELCOME. */
  async welcomed(): Promise<Welcome> {
    this.peer.say(frameOf(this.hello()));
    const { body } = await this.peer.frame();
    const { secretKey } = this.transient;
    const key = this.shared(serverKeys.publicKey, secretKey);
    const welcome = openWelcome(this.crypto, key, body);
    this.theirs = welcome.serverTransient;
    this.cookie = welcome.cookie;
    return welcome;
  }

  /** The body of an INITIATE. */
  initiate(change: InitiateChange = {}): Uint8Array {
    const { crypto, theirs, transient } = this;
    const vouch = change.vouch ?? encodeVouch(
      crypto,
      this.shared(theirs, change.vouchSecret ?? clientKeys.secretKey),
      change.vouchFor ?? transient.publicKey,
      change.vouchTo ?? serverKeys.publicKey,
      randomBytes(16),
    );
    const clientKey = change.clientKey ?? clientKeys.publicKey;
    const metadata = change.metadata ?? this.metadata;
    return encodeInitiate(
      crypto,
      change.key ?? this.key,
      change.cookie ?? this.cookie,
      { clientKey, vouch, metadata },
      change.nonce ?? nonce(2),
    );
  }

  // The server.

  /** Takes the HELLO. */
  async helloed(): Promise<void> {
    this.theirs = helloKey((await this.peer.frame()).body);
  }

  /** The body of a WELCOME, right but for the keys given. */
  welcome(
    secretKey: Uint8Array = serverKeys.secretKey,
    serverTransient: Uint8Array = this.transient.publicKey,
  ): Uint8Array {
    const { crypto, theirs, transient } = this;
    const cookie = encodeCookie(
      crypto,
      randomBytes(32),
      theirs,
      transient.secretKey,
      randomBytes(16),
    );
    const key = this.shared(theirs, secretKey);
    const welcome = { serverTransient, cookie };
    return encodeWelcome(crypto, key, welcome, randomBytes(16));
  }

  /** Takes HELLO, says WELCOME, and takes the INITIATE. */
  async initiated(): Promise<void> {
    await this.helloed();
    this.peer.say(frameOf(this.welcome()));
    await this.peer.frame();
  }

  /** The body of a READY. */
  ready(
    metadata: Uint8Array = this.metadata,
    own: Uint8Array = nonce(1),
    key: Uint8Array = this.key,
  ): Uint8Array {
    return encodeReady(this.crypto, key, metadata, own);
  }

  // Both.

  /** Shakes hands up to the command with the metadata, and gives its body. */
  async introduction(metadata: Uint8Array): Promise<Uint8Array> {
    if (this.place.role === "client") {
      await this.welcomed();
      return this.initiate({ metadata });
    }
    await this.initiated();
    return this.ready(metadata);
  }

  /** Shakes hands. */
  async login(): Promise<void> {
    this.peer.say(frameOf(await this.introduction(this.metadata)));
    if (this.place.role === "client") await this.peer.frame();
  }

  /**
   * The body of a MESSAGE.
   *
   * @param text the octet of flags, and the frame's body.
   * @param before the nonce is one more than this.
   */
  message(
    text: Uint8Array,
    before: { readonly high?: number; readonly low: number } = { low: 8 },
    isServer: boolean = this.place.role === "server",
  ): Uint8Array {
    const counter = new NonceCounter(before.high ?? 0, before.low);
    const { crypto, key } = this;
    const watch = new NonceWatch();
    const traffic = new CurveTraffic(crypto, key, isServer, counter, watch);
    const octets = concat([new Uint8Array(32), text]);
    traffic.seal(octets, 0, text.length - 1);
    return octets;
  }
}
